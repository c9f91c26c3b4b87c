//! What a call sends through derived values, and what a table `[[derived]]` must be like.

use crate::call::{CallTemplate, Derived, Template, Values, is_name};
use crate::service::definition::Service;

/// What is wrong with a derived value.
pub(in crate::service) struct DerivedFault {
    /// Its name.
    pub(in crate::service) name: String,
    pub(in crate::service) problem: String,
    pub(in crate::service) hint: &'static str,
}

impl Service {
    /// Whether the call names this value, or a derived one that is made of it.
    pub fn names(&self, call: &CallTemplate, name: &str) -> bool {
        call.placeholders().any(|named| self.is_made_of(named, name))
    }

    /// Whether the client secret is in the call, or a part of it is made with it.
    pub fn sends_client_secret(&self, call: &CallTemplate) -> bool {
        call.sends_client_secret() || self.names(call, "client_secret")
    }

    /// Whether a value is the one of this name, or derived from it.
    pub fn is_made_of(&self, value: &str, name: &str) -> bool {
        is_made_of(&self.derived, value, name)
    }

    /// The first derived value that cannot be computed.
    pub(in crate::service) fn derived_fault(&self) -> Option<DerivedFault> {
        let mut others = Values::new();
        self.declare(&mut others);
        let fault = |name: &str, problem: String, hint| Some(DerivedFault { name: name.to_owned(), problem, hint });
        for (at, derived) in self.derived.iter().enumerate() {
            let (name, function, named) = (&derived.name, derived.function, names(derived));
            let is_taken = others.supplied_by(name).is_some() || self.derived[..at].iter().any(|one| one.name == *name);
            if !is_name(name) || is_taken {
                let problem = format!("`name` of a derived value is `{name}`, which is no new name");
                return fault(name, problem, "take letters, digits, `-` and `_` that no other value is called by");
            }
            if function.has_key() == derived.key.is_empty() {
                let has = if function.has_key() { "has no" } else { "has a" };
                let problem = format!("the derived value `{name}` {has} `key`, and is made by `{}`", function.as_str());
                return fault(name, problem, "an HMAC has a key, nothing else has one");
            }
            if derived.plus != 0 && !function.is_of_time() {
                let problem = format!("the derived value `{name}` has `plus`, and is no time");
                return fault(name, problem, "`plus` is for `date` and `date-time`");
            }
            if self.derived[at..].iter().any(|later| named.contains(&later.name)) {
                let problem = format!("the derived value `{name}` is made of itself, or of one that stands after it");
                return fault(name, problem, "put what it is made of before it");
            }
            if named.is_empty() {
                let problem = format!("the derived value `{name}` is made of no value");
                return fault(name, problem, "name a placeholder under `of`");
            }
        }
        None
    }
}

/// What a derived value is made of.
fn names(derived: &Derived) -> Vec<String> {
    let templates = [&derived.of, &derived.key].map(Template::new);
    templates.iter().flat_map(Template::placeholders).map(str::to_owned).collect()
}

/// Each of the derived values names only those before it.
fn is_made_of(derived: &[Derived], value: &str, name: &str) -> bool {
    let at = derived.iter().position(|derived| derived.name == value);
    let is_derived = |at: usize| names(&derived[at]).iter().any(|named| is_made_of(&derived[..at], named, name));
    value == name || at.is_some_and(is_derived)
}

#[cfg(test)]
mod tests {
    use crate::diagnosis::Diagnose as _;
    use crate::service::{Service, parse_preset};

    const HEAD: &str = "id = \"small\"\nname = \"Small\"\nchecked = \"2026-11-30\"\nsource = [\"made up\"]\n\
                        [token_request]\nurl = \"https://as.test/token\"\nbody = { proof = \"<proof>\" }\n";

    fn parsed(tables: &str) -> Result<Service, String> {
        let parsed = parse_preset("small.toml", &format!("{HEAD}{tables}"), &|_| None);
        parsed.map_err(|error| error.diagnose().to_string())
    }

    fn table(name: &str, function: &str, rest: &str) -> String {
        format!("[[derived]]\nname = \"{name}\"\nfunction = \"{function}\"\n{rest}\n")
    }

    #[track_caller]
    fn check(tables: &str, problem: &str, hint: &str) {
        assert_eq!(parsed(tables).expect_err("refused"), format!("small.toml:{problem}\nhint: {hint}"));
    }

    #[test]
    fn a_derived_value_that_cannot_be_computed_is_refused() {
        let of = "of = \"<client_secret>\"";
        let unknown = parsed(&table("proof", "sha256-hx", of)).expect_err("refused");
        assert!(unknown.starts_with("small.toml:10: unknown variant `sha256-hx`"), "{unknown}");
        assert!(unknown.ends_with("hint: did you mean `sha256-hex`?"), "{unknown}");
        let keys = "an HMAC has a key, nothing else has one";
        let problem = "9: the derived value `proof` has no `key`, and is made by `hmac-sha256-hex`";
        check(&table("proof", "hmac-sha256-hex", of), problem, keys);
        let problem = "9: the derived value `proof` has a `key`, and is made by `base64`";
        check(&table("proof", "base64", &format!("{of}\nkey = \"k\"")), problem, keys);
        let problem = "9: the derived value `proof` has `plus`, and is no time";
        check(&table("proof", "base64", &format!("{of}\nplus = 1")), problem, "`plus` is for `date` and `date-time`");
        let free = "take letters, digits, `-` and `_` that no other value is called by";
        let problem = "9: `name` of a derived value is `code`, which is no new name";
        check(&table("code", "base64", of), problem, free);
        let twice = format!("{}{}", table("proof", "base64", of), table("proof", "base64", of));
        check(&twice, "9: `name` of a derived value is `proof`, which is no new name", free);
        let circle =
            format!("{}{}", table("proof", "base64", "of = \"<other>\""), table("other", "base64", "of = \"<proof>\""));
        let problem = "9: the derived value `proof` is made of itself, or of one that stands after it";
        check(&circle, problem, "put what it is made of before it");
        let problem = "9: the derived value `proof` is made of no value";
        check(&table("proof", "base64", "of = \"x\""), problem, "name a placeholder under `of`");
        let problem = "11: `derived` names `<client_secrt>`, which nothing supplies";
        check(&table("proof", "base64", "of = \"<client_secrt>\""), problem, "did you mean `<client_secret>`?");
        check(
            "",
            "7: `token_request` names `<proof>`, which nothing supplies",
            "add an input `proof`, or retain it from a reply",
        );
    }

    #[test]
    fn what_a_call_sends_through_derived_values_counts_as_sent() {
        let tables = table("first", "base64", "of = \"<user_name>:<client_secret>\"")
            + &table("proof", "sha256-hex", "of = \"<first>|<code>\"");
        let service = parsed(&tables).expect("a preset");
        for (name, is_sent) in [("client_secret", true), ("code", true), ("proof", true), ("token", false)] {
            assert_eq!(service.names(&service.token_request, name), is_sent, "{name}");
        }
        assert!(service.sends_client_secret(&service.token_request) && service.wants_user_name());
    }
}
