//! `WWW-Authenticate`: what a 401 or 403 asks for (RFC 9110 section 11.6.1). A header may hold several challenges, and a reply
//! several headers. It is read as far as it can be: servers leave out commas and quotes.

use crate::call::Reply;

/// The most challenges and parameters that are read: a header is foreign text.
const MOST: usize = 64;

/// A challenge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// In lower case; empty where a header begins with a parameter.
    pub scheme: String,
    /// What some schemes have in place of parameters.
    pub token68: Option<String>,
    /// Names in lower case, values without quotes and escapes.
    pub parameters: Vec<(String, String)>,
}

impl Challenge {
    /// All challenges of a reply.
    pub fn all(reply: &Reply) -> Vec<Self> {
        let headers = reply.headers.iter().filter(|(name, _)| name == "www-authenticate");
        headers.flat_map(|(_, value)| Self::parse(value)).take(MOST).collect()
    }

    /// The challenges of one header.
    pub fn parse(value: &str) -> Vec<Self> {
        let (mut challenges, mut rest) = (Vec::<Self>::new(), value);
        for _ in 0..MOST {
            rest = rest.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
            let (name, after) = token(rest);
            if name.is_empty() {
                // No element begins like this: go on after it.
                let Some((_, after)) = rest.split_once(',') else { break };
                rest = after;
                continue;
            }
            if let Some(value) = after.trim_start().strip_prefix('=') {
                let (value, after) = parameter_value(value.trim_start());
                if challenges.is_empty() {
                    challenges.push(Self::default());
                }
                if let Some(challenge) = challenges.last_mut() {
                    challenge.parameters.push((name.to_ascii_lowercase(), value));
                }
                rest = after;
                continue;
            }
            let (token68, after) = token68(after);
            challenges.push(Self { scheme: name.to_ascii_lowercase(), token68, parameters: Vec::new() });
            rest = after;
        }
        challenges
    }

    /// The value of a parameter; `name` in lower case. Where it stands twice, the first counts.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A token (RFC 9110 section 5.6.2), and what follows.
fn token(text: &str) -> (&str, &str) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    text.split_at(text.find(|c| !is_part(c)).unwrap_or(text.len()))
}

/// What follows the name of a scheme, if it is no parameter: letters, then `=` for filling, then a comma or the end.
fn token68(text: &str) -> (Option<String>, &str) {
    let start = text.trim_start();
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._~+/".contains(c);
    let length = start.find(|c| !is_part(c)).unwrap_or(start.len());
    let filled = start[length..].trim_start_matches('=');
    let (whole, after) = start.split_at(start.len() - filled.len());
    let is_whole = after.trim_start().is_empty() || after.trim_start().starts_with(',');
    let has_blank = start.len() < text.len();
    if length > 0 && is_whole && has_blank { (Some(whole.to_owned()), after) } else { (None, text) }
}

/// The value of a parameter, in quotes or without, and what follows.
fn parameter_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else { return bare_value(text) };
    let (mut value, mut escaped) = (String::new(), false);
    for (at, c) in quoted.char_indices() {
        match c {
            _ if std::mem::take(&mut escaped) => value.push(c),
            '\\' => escaped = true,
            '"' => return (value, &quoted[at + 1..]),
            _ => value.push(c),
        }
    }
    (value, "")
}

/// Up to the comma, even with blanks in it, unless what follows a blank is another parameter.
fn bare_value(text: &str) -> (String, &str) {
    let whole = &text[..text.find(',').unwrap_or(text.len())];
    let blanks = whole.char_indices().filter(|(_, c)| c.is_whitespace());
    let end = blanks.map(|(at, _)| at).find(|at| {
        let (name, after) = token(whole[*at..].trim_start());
        !name.is_empty() && after.trim_start().starts_with('=')
    });
    let (value, after) = text.split_at(end.unwrap_or(whole.len()));
    (value.trim().to_owned(), after)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each as `scheme token68 name=value…`.
    fn read(header: &str) -> Vec<String> {
        let told = |challenge: Challenge| {
            let token68 = challenge.token68.into_iter();
            let parameters = challenge.parameters.into_iter().map(|(name, value)| format!("{name}={value}"));
            [challenge.scheme].into_iter().chain(token68).chain(parameters).collect::<Vec<_>>().join("|")
        };
        Challenge::parse(header).into_iter().map(told).collect()
    }

    #[test]
    fn the_examples_of_the_standards_are_read() {
        // RFC 9110 section 11.6.1.
        let two = r#"Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\"""#;
        assert_eq!(read(two), ["basic|realm=simple", "newauth|realm=apps|type=1|title=Login to \"apps\""]);
        // RFC 6750 section 3.
        assert_eq!(read(r#"Bearer realm="example""#), ["bearer|realm=example"]);
        let expired = r#"Bearer realm="example", error="invalid_token", error_description="The access token expired""#;
        let read_of_expired = "bearer|realm=example|error=invalid_token|error_description=The access token expired";
        assert_eq!(read(expired), [read_of_expired]);
        // RFC 9470 section 4.
        let step_up = r#"Bearer error="insufficient_user_authentication",
            error_description="A different authentication level is required",
            acr_values="myACR""#;
        let parameters = "error_description=A different authentication level is required|acr_values=myACR";
        assert_eq!(read(step_up), [format!("bearer|error=insufficient_user_authentication|{parameters}")]);
        // RFC 9728 section 5.1.
        let metadata =
            r#"Bearer resource_metadata="https://resource.example.com/.well-known/oauth-protected-resource""#;
        let url = "https://resource.example.com/.well-known/oauth-protected-resource";
        assert_eq!(read(metadata), [format!("bearer|resource_metadata={url}")]);
        // RFC 9449 section 7.1 and 9.
        assert_eq!(read(r#"DPoP algs="ES256 PS256""#), ["dpop|algs=ES256 PS256"]);
    }

    #[test]
    fn a_token68_stands_beside_others() {
        assert_eq!(read(r#"Negotiate abc==, Bearer error="x""#), ["negotiate|abc==", "bearer|error=x"]);
        assert_eq!(read("Negotiate, Bearer, Basic realm=a"), ["negotiate", "bearer", "basic|realm=a"]);
        assert_eq!(read("NTLM TlRMTVNTUAAC/+"), ["ntlm|TlRMTVNTUAAC/+"]);
        // A parameter whose value is missing, at the end, can be nothing but a token68.
        assert_eq!(read("Scheme a="), ["scheme|a="]);
    }

    #[test]
    fn commas_blanks_and_quotes_that_are_missing_or_too_many_are_borne() {
        assert_eq!(read(r#", Bearer  realm = "a, b" ,, error=x,"#), ["bearer|realm=a, b|error=x"]);
        assert_eq!(read(r#"Bearer error="x" scope="a b""#), ["bearer|error=x|scope=a b"]);
        assert_eq!(read("Bearer scope=a b error=x"), ["bearer|scope=a b|error=x"]);
        assert_eq!(read("error=invalid token, Basic"), ["|error=invalid token", "basic"]);
        assert_eq!(read(r#"Bearer error="unended \" , Basic"#), ["bearer|error=unended \" , Basic"]);
        assert_eq!(read("ü, Basic"), ["basic"]);
        assert_eq!((read(""), read(" , ,")), (Vec::new(), Vec::new()));
    }

    #[test]
    fn the_first_of_two_values_counts_and_schemes_know_no_case() {
        let [challenge] = &Challenge::parse("BEARER Error=a, error=b")[..] else { panic!("one challenge") };
        assert_eq!((challenge.scheme.as_str(), challenge.parameter("error")), ("bearer", Some("a")));
        assert_eq!(challenge.parameter("scope"), None);
    }

    proptest::proptest! {
        #[test]
        fn a_quoted_value_is_read_back(value in "[ -~]{0,40}") {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
            let read = Challenge::parse(&format!("Negotiate a=, Bearer x=\"{escaped}\", y=z"));
            let expected = [("x".to_owned(), value), ("y".to_owned(), "z".to_owned())];
            proptest::prop_assert_eq!(&read[1].parameters[..], &expected[..]);
        }

        #[test]
        fn any_header_is_read_within_limits(text in proptest::prelude::any::<String>()) {
            let read = Challenge::parse(&text);
            let parameters: usize = read.iter().map(|challenge| challenge.parameters.len()).sum();
            proptest::prop_assert!(read.len() + parameters <= MOST + 1);
        }
    }
}
