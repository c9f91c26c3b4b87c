//! The authorization request (RFC 6749 section 4.1.1), read and judged. What is wrong with the client or with the
//! redirect URI is told to the person and never sent anywhere; all else goes back to the client (section 4.1.2.1), as the
//! response does (section 4.1.2, OAuth 2.0 Multiple Response Types, OAuth 2.0 Form Post Response Mode, RFC 9207).

use serde_json::Value;
use url::Url;

use crate::oauth::{Landing, RedirectUri, ResponseMode};
use crate::practice::checks::details;
use crate::practice::checks::pkce::Challenge;
use crate::practice::contract::{self, PASTE_PAGE, REGISTRATIONS};
use crate::practice::endpoints::pages;
use crate::practice::http::message::{ErrorCode, Parameters, Refusal, Response};
use crate::practice::identity;
use crate::practice::state::clients::Clients;

#[derive(Debug)]
pub(crate) struct AuthorizationRequest {
    pub(crate) target: RedirectTarget,
    pub(crate) client_id: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) nonce: Option<String>,
    /// The thumbprint of the key that the code is bound to (RFC 9449 section 10).
    pub(crate) jkt: Option<String>,
    /// The kind of authentication: the first that was asked for and is known here.
    pub(crate) acr: &'static str,
    /// Who is expected to sign in.
    pub(crate) person: String,
    /// What is asked for in detail (RFC 9396).
    pub(crate) details: Option<Value>,
}

#[derive(Debug)]
pub(crate) enum AuthorizationRequestError {
    /// The client or its redirect URI cannot be trusted: only the person is told.
    Untrusted(String),
    /// The client is told by a redirect.
    Refused(Box<RedirectTarget>, Refusal),
}

impl AuthorizationRequest {
    /// Parses the parameters. `interactive` is whether a person may be asked.
    pub(crate) fn parse(
        parameters: &Parameters,
        clients: &Clients,
        interactive: bool,
    ) -> Result<Self, AuthorizationRequestError> {
        let told = |refusal: Refusal| AuthorizationRequestError::Untrusted(refusal.description);
        let client_id = parameters.required("client_id").map_err(told)?;
        let registration = clients.find(client_id).ok_or_else(|| {
            let known: Vec<String> = REGISTRATIONS.iter().map(|known| format!("`{}`", known.id)).collect();
            AuthorizationRequestError::Untrusted(format!("the client id is unknown; known are {}", known.join(" and ")))
        })?;
        let (redirect_uri, as_given) =
            redirect_uri(parameters.required("redirect_uri").map_err(told)?).map_err(told)?;
        if !clients.lands_at(client_id, &as_given) {
            let words = format!("the redirect URI is not one that `{client_id}` was registered with");
            return Err(AuthorizationRequestError::Untrusted(words));
        }
        let response_mode = ResponseMode::Query;
        let client = client_id.to_owned();
        let mut target = RedirectTarget { client_id: client, redirect_uri, as_given, state: None, response_mode };
        let rest = (|| {
            target.state = parameters.one("state")?.map(str::to_owned);
            target.response_mode = self::response_mode(parameters.one("response_mode")?)?;
            check_rest(parameters, interactive)?;
            let challenge = Challenge::parse(parameters)?;
            if registration.secret.is_none() && challenge.is_none() {
                let words = "a public client must send a `code_challenge` (PKCE)";
                return Err(Refusal::new(ErrorCode::InvalidRequest, words));
            }
            let scopes = contract::scopes(parameters.one("scope")?)?;
            let own = |name: &str| Ok::<_, Refusal>(parameters.one(name)?.map(str::to_owned));
            let acr = contract::acr(parameters.one("acr_values")?);
            let person = identity::hinted(parameters.one("login_hint")?);
            let asked = (acr, person, details::asked(parameters)?);
            Ok((challenge, scopes, own("nonce")?, own("dpop_jkt")?, asked))
        })();
        match rest {
            Ok((challenge, scopes, nonce, jkt, (acr, person, details))) => {
                let client_id = client_id.to_owned();
                Ok(Self { target, client_id, scopes, challenge, nonce, jkt, acr, person, details })
            }
            Err(refusal) => Err(AuthorizationRequestError::Refused(Box::new(target), refusal)),
        }
    }
}

fn check_rest(parameters: &Parameters, interactive: bool) -> Result<(), Refusal> {
    if parameters.required("response_type")? != "code" {
        return Err(Refusal::new(ErrorCode::UnsupportedResponseType, "`response_type` must be `code`"));
    }
    if interactive && parameters.one("prompt")? == Some("none") {
        return Err(Refusal::new(ErrorCode::LoginRequired, "nobody is signed in, and `prompt=none` forbids to ask"));
    }
    Ok(())
}

/// Any port and path on this machine (RFC 8252 section 7.3), or the page elsewhere.
pub(crate) fn redirect_uri(text: &str) -> Result<(Url, String), Refusal> {
    let refused = |words: String| Refusal::new(ErrorCode::InvalidRequest, words);
    let parsed = RedirectUri::parse(text).map_err(|error| refused(error.to_string()))?;
    if *parsed.landing() == Landing::Elsewhere && text != PASTE_PAGE {
        let words = "the redirect URI must lie on this computer, such as `http://127.0.0.1:8080/callback`, or be";
        return Err(refused(format!("{words} `{PASTE_PAGE}`")));
    }
    let url = Url::parse(text).map_err(|error| refused(error.to_string()))?;
    Ok((url, text.to_owned()))
}

/// Where the response goes, and what it must repeat.
#[derive(Debug)]
pub(crate) struct RedirectTarget {
    /// Whom the response is for.
    pub(crate) client_id: String,
    pub(crate) redirect_uri: Url,
    /// Exactly as given: the token request must repeat it.
    pub(crate) as_given: String,
    pub(crate) state: Option<String>,
    pub(crate) response_mode: ResponseMode,
}

/// `query` by default.
fn response_mode(text: Option<&str>) -> Result<ResponseMode, Refusal> {
    text.map_or(Some(ResponseMode::Query), ResponseMode::parse).ok_or_else(|| {
        let words = "`response_mode` must be `query`, `fragment` or `form_post`, or one of them with `.jwt`, or `jwt`";
        Refusal::new(ErrorCode::InvalidRequest, words)
    })
}

impl RedirectTarget {
    /// Sends the parameters to the client. `interactive` is whether a person looks on: a page elsewhere that does
    /// not exist would show them an error of the browser, so they get the address to copy instead.
    pub(crate) fn answer(&self, parameters: &[(&str, String)], interactive: bool) -> Response {
        let mut target = self.redirect_uri.clone();
        match self.response_mode {
            ResponseMode::FormPost | ResponseMode::FormPostJwt => return pages::form_post(target.as_str(), parameters),
            ResponseMode::Query | ResponseMode::Jwt | ResponseMode::QueryJwt => {
                target.query_pairs_mut().extend_pairs(parameters);
            }
            ResponseMode::Fragment | ResponseMode::FragmentJwt => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                target.set_fragment(Some(&form.extend_pairs(parameters).finish()));
            }
        }
        if interactive && self.as_given == PASTE_PAGE {
            return pages::paste(target.as_str());
        }
        Response::redirect(302, target.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "client_id=practice-client&redirect_uri=http://127.0.0.1:1/cb&response_type=code&state=s";

    fn parse(query: &str) -> Result<AuthorizationRequest, AuthorizationRequestError> {
        AuthorizationRequest::parse(&Parameters::form(query), &Clients::default(), true)
    }

    fn check_no_way_back(query: &str, expected: &str) {
        match parse(query) {
            Err(AuthorizationRequestError::Untrusted(words)) => assert!(words.starts_with(expected), "{words}"),
            other => panic!("{query}: {other:?}"),
        }
    }

    fn check_refused(query: &str, code: ErrorCode, expected: &str) {
        match parse(query) {
            Err(AuthorizationRequestError::Refused(target, refusal)) => {
                assert_eq!((refusal.code, refusal.description.as_str()), (code, expected));
                assert_eq!(target.state.as_deref(), Some("s"));
            }
            other => panic!("{query}: {other:?}"),
        }
    }

    #[test]
    fn a_bad_client_or_redirect_uri_has_no_way_back() {
        check_no_way_back("redirect_uri=http://127.0.0.1:1/", "`client_id` is missing");
        check_no_way_back("client_id=nobody", "the client id is unknown; known are `practice-client` and");
        check_no_way_back("client_id=practice-client", "`redirect_uri` is missing");
        let with = |redirect_uri: &str| format!("client_id=practice-client&redirect_uri={redirect_uri}");
        check_no_way_back(&with("https://evil.test/cb"), "the redirect URI must lie on this computer");
        check_no_way_back(&with("http://localhost.evil.test/cb"), "the redirect URI must lie on this computer");
        check_no_way_back(&with("https://practice.invalid/callback/.."), "the redirect URI must lie on this computer");
        check_no_way_back(&with("javascript:alert(1)"), "the redirect URI must lie on this computer");
        check_no_way_back(&with("/cb"), "`/cb` is not an absolute URI");
        check_no_way_back(&with("http://127.0.0.1:1/%23x"), "the redirect URI has a fragment");
        check_no_way_back(
            &format!("{GOOD}&redirect_uri=http://127.0.0.1:2/"),
            "`redirect_uri` is given more than once",
        );
    }

    #[test]
    fn everything_else_is_told_to_the_client() {
        use ErrorCode::{InvalidRequest, InvalidScope, LoginRequired, UnsupportedResponseType};
        let public = GOOD.replace("practice-client", "practice-public");
        check_refused(&public, InvalidRequest, "a public client must send a `code_challenge` (PKCE)");
        let token = GOOD.replace("=code", "=token");
        check_refused(&token, UnsupportedResponseType, "`response_type` must be `code`");
        let none = GOOD.replace("response_type", "response");
        check_refused(&none, InvalidRequest, "`response_type` is missing");
        check_refused(&format!("{GOOD}&scope=admin"), InvalidScope, "the scope `admin` is unknown");
        check_refused(&format!("{GOOD}&scope=a&scope=b"), InvalidRequest, "`scope` is given more than once");
        let web = "`response_mode` must be `query`, `fragment` or `form_post`, or one of them with `.jwt`, or `jwt`";
        check_refused(&format!("{GOOD}&response_mode=web_message"), InvalidRequest, web);
        let nobody = "nobody is signed in, and `prompt=none` forbids to ask";
        check_refused(&format!("{GOOD}&prompt=none"), LoginRequired, nobody);
    }

    #[test]
    fn a_good_request_keeps_what_was_asked() {
        let request = parse(&format!("{GOOD}&scope=openid+email&nonce=n")).expect("a good request");
        assert_eq!(request.scopes, ["openid", "email"]);
        assert_eq!(request.nonce.as_deref(), Some("n"));
        assert_eq!(request.target.as_given, "http://127.0.0.1:1/cb");
        assert!(parse(&GOOD.replace("http://127.0.0.1:1/cb", PASTE_PAGE)).is_ok());
    }

    fn location(redirect_uri: &str, response_mode: ResponseMode) -> Option<String> {
        let target = RedirectTarget {
            client_id: "practice-client".into(),
            redirect_uri: Url::parse(redirect_uri).expect("a URL"),
            as_given: redirect_uri.to_owned(),
            state: None,
            response_mode,
        };
        let answer = target.answer(&[("code", "a&b".to_owned()), ("state", "ü".to_owned())], true);
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
