//! Cleans and checks secrets that were typed, pasted or imported, before anything is sent or saved.

use crate::app::{Failure, FailureKind};
use crate::diagnosis::Diagnosis;
use crate::oauth::{ProfileSecrets, token_text};
use crate::secret::Secret;

impl ProfileSecrets {
    /// Removes what files and clipboards add: line breaks at the ends (RFC 6749 appendix A: no secret has any), and white
    /// space around a refresh token. Returns warnings about other white space.
    pub(crate) fn tidy(&mut self) -> Vec<Diagnosis> {
        let own = [("client secret", &mut self.client_secret), ("password", &mut self.password)];
        let inputs = self.inputs.iter_mut().map(|(name, secret)| (name.as_str(), secret));
        let told = own.into_iter().chain(inputs).filter_map(|(name, secret)| tidied(name, secret)).collect();
        let refresh_token = self.refresh_token.expose().trim();
        if refresh_token.len() != self.refresh_token.expose().len() {
            self.refresh_token = Secret::new(refresh_token);
        }
        told
    }

    /// Refuses a refresh token with characters that none has (RFC 6749 appendix A.17).
    pub(crate) fn check_refresh_token(&self) -> Result<(), Failure> {
        let Err(what) = token_text(self.refresh_token.expose()) else { return Ok(()) };
        let diagnosis = Diagnosis::new(format!("the refresh token contains {what}, which is not allowed in a token"));
        Err(Failure::new(FailureKind::Usage, diagnosis.hint("copy it again without anything around it")))
    }
}

fn tidied(name: &str, secret: &mut Secret) -> Option<Diagnosis> {
    let whole = secret.expose();
    let text = whole.trim_matches(['\r', '\n']);
    let place = if text.trim() != text {
        "at an end"
    } else if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        "inside"
    } else {
        ""
    };
    if text.len() != whole.len() {
        *secret = Secret::new(text);
    }
    // A password may well be a sentence.
    if place.is_empty() || (name == "password" && place == "inside") {
        return None;
    }
    let summary = format!("the {name} has white space {place}; it is sent unchanged");
    Some(Diagnosis::new(summary).hint("if the service refuses it, copy it again without anything around it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tidied(client_secret: &str) -> (String, Vec<String>) {
        let mut secrets = ProfileSecrets { client_secret: Secret::new(client_secret), ..ProfileSecrets::default() };
        let told = secrets.tidy().into_iter().map(|told| told.summary).collect();
        (secrets.client_secret.expose().to_owned(), told)
    }

    #[test]
    fn line_breaks_at_the_ends_go_and_other_white_space_is_told() {
        assert_eq!(tidied("made-up\r\n"), ("made-up".into(), vec![]));
        assert_eq!(tidied("\n\nmade-up"), ("made-up".into(), vec![]));
        let told = |place: &str| vec![format!("the client secret has white space {place}; it is sent unchanged")];
        assert_eq!(tidied(" made-up\r\n"), (" made-up".into(), told("at an end")));
        assert_eq!(tidied("made up"), ("made up".into(), told("inside")));
        assert_eq!(tidied("made\nup"), ("made\nup".into(), told("inside")));
        assert_eq!(tidied("made-up"), ("made-up".into(), vec![]));
    }

    #[test]
    fn a_refresh_token_is_a_token_or_nothing() {
        let tidied = |text: &str| {
            let mut secrets = ProfileSecrets { refresh_token: Secret::new(text), ..ProfileSecrets::default() };
            secrets.tidy();
            let checked = secrets.check_refresh_token().map_err(|failure| failure.diagnosis.summary);
            checked.map(|()| secrets.refresh_token.expose().to_owned())
        };
        assert_eq!(tidied(" rt-1 \r\n"), Ok("rt-1".into()));
        assert_eq!(
            tidied("rt\r\nX: y"),
            Err("the refresh token contains a control character, which is not allowed in a token".into())
        );
        assert_eq!(tidied(""), Ok(String::new()));
    }
}
