//! What a person pastes if no listener receives the redirect: the code, the whole URL, its query or fragment, or a form body.

use percent_encoding::percent_decode_str;

use crate::oauth::Parameters;
use crate::oauth::authorization::signed_response::RESPONSE;
use crate::secret::Secret;

/// A pasted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pasted {
    /// The parameters of a redirect, to be checked like a received one.
    Parameters(Parameters),
    /// Only the code, which cannot be checked; PKCE protects it.
    Code(Secret),
    /// Neither.
    NotUnderstood,
}

/// `code_parameter` is the service's name for `code`.
pub fn parse_pasted(text: &str, code_parameter: &str) -> Pasted {
    let text = text.trim().trim_matches(['"', '\'', '`', '<', '>']).trim();
    if text.is_empty() {
        return Pasted::NotUnderstood;
    }
    let parts = if text.contains("://") || text.contains('?') || text.contains('#') {
        let after_path = text.find(['?', '#']).map_or("", |at| &text[at + 1..]);
        after_path.to_owned()
    } else {
        text.to_owned()
    };
    let parameters = parameters(&parts);
    let known = ["error", "state", RESPONSE, code_parameter];
    if parameters.iter().any(|(name, _)| known.contains(&name.as_str())) {
        return Pasted::Parameters(parameters);
    }
    if text.contains("://") || text.contains(char::is_whitespace) || text.contains(['{', '&']) {
        return Pasted::NotUnderstood;
    }
    Pasted::Code(Secret::new(decode_once(text)))
}

/// The parameters of query and fragment; two services append `#_=_` or `#_` to the code.
fn parameters(text: &str) -> Parameters {
    text.split('#')
        .filter(|part| !matches!(*part, "_" | "_=_"))
        .flat_map(|part| form_urlencoded::parse(part.trim_start_matches('?').as_bytes()).into_owned())
        .collect()
}

/// Decodes a code that was copied out of a URL.
fn decode_once(code: &str) -> String {
    percent_decode_str(code).decode_utf8().map_or_else(|_| code.to_owned(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, &str)]) {
        let expected = expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(parse_pasted(text, "code"), Pasted::Parameters(expected), "{text}");
    }

    #[test]
    fn an_address_a_query_a_fragment_and_a_form_are_the_same() {
        let expected = [("code", "4/0A b"), ("state", "xyz")];
        check("http://localhost:8080/cb?code=4%2F0A+b&state=xyz", &expected);
        check("\"https://www.example.com/oauth#code=4%2F0A+b&state=xyz\"", &expected);
        check("?code=4%2F0A+b&state=xyz", &expected);
        check("#code=4%2F0A+b&state=xyz", &expected);
        check("code=4%2F0A+b&state=xyz\n", &expected);
        check("http://localhost/?code=4%2F0A+b&state=xyz#_=_", &expected);
        check("http://localhost:8080/cb?response=ey.ey.sig", &[("response", "ey.ey.sig")]);
        let user = ("user", "{\"name\":{\"firstName\":\"Ada\"},\"email\":\"ada@example.com\"}");
        let form = "state=xyz&code=c.1.a&user=%7B%22name%22%3A%7B%22firstName%22%3A%22Ada%22%7D%2C%22email%22%3A%22ada%40example.com%22%7D";
        check(form, &[("state", "xyz"), ("code", "c.1.a"), user]);
        check("https://example.com/cb?error=access_denied&state=xyz", &[("error", "access_denied"), ("state", "xyz")]);
    }

    #[test]
    fn a_bare_code_is_one_decoded_once() {
        assert_eq!(parse_pasted(" 4%2F0Ab=c ", "code"), Pasted::Code(Secret::new("4/0Ab=c")));
        assert_eq!(parse_pasted("SplxlOBeZQQYbYS6WxSbIA", "code"), Pasted::Code(Secret::new("SplxlOBeZQQYbYS6WxSbIA")));
    }

    #[test]
    fn anything_else_is_not_understood() {
        for text in ["", "  ", "https://example.com/", "hello world", "{\"a\":1}"] {
            assert_eq!(parse_pasted(text, "code"), Pasted::NotUnderstood, "{text}");
        }
    }
}
