//! The way back to the client: how the authorization response travels (RFC 6749 section 4.1.2, OAuth 2.0 Multiple
//! Response Types, OAuth 2.0 Form Post Response Mode, RFC 9207).

use url::Url;

use crate::practice::contract::PASTE_PAGE;
use crate::practice::message::{ErrorCode, Refusal, Response};
use crate::practice::pages;

/// Where the response goes, and what must come along.
#[derive(Debug)]
pub(crate) struct RedirectTarget {
    pub(crate) redirect_uri: Url,
    /// To the byte as given: the token call must repeat it.
    pub(crate) as_given: String,
    pub(crate) state: Option<String>,
    pub(crate) response_mode: ResponseMode,
}

/// In which part of the redirect the parameters travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

impl ResponseMode {
    /// `query` where none is named.
    pub(crate) fn parse(text: Option<&str>) -> Result<Self, Refusal> {
        match text {
            None | Some("query") => Ok(Self::Query),
            Some("fragment") => Ok(Self::Fragment),
            Some("form_post") => Ok(Self::FormPost),
            Some(_) => {
                let words = "`response_mode` must be `query`, `fragment` or `form_post`";
                Err(Refusal::new(ErrorCode::InvalidRequest, words))
            }
        }
    }
}

impl RedirectTarget {
    /// Sends the parameters to the client. `interactive` is whether a person looks on: a page elsewhere that does
    /// not exist would show them an error of the browser, so they get the address to copy instead.
    pub(crate) fn answer(
        &self,
        parameters: &[(&str, String)],
        interactive: bool,
        outcome: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Response {
        let mut target = self.redirect_uri.clone();
        match self.response_mode {
            ResponseMode::FormPost => return pages::form_post(target.as_str(), parameters, outcome),
            ResponseMode::Query => {
                target.query_pairs_mut().extend_pairs(parameters);
            }
            ResponseMode::Fragment => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                target.set_fragment(Some(&form.extend_pairs(parameters).finish()));
            }
        }
        if interactive && self.as_given == PASTE_PAGE {
            return pages::paste(target.as_str(), outcome);
        }
        Response::redirect(302, target.as_str(), outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(redirect_uri: &str, response_mode: ResponseMode) -> Option<String> {
        let target = RedirectTarget {
            redirect_uri: Url::parse(redirect_uri).expect("a URL"),
            as_given: redirect_uri.to_owned(),
            state: None,
            response_mode,
        };
        let answer = target.answer(&[("code", "a&b".to_owned()), ("state", "ü".to_owned())], true, "sent");
        answer.headers.into_iter().find(|(name, _)| *name == "location").map(|(_, value)| value)
    }

    #[test]
    fn parameters_are_added_to_the_query_that_is_there() {
        let query = location("http://127.0.0.1:1/cb?x=1", ResponseMode::Query);
        assert_eq!(query.as_deref(), Some("http://127.0.0.1:1/cb?x=1&code=a%26b&state=%C3%BC"));
    }

    #[test]
    fn a_fragment_carries_them_past_the_server() {
        let fragment = location("http://127.0.0.1:1/cb?x=1", ResponseMode::Fragment);
        assert_eq!(fragment.as_deref(), Some("http://127.0.0.1:1/cb?x=1#code=a%26b&state=%C3%BC"));
    }

    #[test]
    fn a_form_and_a_page_elsewhere_are_shown_instead_of_a_redirect() {
        assert_eq!(location("http://127.0.0.1:1/cb", ResponseMode::FormPost), None);
        assert_eq!(location(PASTE_PAGE, ResponseMode::Query), None);
    }
}
