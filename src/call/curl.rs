//! A call as a `curl` command with secrets in environment variables, so that it can be pasted into a chat.
//!
//! A variable holds the value as it is sent. `$CLIENT_SECRET` is the secret itself; if escaping changes it, a suffix names
//! the encoding (`$CLIENT_SECRET_URLENCODED`, `$CLIENT_SECRET_JSON`).

use std::collections::BTreeMap;

use crate::call::{Call, CallBody, Method, Place, Rendered, Span, TracedCall, Way};
use crate::secret::MASK;

/// The media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

impl Call {
    /// The command, with a comment line for each variable to set before running it.
    pub fn to_curl(&self) -> String {
        let mut variables = BTreeMap::new();
        let mut words = vec!["curl".to_owned()];
        let default_method = if matches!(self.body, CallBody::None) { Method::Get } else { Method::Post };
        if self.method != default_method {
            words.push(format!("--request {}", self.method.as_str()));
        }
        words.push(quoted(&self.url, &mut variables));
        if let Some(basic) = &self.basic {
            let user = quoted(&basic.user, &mut variables);
            let password = quoted(&basic.password, &mut variables);
            words.push(format!("--user {user}:{password}"));
        }
        for (name, value) in &self.headers {
            let mut header = Rendered::literal(format!("{name}: "));
            header.append(value.clone());
            words.push(format!("--header {}", quoted(&header, &mut variables)));
        }
        words.extend(self.body_words(&mut variables));
        if self.client_certificate.is_some() {
            // Files, since no private key belongs into a command or an environment.
            words.push("--cert \"${CLIENT_CERTIFICATE}\"".to_owned());
            words.push("--key \"${CLIENT_CERTIFICATE_KEY}\"".to_owned());
            let what = [("", "the file of the client certificate"), ("_KEY", "the file of its private key")];
            variables.extend(what.map(|(of, what)| (format!("CLIENT_CERTIFICATE{of}"), format!("{what}, in PEM"))));
        }
        let mut lines: Vec<String> = variables.iter().map(|(name, what)| format!("# {name}: {what}")).collect();
        lines.push(words.join(" \\\n  "));
        lines.join("\n")
    }

    fn body_words(&self, variables: &mut BTreeMap<String, String>) -> Vec<String> {
        match &self.body {
            CallBody::None => Vec::new(),
            CallBody::Form(form) => form
                .iter()
                .map(|(name, value)| {
                    let mut pair = Rendered::literal(format!("{name}="));
                    pair.append(value.clone());
                    format!("--data-urlencode {}", quoted(&pair, variables))
                })
                .collect(),
            CallBody::Text { content_type, text } => vec![
                format!("--header {}", shell_quote(&format!("Content-Type: {content_type}"))),
                format!("--data-raw {}", quoted(text, variables)),
            ],
        }
    }
}

impl TracedCall {
    /// The command of a call that was read from an archive, whose secrets are known no more: they stand there masked, and a
    /// comment says so. `None` for a call that the program did not send.
    pub fn masked_curl(&self) -> Option<String> {
        if self.way != Way::Sent {
            return None;
        }
        let mut words = vec!["curl".to_owned()];
        if self.method != if self.body.is_some() { "POST" } else { "GET" } {
            words.push(format!("--request {}", shell_quote(&self.method)));
        }
        words.push(shell_quote(&self.url));
        words.extend(self.headers.iter().map(|(name, value)| header_word(name, value)));
        if let Some((media_type, body)) = &self.body {
            if media_type == FORM {
                words.extend(body.split('&').map(|pair| format!("--data-urlencode {}", shell_quote(pair))));
            } else {
                words.push(header_word("Content-Type", media_type));
                words.push(format!("--data-raw {}", shell_quote(body)));
            }
        }
        if !self.client_certificate.is_empty() {
            words.push("--cert \"${CLIENT_CERTIFICATE}\" --key \"${CLIENT_CERTIFICATE_KEY}\"".to_owned());
        }
        let command = words.join(" \\\n  ");
        let note =
            if command.contains(MASK) { format!("# Put the secrets in place of {MASK}\n") } else { String::new() };
        Some(note + &command)
    }
}

fn header_word(name: &str, value: &str) -> String {
    format!("--header {}", shell_quote(&format!("{name}: {value}")))
}

/// The text as one shell word: literals in single quotes, secrets as variables in double quotes.
fn quoted(text: &Rendered, variables: &mut BTreeMap<String, String>) -> String {
    let mut word = String::new();
    let mut literal = String::new();
    for span in text.spans() {
        match span {
            Span::Value { name, raw, written, place, secret: true } => {
                let (variable, what) = variable(name, raw.expose() != written.expose(), *place);
                if !literal.is_empty() {
                    word.push_str(&shell_quote(&std::mem::take(&mut literal)));
                }
                word.push_str(&format!("\"${{{variable}}}\""));
                variables.insert(variable, what);
            }
            Span::Value { written, .. } => literal.push_str(written.expose()),
            Span::Literal(text) => literal.push_str(text),
        }
    }
    if !literal.is_empty() || word.is_empty() {
        word.push_str(&shell_quote(&literal));
    }
    word
}

/// The variable's name and what it holds.
fn variable(name: &str, escaped: bool, place: Place) -> (String, String) {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    match (escaped, place) {
        (false, _) => (plain, format!("the {}", name.replace('_', " "))),
        (true, Place::JsonString | Place::JsonValue) => {
            (format!("{plain}_JSON"), format!("the {}, escaped for JSON", name.replace('_', " ")))
        }
        (true, Place::Xml) => (format!("{plain}_XML"), format!("the {}, escaped for XML", name.replace('_', " "))),
        (true, _) => (format!("{plain}_URLENCODED"), format!("the {}, percent-encoded", name.replace('_', " "))),
    }
}

/// One word for a POSIX shell.
fn shell_quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use crate::call::{
        Authentication, BodyTemplate, CallTemplate, Method, NoReply, Parameter, Template, TracedCall, Values,
    };

    fn values(secret: &str) -> Values {
        let mut values = Values::new();
        values.set("client_id", "id");
        values.set("client_secret", secret);
        values.set("code", "c0de");
        values
    }

    fn check(template: &CallTemplate, secret: &str, expected: &str) {
        let curl = template.render(&values(secret)).expect("renders").to_curl();
        assert_eq!(curl, expected);
        assert!(!curl.contains(secret), "the secret is in it");
    }

    #[test]
    fn a_form_call_keeps_its_secrets_in_the_environment() {
        let template = CallTemplate {
            url: Template::new("https://example.test/token"),
            body: BodyTemplate::Form(vec![
                Parameter::new("code", "<code>"),
                Parameter::new("client_id", "<client_id>"),
                Parameter::new("client_secret", "<client_secret>"),
            ]),
            ..CallTemplate::default()
        };
        let expected = "# CLIENT_SECRET: the client secret\n# CODE: the code\ncurl \\\n  https://example.test/token \\\n  \
             --data-urlencode code=\"${CODE}\" \\\n  --data-urlencode client_id=id \\\n  \
             --data-urlencode client_secret=\"${CLIENT_SECRET}\"";
        check(&template, "s%t", expected);
    }

    #[test]
    fn a_call_of_an_archive_is_a_command_with_masked_secrets() {
        let template = CallTemplate {
            url: Template::new("https://example.test/token?a=b c"),
            authentication: Authentication::Basic,
            body: BodyTemplate::Form(vec![
                Parameter::new("code", "<code>"),
                Parameter::new("said", "it's"),
                Parameter::new("client_id", "<client_id>"),
            ]),
            method: Method::Post,
            ..CallTemplate::default()
        };
        let call = template.render(&values("s%t")).expect("renders");
        let traced = TracedCall::sent(&call, jiff::Timestamp::UNIX_EPOCH, Err(NoReply::default()), []);
        let expected = "# Put the secrets in place of ••••••••\ncurl \\\n  'https://example.test/token?a=b c' \\\n  \
             --header 'Authorization: Basic ••••••••' \\\n  --data-urlencode 'code=••••••••' \\\n  \
             --data-urlencode 'said=it'\\''s' \\\n  --data-urlencode client_id=id";
        assert_eq!(traced.masked_curl().as_deref(), Some(expected));
        let opened = TracedCall::in_browser(&call, "", jiff::Timestamp::UNIX_EPOCH);
        assert_eq!(opened.masked_curl(), None);
    }

    #[test]
    fn an_escaped_secret_says_so_in_its_name() {
        let template = CallTemplate {
            method: Method::Put,
            url: Template::new("https://example.test/token"),
            authentication: Authentication::Basic,
            body: BodyTemplate::Json(Template::new("{\"s\": \"<client_secret>\"}")),
            ..CallTemplate::default()
        };
        let expected = "# CLIENT_SECRET_JSON: the client secret, escaped for JSON\n\
             # CLIENT_SECRET_URLENCODED: the client secret, percent-encoded\n\
             curl \\\n  --request PUT \\\n  https://example.test/token \\\n  --user id:\"${CLIENT_SECRET_URLENCODED}\" \\\n  \
             --header 'Content-Type: application/json' \\\n  --data-raw '{\"s\": \"'\"${CLIENT_SECRET_JSON}\"'\"}'";
        check(&template, "s\"t", expected);
    }
}
