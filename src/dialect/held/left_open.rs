//! What the templates of other tools leave open: their ways to write a slot, made into ours.

use crate::dialect::standard::whole_slot;

/// Whether a whole value is a slot.
pub(in crate::dialect::held) fn is_open(value: &str) -> bool {
    whole_slot(&plain_slots(value)).is_some()
        || value.starts_with("***")
        || value.starts_with("{{") && !value.contains("}}/")
}

/// A text with slots as templates write them: `{{ config['name'] }}`, `${connectionConfig.name}`, `${NAME:default}`.
pub(in crate::dialect::held) fn plain_slots(text: &str) -> String {
    const OWNERS: [&str; 3] = ["config", "connectionConfig", "credentials"];
    let mut plain = String::new();
    let mut rest = text;
    while let Some((at, open, close)) = [("{{", "}}"), ("${", "}"), ("[", "]")]
        .iter()
        .filter_map(|(open, close)| Some((rest.find(open)?, *open, *close)))
        .min()
    {
        let (before, slot) = rest.split_at(at);
        let inner = &slot[open.len()..];
        let Some(end) = inner.find(close) else { break };
        let owned = inner[..end].trim().trim_start_matches(['$', '!']);
        let name = OWNERS.iter().find_map(|owner| owned.strip_prefix(owner)).unwrap_or(owned);
        let name = name.split(['|', ':']).next().unwrap_or_default();
        let name = name.trim_start_matches(".get(").trim_end_matches(')');
        let name = name.trim_matches(|c: char| c.is_whitespace() || ".[]'\"".contains(c));
        // Only a person writes words in brackets.
        let letters = if open == "[" { "_-. " } else { "_-." };
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || letters.contains(c));
        plain.push_str(before);
        if is_name {
            plain.push_str(&format!("{{{{{}}}}}", name.replace('.', "_")));
        } else {
            plain.push_str(&slot[..open.len() + end + close.len()]);
        }
        rest = &inner[end + close.len()..];
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slots_of_each_template_language_are_ours() {
        for (written, expected) in [
            ("https://{{ config['shop'] }}.example.test/token", "https://{{shop}}.example.test/token"),
            ("https://{{ config.get('shop') }}.example.test", "https://{{shop}}.example.test"),
            ("https://${connectionConfig.subdomain}.example.test", "https://{{subdomain}}.example.test"),
            ("https://[subdomain].example.test", "https://{{subdomain}}.example.test"),
            ("https://[your shop].example.test", "https://{{your shop}}.example.test"),
            ("${CLIENT_ID:none}", "{{CLIENT_ID}}"),
            ("https://example.test/token", "https://example.test/token"),
            ("https://[::1]/token", "https://[::1]/token"),
        ] {
            assert_eq!(plain_slots(written), expected, "{written}");
        }
        assert!(is_open("${CLIENT_ID}") && is_open("{{ config['client_id'] }}") && is_open("*** your id here ***"));
        assert!(!is_open("demo"));
    }
}
