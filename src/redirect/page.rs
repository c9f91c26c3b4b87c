//! The page that the browser shows at the end of a sign-in.
//!
//! Invariant: no external resource, by content and by policy, and no script but the one that reads a fragment; every text is
//! escaped.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::diagnosis::{printable, printable_lines};

const PAGE: &str = include_str!("../../assets/landing/page.html");
const STYLE: &str = include_str!("../../assets/landing/page.css");
const SCRIPT: &str = include_str!("../../assets/landing/fragment.js");

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LandingPage {
    pub title: String,
    /// The text below it; line breaks are kept.
    pub text: String,
    pub tone: Tone,
    /// Whether the page sends the fragment of its address to the listener.
    reads_fragment: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Success,
    Problem,
}

impl LandingPage {
    pub fn success(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { title: title.into(), text: text.into(), tone: Tone::Success, reads_fragment: false }
    }

    pub fn problem(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { title: title.into(), text: text.into(), tone: Tone::Problem, reads_fragment: false }
    }

    /// The page that sends the fragment of its address to the listener. Its text is for a browser without scripts.
    pub(crate) fn reading_fragment() -> Self {
        let text = "If this page stays, copy the whole address of this tab and paste it into Tokenwright.";
        Self { reads_fragment: true, ..Self::success("Reading the response", text) }
    }

    /// The `Content-Security-Policy`: loads nothing, and allows the one style sheet, and the script if there is one, by their
    /// hashes.
    pub(crate) fn content_security_policy(&self) -> &'static str {
        static PLAIN: LazyLock<String> = LazyLock::new(|| policy("", "'none'"));
        static READING: LazyLock<String> =
            LazyLock::new(|| policy(&format!("script-src {}; ", hash(SCRIPT)), "'self'"));
        if self.reads_fragment { &READING } else { &PLAIN }
    }

    pub(crate) fn to_html(&self) -> String {
        let mut html = String::with_capacity(PAGE.len() + STYLE.len() + self.text.len());
        let mut rest = PAGE;
        // In one pass, so that a text that looks like a slot is not filled in.
        while let Some((before, after)) = rest.split_once("{{") {
            html.push_str(before);
            let (slot, after) = after.split_once("}}").unwrap_or((after, ""));
            html.push_str(&self.slot(slot));
            rest = after;
        }
        html.push_str(rest);
        html
    }

    fn slot(&self, name: &str) -> String {
        match name {
            "title" => escape(&printable(&self.title)),
            "text" => escape(&printable_lines(&self.text)),
            "style" => STYLE.to_owned(),
            "script" if self.reads_fragment => format!("<script>{SCRIPT}</script>\n"),
            "tone" => match self.tone {
                Tone::Success => "success".to_owned(),
                Tone::Problem => "problem".to_owned(),
            },
            _ => String::new(),
        }
    }
}

fn policy(script: &str, form: &str) -> String {
    let style = hash(STYLE);
    format!(
        "default-src 'none'; {script}style-src {style}; base-uri 'none'; form-action {form}; frame-ancestors 'none'"
    )
}

/// The source expression of an inline style or script (CSP Level 3 section 2.3.1).
fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// Escapes for HTML text and quoted attributes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_never_filled_in_twice() {
        let html = LandingPage::problem("<script>alert(1)</script>{{text}}", "a & \"b\" 'c'").to_html();
        assert!(html.contains("<h1>&lt;script&gt;alert(1)&lt;/script&gt;{{text}}</h1>"), "{html}");
        assert!(html.contains("<p class=\"text\">a &amp; &quot;b&quot; &#39;c&#39;</p>"), "{html}");
        assert!(html.contains("<main class=\"problem\">"), "{html}");
    }

    #[test]
    fn the_page_has_no_script_and_no_foreign_resource() {
        let html = LandingPage::success("Signed in", "You can close this tab.").to_html();
        for forbidden in ["<script", "http:", "https:", "src=", "href=", "url(", "@import", "javascript:", " on"] {
            let found = html.matches(forbidden).count();
            assert_eq!(found, 0, "`{forbidden}` in {html}");
        }
    }

    #[test]
    fn the_policy_names_the_hash_of_the_style_and_of_the_script_as_sent() {
        let within = |html: &str, tag: &str| {
            let (_, rest) = html.split_once(&format!("<{tag}>"))?;
            Some(hash(rest.split_once(&format!("</{tag}>"))?.0))
        };
        let page = LandingPage::success("a", "b");
        let style = within(&page.to_html(), "style").expect("a style");
        assert!(page.content_security_policy().contains(&format!("style-src {style};")));
        assert!(!page.content_security_policy().contains("script-src"));
        let page = LandingPage::reading_fragment();
        let script = within(&page.to_html(), "script").expect("a script");
        assert!(page.content_security_policy().contains(&format!("script-src {script};")));
    }
}
