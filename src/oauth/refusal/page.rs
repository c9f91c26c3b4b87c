//! A web page in place of a reply: its title, and the words that a person would see.

/// A page is looked into no further than this.
const MOST: usize = 64 * 1024;

/// Whether it is HTML, also where something stands before it.
pub(super) fn is_html(text: &str) -> bool {
    let begin: String = text.chars().take(2000).collect::<String>().to_ascii_lowercase();
    begin.starts_with("<!doctype html") || ["<html", "<head", "<body", "<title"].iter().any(|tag| begin.contains(tag))
}

/// The text of `<title>`.
pub(super) fn title(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let from = lower.find("<title")?;
    let from = from + lower[from..].find('>')? + 1;
    let to = from + lower[from..].find("</title")?;
    let title = blanks(&decoded(text.get(from..to)?));
    (!title.is_empty()).then_some(title)
}

/// The words of a page, without tags, scripts and styles.
pub(super) fn visible(text: &str) -> String {
    let mut seen = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        seen.push_str(&rest[..at]);
        seen.push(' ');
        rest = &rest[at..];
        let tag: String =
            rest[1..].chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let end = match tag.as_str() {
            "script" | "style" => rest.to_ascii_lowercase().find(&format!("</{tag}")),
            _ if rest.starts_with("<!--") => rest.find("-->"),
            _ => Some(0),
        };
        let end = end.and_then(|end| Some(end + rest[end..].find('>')? + 1));
        rest = end.map_or("", |end| &rest[end..]);
        if seen.len() > MOST {
            break;
        }
    }
    seen.push_str(rest);
    blanks(&decoded(&seen))
}

fn blanks(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `&amp;` and its like as what they mean.
fn decoded(text: &str) -> String {
    let named = [("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", ' '), ("amp", '&')];
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.bytes().take(10).position(|byte| byte == b';');
        let name = end.map_or("", |end| &rest[..end]);
        let number = name.strip_prefix('#').and_then(|digits| match digits.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => digits.parse().ok(),
        });
        let found = named.iter().find(|(known, _)| *known == name).map(|(_, c)| *c);
        match found.or_else(|| number.and_then(char::from_u32)) {
            Some(c) => {
                plain.push(c);
                rest = &rest[name.len() + 1..];
            }
            None => plain.push('&'),
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_what_a_person_would_see() {
        let page = "<!DOCTYPE html><html><head><TITLE lang=en> 401&nbsp;Not &amp; here </TITLE><script>var a = '<b>invalid_grant';</script>\
                    <style>p{}</style></head><body><!-- <p>hidden --><p>Come&#33; <b>back</b> &x later</p>";
        assert!(is_html(page));
        assert_eq!(title(page).as_deref(), Some("401 Not & here"));
        assert_eq!(visible(page), "401 Not & here Come! back &x later");
        for odd in ["<", "<a", "&", "&#xffffffff;", "<script>", "a &#x110000; b", "<!--"] {
            let _ = (visible(odd), title(odd));
        }
    }
}
