//! A command of `HTTPie`: `http --form POST URL grant_type=refresh_token -a ID:SECRET`.

use serde_json::{Map, Value as Json};

use crate::call::Method;
use crate::dialect::Note;
use crate::dialect::standard::{PlainRequest, RawBody, RawCall};

/// Options that take a value, other than those that are read.
const WITH_VALUE: &str = "--auth-type -A --output -o --print -p --style -s --pretty --timeout --proxy --verify --cert \
    --cert-key --session --session-read-only --max-redirects --format-options --response-charset --response-mime \
    --default-scheme --path-as-is --boundary --ssl --ciphers";

/// Whether a line begins with such a command: `http` is a word of prose too.
pub(super) fn begins(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let is_one = words.next().is_some_and(is_name);
    is_one && words.any(|word| word.starts_with('-') || is_method(word) || is_address(word))
}

fn is_name(word: &str) -> bool {
    matches!(word, "http" | "https")
}

fn is_method(word: &str) -> bool {
    Method::ALL.into_iter().any(|method| method.as_str() == word)
}

fn is_address(word: &str) -> bool {
    let word = word.trim_start_matches(['"', '\'']);
    word.contains("://") || word.starts_with(['{', '<', '$', ':', '/']) || word.contains('.') && word.contains('/')
}

/// What the words after the name of the command say.
#[derive(Default)]
struct Said {
    method: Option<Method>,
    url: String,
    user: Option<String>,
    is_form: bool,
    raw: Option<String>,
    items: Vec<String>,
    ignored: Vec<Note>,
}

/// What separates name and value of an item; of two at the same place the longer one counts.
const SEPARATORS: [&str; 7] = [":=@", "=@", ":=", "==", "=", "@", ":"];

pub(super) fn request_of(words: &[String]) -> Option<PlainRequest> {
    let said = said(words)?;
    let mut call = RawCall { url: address(&said.url, words.first()?), ..RawCall::default() };
    let mut ignored = said.ignored;
    let mut fields: Vec<(String, Json)> = Vec::new();
    for item in &said.items {
        let Some((name, separator, value)) = split(item) else {
            ignored.push(Note::new("http › further word", "not read"));
            continue;
        };
        let text = || (name.to_owned(), value.to_owned());
        match separator {
            ":" => call.headers.push(text()),
            "==" => call.query.push(text()),
            "=" => fields.push((name.to_owned(), Json::String(value.to_owned()))),
            ":=" => {
                let json = serde_json::from_str(value).unwrap_or_else(|_| Json::String(value.to_owned()));
                fields.push((name.to_owned(), json));
            }
            _ => ignored.push(Note::new(format!("http › {name}"), "the file that it names is not read")),
        }
    }
    let has_body = said.raw.is_some() || !fields.is_empty();
    call.method = said.method.unwrap_or(if has_body { Method::Post } else { Method::Get });
    call.basic = said.user.map(|user| {
        let (name, password) = user.split_once(':').unwrap_or((&user, ""));
        (name.to_owned(), password.to_owned())
    });
    call.body = match said.raw {
        Some(text) => RawBody::Text(text),
        None if fields.is_empty() => RawBody::None,
        None if said.is_form => {
            let text = |value: Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            RawBody::Fields(fields.into_iter().map(|(name, value)| (name, text(value))).collect())
        }
        // Without `--form` it sends JSON.
        None => {
            call.headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
            RawBody::Json(Json::Object(fields.into_iter().collect::<Map<_, _>>()))
        }
    };
    Some(PlainRequest { title: String::new(), name: "http".to_owned(), call, ignored })
}

fn said(words: &[String]) -> Option<Said> {
    let mut said = Said::default();
    let mut rest = words.iter().skip(1);
    while let Some(word) = rest.next() {
        let (name, joined) = match word.split_once('=') {
            Some((name, value)) if word.starts_with("--") => (name, Some(value.to_owned())),
            _ => (word.as_str(), None),
        };
        match name {
            "--auth" | "-a" => said.user = joined.or_else(|| rest.next().cloned()),
            "--raw" => said.raw = joined.or_else(|| rest.next().cloned()),
            "--form" | "-f" | "--multipart" => said.is_form = true,
            "--json" | "-j" => {}
            _ if name.starts_with('-') && name.len() > 1 => {
                if joined.is_none() && WITH_VALUE.split_whitespace().any(|known| known == name) {
                    rest.next();
                }
                said.ignored.push(Note::new(format!("http › {name}"), "does not affect the request"));
            }
            _ if said.url.is_empty() && said.method.is_none() && is_method(word) => {
                said.method = Method::ALL.into_iter().find(|method| method.as_str() == word);
            }
            _ if said.url.is_empty() => said.url.clone_from(word),
            _ => said.items.push(word.clone()),
        }
    }
    (!said.url.is_empty()).then_some(said)
}

/// `:3000/token` and `:/token` are of this machine; `https` says the scheme of an address without one.
fn address(url: &str, command: &str) -> String {
    match url.strip_prefix(':') {
        Some(rest) if rest.starts_with('/') => format!("{command}://localhost{rest}"),
        Some(_) => format!("{command}://localhost{url}"),
        None => url.to_owned(),
    }
}

/// Name, separator and value of an item, at the first separator.
fn split(item: &str) -> Option<(&str, &'static str, &str)> {
    let at = item.find([':', '=', '@'])?;
    let separator = SEPARATORS.into_iter().find(|separator| item[at..].starts_with(separator))?;
    let name = &item[..at];
    (!name.is_empty()).then_some((name, separator, &item[at + separator.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(line: &str) -> RawCall {
        assert!(begins(line), "{line}");
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        request_of(&words).expect("a request").call
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn the_items_of_a_form_are_its_fields() {
        let call =
            request("http --form POST https://as.test/token -a id:s3cret grant_type=refresh_token X-Trace:1 v==2");
        assert_eq!((call.method, call.url.as_str()), (Method::Post, "https://as.test/token"));
        assert_eq!(call.basic, Some(pair("id", "s3cret")));
        assert_eq!(call.body, RawBody::Fields(vec![pair("grant_type", "refresh_token")]));
        assert_eq!((call.headers, call.query), (vec![pair("X-Trace", "1")], vec![pair("v", "2")]));
    }

    #[test]
    fn without_form_the_items_are_json() {
        let call = request("https as.test/token grant_type=client_credentials expires:=60");
        assert_eq!(call.method, Method::Post);
        assert_eq!(call.body, RawBody::Json(serde_json::json!({"grant_type": "client_credentials", "expires": 60})));
        assert_eq!(request("http :8080/token a=b").url, "http://localhost:8080/token");
    }

    #[test]
    fn the_word_of_prose_is_no_command() {
        for line in ["http is a protocol", "https", "http request to the token endpoint", "httpie POST https://a.test"]
        {
            assert!(!begins(line), "{line}");
        }
    }

    #[test]
    fn what_is_not_read_is_told() {
        let words: Vec<String> =
            ["http", "-v", "https://as.test/token", "a@file.json"].iter().map(|word| (*word).to_owned()).collect();
        let request = request_of(&words).expect("a request");
        let told: Vec<&str> = request.ignored.iter().map(|note| note.place.as_str()).collect();
        assert_eq!(told, ["http › -v", "http › a"]);
    }
}
