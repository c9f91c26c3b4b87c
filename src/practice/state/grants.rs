//! What was granted: codes, access tokens, and refresh tokens in families. A family is everything that came from
//! one consent; when a spent code or refresh token shows up again, the whole family is revoked, since one of the
//! two who presented it is a thief (RFC 6749 section 4.1.2, RFC 9700 section 4.14.2).
//!
//! Codes are kept here. Tokens speak for themselves ([`SignedToken`]); kept is only what was spent
//! or revoked since the start. So a token from an earlier process is believed, and from then on watched.
//!
//! No clock, no randomness: both come with the [`Now`].

use std::time::Duration;

use jiff::Timestamp;

use crate::practice::checks::pkce::Challenge;
use crate::practice::http::message::{ErrorCode, Refusal};
use crate::practice::state::bounded_map::BoundedMap;
use crate::practice::state::now::Now;
use crate::practice::state::signed_token::{GrantedAccess, Kind, SignedToken};
use crate::secret::Secret;

/// How long a code is valid. RFC 6749 section 4.1.2 allows ten minutes at most; many services give a minute.
const CODE_LIFE: Duration = Duration::from_mins(1);

#[derive(Debug, Default)]
pub(crate) struct Grants {
    codes: BoundedMap<Code>,
    /// By family; a family without spent or revoked tokens has no entry.
    marks: BoundedMap<Mark>,
    revoked_access_tokens: BoundedMap<()>,
}

/// What the token request must repeat.
#[derive(Debug)]
pub(crate) struct Binding {
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<Challenge>,
    /// The thumbprint of the key that its proof must have (RFC 9449 section 10).
    pub(crate) jkt: Option<String>,
}

/// What the token request has.
#[derive(Debug)]
pub(crate) struct Redemption<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) redirect_uri: &'a str,
    pub(crate) code_verifier: Option<&'a str>,
    /// The thumbprint of the key of its proof.
    pub(crate) jkt: Option<&'a str>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) access_token_life: Duration,
    pub(crate) refresh_token_life: Option<Duration>,
    pub(crate) renewal: Renewal,
}

/// What a refresh does with the refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renewal {
    /// Replaces it.
    Rotate,
    /// Leaves it valid and returns none.
    Keep,
    /// None is ever issued.
    Never,
}

/// Issued tokens; not shown by `Debug`.
#[derive(Clone, Debug)]
pub(crate) struct TokenPair {
    pub(crate) access_token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) grant: GrantedAccess,
}

/// The facts about a valid token.
#[derive(Debug)]
pub(crate) struct Known {
    /// With the scopes of this token, which may be fewer than were granted.
    pub(crate) grant: GrantedAccess,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) is_refresh_token: bool,
    /// The thumbprint of the key that it is bound to.
    pub(crate) jkt: Option<String>,
    /// The thumbprint of the certificate that it is bound to.
    pub(crate) certificate: Option<String>,
    /// The resource that it is for, if that is not the service itself.
    pub(crate) resource: Option<String>,
}

#[derive(Debug)]
struct Code {
    grant: GrantedAccess,
    binding: Binding,
    expires_at: Timestamp,
    /// The family of the tokens that it was exchanged for.
    redeemed: Option<String>,
}

/// The state of a family.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    /// Refresh tokens of a lower generation than this are spent.
    generation: u64,
    revoked: bool,
}

impl TokenPair {
    /// The same tokens, bound to a key.
    pub(crate) fn bound(self, jkt: &str) -> Self {
        let refresh_token = self.refresh_token.and_then(|token| SignedToken::bound(&token, Kind::Refresh, jkt));
        let access_token = SignedToken::bound(&self.access_token, Kind::Access, jkt).unwrap_or(self.access_token);
        Self { access_token, refresh_token, grant: self.grant }
    }

    /// The same tokens, with an access token that is bound to a certificate. What a refresh needs is the certificate anyway,
    /// or a secret.
    pub(crate) fn bound_to_certificate(self, thumbprint: &str) -> Self {
        let access_token = SignedToken::bound_to_certificate(&self.access_token, Kind::Access, thumbprint);
        Self { access_token: access_token.unwrap_or(self.access_token), ..self }
    }

    /// The same tokens, with an access token for a resource.
    pub(crate) fn for_resource(self, resource: &str) -> Self {
        let access_token = SignedToken::for_resource(&self.access_token, Kind::Access, resource);
        Self { access_token: access_token.unwrap_or(self.access_token), ..self }
    }
}

impl Grants {
    /// A new code for the consented access.
    pub(crate) fn authorize(&mut self, grant: GrantedAccess, binding: Binding, now: &mut Now) -> Secret {
        let code = now.mint("practice-code-");
        let expires_at = now.after(CODE_LIFE);
        self.codes.insert(code.expose(), Code { grant, binding, expires_at, redeemed: None });
        code
    }

    /// Exchanges a code for tokens. A failed request does not spend the code, so that a person can fix the request and
    /// try again; a second successful one revokes the tokens of the first.
    pub(crate) fn redeem(
        &mut self,
        code: &str,
        with: &Redemption<'_>,
        terms: Terms,
        now: &mut Now,
    ) -> Result<TokenPair, Refusal> {
        let family = new_id(now);
        let found = self.codes.get_mut(code).ok_or_else(|| Refusal::grant("the authorization code is unknown"))?;
        if found.grant.client_id != with.client_id {
            return Err(Refusal::grant("the authorization code was issued to another client"));
        }
        if let Some(spent_for) = found.redeemed.clone() {
            self.revoke_family(&spent_for);
            return Err(Refusal::grant("the authorization code was already used; the tokens it gave are revoked"));
        }
        if found.expires_at <= now.time {
            return Err(Refusal::grant("the authorization code has expired"));
        }
        check_binding(&found.binding, with)?;
        found.redeemed = Some(family.clone());
        let refreshable = terms.renewal != Renewal::Never;
        Ok(issue_to(&family, found.grant.clone(), terms, refreshable, now))
    }

    /// Exchanges a refresh token for new tokens. `scopes` asks for fewer than were granted (RFC 6749 section 6).
    pub(crate) fn refresh(
        &mut self,
        token: &str,
        client_id: &str,
        scopes: Option<Vec<String>>,
        terms: Terms,
        now: &mut Now,
    ) -> Result<TokenPair, Refusal> {
        let found = SignedToken::read(token, Kind::Refresh);
        let found = found.ok_or_else(|| Refusal::grant("the refresh token is unknown"))?;
        let has_expired = found.has_expired(now.time);
        let SignedToken { family, generation, grant: granted, .. } = found;
        let mark = self.mark(&family);
        if granted.client_id != client_id {
            return Err(Refusal::grant("the refresh token was issued to another client"));
        }
        if mark.revoked {
            return Err(Refusal::grant("the refresh token is revoked"));
        }
        if generation < mark.generation {
            self.revoke_family(&family);
            return Err(Refusal::grant(
                "the refresh token was already used; every token of this sign-in is revoked, sign in again",
            ));
        }
        if has_expired {
            return Err(Refusal::grant("the refresh token has expired"));
        }
        let grant = GrantedAccess { scopes: narrowed(&granted.scopes, scopes)?, ..granted.clone() };
        let next = generation.saturating_add(1);
        let refresh_token = (terms.renewal == Renewal::Rotate).then(|| {
            self.set_mark(&family, Mark { generation: next, revoked: false });
            new_refresh_token(&family, next, granted, terms, now)
        });
        let access_token = new_access_token(&family, next, grant.clone(), terms, now);
        Ok(TokenPair { access_token, refresh_token, grant })
    }

    pub(crate) fn look_up(&self, token: &str, now: Timestamp) -> Option<Known> {
        let access_token = SignedToken::read(token, Kind::Access);
        let is_refresh_token = access_token.is_none();
        let found = access_token.or_else(|| SignedToken::read(token, Kind::Refresh))?;
        let mark = self.mark(&found.family);
        let is_spent = is_refresh_token && found.generation < mark.generation;
        let is_revoked = mark.revoked || self.revoked_access_tokens.get(token).is_some();
        let (issued_at, expires_at) = (found.issued_at(), found.expires_at());
        let is_good = !is_spent && !is_revoked && !found.has_expired(now);
        is_good.then_some(Known {
            grant: found.grant,
            issued_at,
            expires_at,
            is_refresh_token,
            jkt: found.jkt,
            certificate: found.certificate,
            resource: found.resource,
        })
    }

    /// Revokes an access token, or a refresh token with its family. An unknown token counts as revoked (RFC 7009
    /// section 2.2).
    pub(crate) fn revoke(&mut self, token: &str, client_id: &str) -> Result<(), Refusal> {
        let access_token = SignedToken::read(token, Kind::Access);
        let refresh_token = SignedToken::read(token, Kind::Refresh);
        let found = access_token.as_ref().or(refresh_token.as_ref());
        if found.is_some_and(|found| found.grant.client_id != client_id) {
            return Err(Refusal::new(ErrorCode::UnauthorizedClient, "the token was issued to another client"));
        }
        if access_token.is_some() {
            self.revoked_access_tokens.insert(token, ());
        }
        if let Some(refresh_token) = refresh_token {
            self.revoke_family(&refresh_token.family);
        }
        Ok(())
    }

    fn mark(&self, family: &str) -> Mark {
        self.marks.get(family).copied().unwrap_or_default()
    }

    fn set_mark(&mut self, family: &str, mark: Mark) {
        self.marks.insert(family, mark);
    }

    fn revoke_family(&mut self, family: &str) {
        let mark = self.mark(family);
        self.set_mark(family, Mark { revoked: true, ..mark });
    }
}

/// Issues tokens without a code; `refreshable` is whether there is a refresh token.
pub(crate) fn issue(grant: GrantedAccess, terms: Terms, refreshable: bool, now: &mut Now) -> TokenPair {
    let family = new_id(now);
    issue_to(&family, grant, terms, refreshable, now)
}

fn issue_to(family: &str, grant: GrantedAccess, terms: Terms, refreshable: bool, now: &mut Now) -> TokenPair {
    let refresh_token = refreshable.then(|| new_refresh_token(family, 0, grant.clone(), terms, now));
    let access_token = new_access_token(family, 0, grant.clone(), terms, now);
    TokenPair { access_token, refresh_token, grant }
}

fn new_access_token(family: &str, generation: u64, grant: GrantedAccess, terms: Terms, now: &mut Now) -> Secret {
    let expires_at = Some(now.after(terms.access_token_life));
    let names = (family.to_owned(), generation, new_id(now));
    SignedToken::new(names, grant, (now.time, expires_at)).token(Kind::Access)
}

fn new_refresh_token(family: &str, generation: u64, grant: GrantedAccess, terms: Terms, now: &mut Now) -> Secret {
    let expires_at = terms.refresh_token_life.map(|life| now.after(life));
    let names = (family.to_owned(), generation, new_id(now));
    SignedToken::new(names, grant, (now.time, expires_at)).token(Kind::Refresh)
}

/// Short, but unique.
fn new_id(now: &mut Now) -> String {
    now.mint("").expose().chars().take(16).collect()
}

/// The redirect URI must be the same, and the verifier must match. A verifier without a challenge means that the
/// challenge was removed on the way (RFC 9700 section 4.8.2).
fn check_binding(binding: &Binding, with: &Redemption<'_>) -> Result<(), Refusal> {
    if binding.redirect_uri != with.redirect_uri {
        return Err(Refusal::grant("`redirect_uri` is not the one that the code was sent to"));
    }
    if binding.jkt.is_some() && binding.jkt.as_deref() != with.jkt {
        return Err(Refusal::grant("the code is bound to another key (`dpop_jkt`) than that of the proof"));
    }
    match (&binding.challenge, with.code_verifier) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) if challenge.fits(verifier) => Ok(()),
        (Some(_), Some(_)) => Err(Refusal::grant("`code_verifier` does not fit the code challenge")),
        (Some(_), None) => Err(Refusal::grant("`code_verifier` is missing: the code was asked for with a challenge")),
        (None, Some(_)) => Err(Refusal::grant("`code_verifier` without a challenge: the code was asked for without")),
    }
}

fn narrowed(granted: &[String], asked: Option<Vec<String>>) -> Result<Vec<String>, Refusal> {
    let Some(asked) = asked else { return Ok(granted.to_vec()) };
    match asked.iter().find(|scope| !granted.contains(scope)) {
        Some(more) => Err(Refusal::new(ErrorCode::InvalidScope, format!("`{more}` was not granted at sign-in"))),
        None => Ok(asked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::http::message::Parameters;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const HERE: &str = "http://127.0.0.1:1/cb";

    fn at(second: i64) -> Now {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&second.to_be_bytes());
        Now::new(Timestamp::from_second(second).expect("a time"), seed)
    }

    fn terms(renewal: Renewal) -> Terms {
        Terms { access_token_life: Duration::from_mins(2), refresh_token_life: Some(Duration::from_mins(10)), renewal }
    }

    fn grant() -> GrantedAccess {
        GrantedAccess {
            client_id: "it".into(),
            person: Some("Ada".into()),
            scopes: vec!["openid".into(), "email".into()],
            nonce: None,
            signed_in: None,
            details: None,
        }
    }

    fn authorized(challenge: Option<Challenge>) -> (Grants, Secret) {
        let mut grants = Grants::default();
        let code = grants.authorize(grant(), Binding { redirect_uri: HERE.into(), challenge, jkt: None }, &mut at(0));
        (grants, code)
    }

    fn with(verifier: Option<&str>) -> Redemption<'_> {
        Redemption { client_id: "it", redirect_uri: HERE, code_verifier: verifier, jkt: None }
    }

    fn signed_in() -> (Grants, TokenPair) {
        let (mut grants, code) = authorized(None);
        let issued = grants.redeem(code.expose(), &with(None), terms(Renewal::Rotate), &mut at(1));
        (grants, issued.expect("a good code"))
    }

    fn refresh(
        grants: &mut Grants,
        token: Option<&Secret>,
        second: i64,
        renewal: Renewal,
    ) -> Result<TokenPair, String> {
        let token = token.expect("a refresh token").expose();
        grants.refresh(token, "it", None, terms(renewal), &mut at(second)).map_err(|refusal| refusal.description)
    }

    fn refused(result: Result<TokenPair, Refusal>) -> String {
        result.expect_err("a refusal").description
    }

    #[test]
    fn a_code_works_once_and_its_reuse_revokes_what_it_gave() {
        let (mut grants, code) = authorized(None);
        let first = grants.redeem(code.expose(), &with(None), terms(Renewal::Rotate), &mut at(1)).expect("a good code");
        assert!(grants.look_up(first.access_token.expose(), at(2).time).is_some());
        let second = grants.redeem(code.expose(), &with(None), terms(Renewal::Rotate), &mut at(2));
        assert_eq!(refused(second), "the authorization code was already used; the tokens it gave are revoked");
        assert!(grants.look_up(first.access_token.expose(), at(2).time).is_none());
        let refreshed = refresh(&mut grants, first.refresh_token.as_ref(), 3, Renewal::Rotate);
        assert_eq!(refreshed.err().as_deref(), Some("the refresh token is revoked"));
    }

    #[test]
    fn a_code_is_good_for_a_minute_for_its_client_and_its_redirect_uri() {
        let (mut grants, code) = authorized(None);
        let mut check = |code: &str, with: &Redemption<'_>, second: i64, expected: &str| {
            assert_eq!(refused(grants.redeem(code, with, terms(Renewal::Rotate), &mut at(second))), expected);
        };
        check("practice-code-made-up", &with(None), 1, "the authorization code is unknown");
        let other = Redemption { client_id: "other", ..with(None) };
        check(code.expose(), &other, 1, "the authorization code was issued to another client");
        let elsewhere = Redemption { redirect_uri: "http://127.0.0.1:1/", ..with(None) };
        check(code.expose(), &elsewhere, 1, "`redirect_uri` is not the one that the code was sent to");
        check(code.expose(), &with(None), 60, "the authorization code has expired");
        assert!(grants.redeem(code.expose(), &with(None), terms(Renewal::Rotate), &mut at(59)).is_ok());
    }

    #[test]
    fn the_verifier_must_fit_the_challenge_and_neither_comes_without_the_other() {
        let query = format!("code_challenge={CHALLENGE}&code_challenge_method=S256");
        let challenge = || Challenge::parse(&Parameters::form(&query)).expect("a challenge");
        let check = |challenge, verifier, expected: &str| {
            let (mut grants, code) = authorized(challenge);
            let result = grants.redeem(code.expose(), &with(verifier), terms(Renewal::Rotate), &mut at(1));
            assert_eq!(refused(result), expected);
        };
        check(challenge(), Some("wrong"), "`code_verifier` does not fit the code challenge");
        check(challenge(), None, "`code_verifier` is missing: the code was asked for with a challenge");
        check(None, Some(VERIFIER), "`code_verifier` without a challenge: the code was asked for without");
        let (mut grants, code) = authorized(challenge());
        assert!(grants.redeem(code.expose(), &with(Some(VERIFIER)), terms(Renewal::Rotate), &mut at(1)).is_ok());
    }

    #[test]
    fn a_refresh_token_rotates_and_its_reuse_revokes_the_whole_family() {
        let (mut grants, first) = signed_in();
        let second = refresh(&mut grants, first.refresh_token.as_ref(), 2, Renewal::Rotate).expect("a good token");
        assert_ne!(first.refresh_token, second.refresh_token);
        let stolen = refresh(&mut grants, first.refresh_token.as_ref(), 3, Renewal::Rotate);
        let words = "the refresh token was already used; every token of this sign-in is revoked, sign in again";
        assert_eq!(stolen.err().as_deref(), Some(words));
        assert!(grants.look_up(second.access_token.expose(), at(3).time).is_none());
        let victim = refresh(&mut grants, second.refresh_token.as_ref(), 4, Renewal::Rotate);
        assert_eq!(victim.err().as_deref(), Some("the refresh token is revoked"));
    }

    #[test]
    fn tokens_of_an_earlier_process_are_good_and_their_reuse_is_noticed_from_the_first_refresh_on() {
        let (_, first) = signed_in();
        let mut later = Grants::default();
        let known = later.look_up(first.access_token.expose(), at(2).time).expect("a good token");
        assert_eq!((known.grant, known.is_refresh_token), (grant(), false));
        let second = refresh(&mut later, first.refresh_token.as_ref(), 2, Renewal::Rotate).expect("a good token");
        let third = refresh(&mut later, second.refresh_token.as_ref(), 3, Renewal::Rotate).expect("a good token");
        let words = "the refresh token was already used; every token of this sign-in is revoked, sign in again";
        let reuse = refresh(&mut later, first.refresh_token.as_ref(), 4, Renewal::Rotate);
        assert_eq!(reuse.err().as_deref(), Some(words));
        assert!(later.look_up(third.access_token.expose(), at(4).time).is_none());
        assert!(later.look_up(first.access_token.expose(), at(4).time).is_none());
    }

    #[test]
    fn a_refresh_that_brings_no_refresh_token_leaves_the_old_one_good() {
        let (mut grants, first) = signed_in();
        for second in 2..4 {
            let again = refresh(&mut grants, first.refresh_token.as_ref(), second, Renewal::Keep);
            assert_eq!(again.map(|issued| issued.refresh_token), Ok(None));
        }
    }

    #[test]
    fn tokens_expire_at_their_second() {
        let (mut grants, first) = signed_in();
        assert!(grants.look_up(first.access_token.expose(), at(120).time).is_some());
        assert!(grants.look_up(first.access_token.expose(), at(121).time).is_none());
        let late = refresh(&mut grants, first.refresh_token.as_ref(), 601, Renewal::Rotate);
        assert_eq!(late.err().as_deref(), Some("the refresh token has expired"));
    }

    #[test]
    fn a_refresh_may_ask_for_less_but_not_for_more() {
        let (mut grants, first) = signed_in();
        let token = first.refresh_token.as_ref().expect("a refresh token").expose().to_owned();
        let mut ask =
            |scope: &str| grants.refresh(&token, "it", Some(vec![scope.into()]), terms(Renewal::Keep), &mut at(2));
        assert_eq!(refused(ask("admin")), "`admin` was not granted at sign-in");
        assert_eq!(ask("email").map(|issued| issued.grant.scopes), Ok(vec!["email".to_owned()]));
    }

    #[test]
    fn a_revoked_refresh_token_takes_its_family_along_and_an_access_token_only_itself() {
        let (mut grants, first) = signed_in();
        assert!(grants.revoke(first.access_token.expose(), "other").is_err());
        assert_eq!(grants.revoke(first.access_token.expose(), "it"), Ok(()));
        assert!(grants.look_up(first.access_token.expose(), at(2).time).is_none());
        let token = first.refresh_token.as_ref().expect("a refresh token").expose().to_owned();
        assert!(grants.look_up(&token, at(2).time).is_some_and(|known| known.is_refresh_token));
        assert_eq!(grants.revoke(&token, "it"), Ok(()));
        assert!(grants.look_up(&token, at(2).time).is_none());
        assert_eq!(grants.revoke("practice-rt-made-up", "it"), Ok(()));
    }
}
