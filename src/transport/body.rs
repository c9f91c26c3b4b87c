//! Reads a reply's body, up to a limit, and decodes it.

use encoding_rs::{Encoding, UTF_8};
use reqwest::Response;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// Why a body was not read completely.
pub(crate) enum BodyError {
    TooLarge,
    Broken(reqwest::Error),
}

/// Reads it in chunks. Chunks are decompressed, so the limit also stops a decompression bomb.
pub(crate) async fn read(response: &mut Response, limit: usize) -> Result<Zeroizing<Vec<u8>>, BodyError> {
    let mut bytes = Zeroizing::new(Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(BodyError::Broken)? {
        if bytes.len() + chunk.len() > limit {
            return Err(BodyError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Decodes by byte order mark, else by the charset of the `Content-Type`, else as UTF-8. Invalid bytes become U+FFFD: a
/// broken error page is still worth showing.
pub(crate) fn decode(bytes: &[u8], content_type: &str) -> Secret {
    let encoding = charset(content_type).and_then(|label| Encoding::for_label(label.as_bytes())).unwrap_or(UTF_8);
    Secret::new(encoding.decode(bytes).0)
}

fn charset(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], content_type: &str, expected: &str) {
        assert_eq!(decode(bytes, content_type).expose(), expected, "{content_type}");
    }

    #[test]
    fn the_charset_is_honoured() {
        check("é".as_bytes(), "application/json", "é");
        check(b"\xe9", "text/html; Charset=\"ISO-8859-1\"", "é");
        check(b"\xe9", "application/json", "\u{fffd}");
        check(b"\xef\xbb\xbf{}", "application/json; charset=latin1", "{}");
        check(b"a", "text/plain; charset=no-such-thing", "a");
    }
}
