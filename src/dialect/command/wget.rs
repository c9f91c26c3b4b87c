//! A command of `wget` that posts: `wget --post-data 'grant_type=…' --header 'Authorization: …' URL`.

use crate::call::Method;
use crate::dialect::Note;
use crate::dialect::standard::{PlainRequest, RawBody, RawCall};

/// Letters that take a value.
const LETTERS: &str = "OoaPUTtwQeilADIRX";

/// Long options that take a value, other than those that are read.
const WITH_VALUE: &str = "--output-document --output-file --user-agent --timeout --tries --wait --directory-prefix \
    --ca-certificate --certificate --private-key --load-cookies --save-cookies --referer --max-redirect --proxy-user \
    --proxy-password --connect-timeout --read-timeout --bind-address";

/// Whether a line begins with such a command.
pub(super) fn begins(line: &str) -> bool {
    line.split_whitespace().next() == Some("wget")
}

pub(super) fn request_of(words: &[String]) -> Option<PlainRequest> {
    let mut call = RawCall::default();
    let mut method: Option<String> = None;
    let mut ignored = Vec::new();
    let (mut user, mut password) = (None, String::new());
    let mut rest = words.iter().skip(1);
    while let Some(word) = rest.next() {
        let (name, joined) = match word.split_once('=') {
            Some((name, value)) if word.starts_with("--") => (name, Some(value.to_owned())),
            _ => (word.as_str(), None),
        };
        let mut value = || joined.clone().or_else(|| rest.next().cloned()).unwrap_or_default();
        match name {
            "--post-data" | "--body-data" => call.body = RawBody::Text(value()),
            "--method" => method = Some(value()),
            "--header" => {
                let header = value();
                let (name, value) = header.split_once(':').unwrap_or((&header, ""));
                call.headers.push((name.trim().to_owned(), value.trim().to_owned()));
            }
            "--user" | "--http-user" => user = Some(value()),
            "--password" | "--http-password" => password = value(),
            "--post-file" | "--body-file" => {
                value();
                ignored.push(Note::new(format!("wget › {name}"), "the file that it names is not read"));
            }
            _ if name.starts_with('-') => {
                if takes_value(name) {
                    value();
                }
                ignored.push(Note::new(format!("wget › {name}"), "does not affect the request"));
            }
            _ if call.url.is_empty() => call.url.clone_from(word),
            _ => ignored.push(Note::new("wget › further word", "not read")),
        }
    }
    let standard = if call.body == RawBody::None { Method::Get } else { Method::Post };
    call.method = Method::ALL
        .into_iter()
        .find(|known| method.as_deref().is_some_and(|named| known.as_str().eq_ignore_ascii_case(named)))
        .unwrap_or(standard);
    call.basic = user.map(|user| (user, password));
    (!call.url.is_empty()).then(|| PlainRequest { title: String::new(), name: "wget".to_owned(), call, ignored })
}

/// Whether the next word is the value of an option: of combined letters the last may take one.
fn takes_value(name: &str) -> bool {
    if name.starts_with("--") {
        return WITH_VALUE.split_whitespace().any(|known| known == name);
    }
    let letter = name.char_indices().skip(1).find(|(_, letter)| LETTERS.contains(*letter));
    letter.is_some_and(|(at, letter)| at + letter.len_utf8() == name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(words: &[&str]) -> PlainRequest {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        request_of(&words).expect("a request")
    }

    #[test]
    fn the_data_of_a_command_is_the_body() {
        let request = request(&[
            "wget",
            "-qO-",
            "--user=id",
            "--password",
            "s3cret",
            "--header=Accept: application/json",
            "--post-data=grant_type=client_credentials&scope=a",
            "https://as.test/token",
        ]);
        let RawCall { method, url, headers, body, basic, .. } = request.call;
        assert_eq!((method, url.as_str()), (Method::Post, "https://as.test/token"));
        assert_eq!(headers, [("Accept".to_owned(), "application/json".to_owned())]);
        assert_eq!(body, RawBody::Text("grant_type=client_credentials&scope=a".to_owned()));
        assert_eq!(basic, Some(("id".to_owned(), "s3cret".to_owned())));
        let told: Vec<&str> = request.ignored.iter().map(|note| note.place.as_str()).collect();
        assert_eq!(told, ["wget › -qO-"]);
    }

    #[test]
    fn the_value_of_an_option_is_no_url() {
        let request = request(&["wget", "-O", "out.json", "-q", "--method", "POST", "https://as.test/token"]);
        assert_eq!((request.call.method, request.call.url.as_str()), (Method::Post, "https://as.test/token"));
    }
}
