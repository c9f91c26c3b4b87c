//! Settings of an OAuth client that stand in code: a table that is given to a library or set to a variable, or variables of
//! their own.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::dialect::code;
use crate::dialect::document::{Document, DocumentError, MOST_DESCRIBED};
use crate::dialect::held::Part::{
    AuthorizationParameters, AuthorizationUrl, ClientId, ClientSecret, RedirectUri, RevocationUrl, Scope, TokenUrl,
    Unused,
};
use crate::dialect::held::form::Form;
use crate::dialect::held::{keycloak, named};
use crate::dialect::{Described, Import};

const FORMAT: &str = "documentation or code";

/// The settings of `simple-oauth2` for Node.js, whose paths have defaults.
static SIMPLE_OAUTH2: Form = Form {
    name: FORMAT,
    at: "**",
    has: &["client.id", "auth.tokenHost"],
    parts: &[
        ("client.id", ClientId),
        ("client.secret", ClientSecret),
        ("token_url", TokenUrl),
        ("authorization_url", AuthorizationUrl),
        ("revocation_url", RevocationUrl),
        ("scope", Scope),
        ("redirect_uri", RedirectUri),
        ("authorization_params", AuthorizationParameters),
        ("auth.tokenHost", Unused("a part of each endpoint")),
        ("auth.tokenPath", Unused("a part of the token endpoint")),
        ("auth.authorizeHost", Unused("a part of the authorization endpoint")),
        ("auth.authorizePath", Unused("a part of the authorization endpoint")),
        ("auth.revokePath", Unused("a part of the revocation endpoint")),
    ],
    derived: &[
        ("token_url", "{auth.tokenHost}{auth.tokenPath}"),
        ("token_url", "{auth.tokenHost}/oauth/token"),
        ("authorization_url", "{auth.authorizeHost|auth.tokenHost}{auth.authorizePath}"),
        ("authorization_url", "{auth.authorizeHost|auth.tokenHost}/oauth/authorize"),
        ("revocation_url", "{auth.tokenHost}{auth.revokePath}"),
    ],
    // Its documentation: `authorizationMethod` is `header` by default.
    basic: true,
    ..Form::BLANK
};

/// Whether code names a client or the endpoints of a service, so that it is worth reading.
pub fn recognise(document: &Document<'_>) -> bool {
    has_names(document) && !described(document).is_empty()
}

fn has_names(document: &Document<'_>) -> bool {
    /// How code and its libraries name them.
    const NAMES: [&str; 11] = [
        "lientId",
        "lientID",
        "client_id",
        "CLIENT_ID",
        "uthorizationU",
        "uthorizeU",
        "uthUrl",
        "authorize_url",
        "tokenHost",
        "token_url",
        "auth-server-url",
    ];
    let text = document.text();
    let is_code = ["= {", "({", "= [", "=> {", "const ", "import ", "default {", "return {", "(\n", "): "]
        .iter()
        .any(|sign| text.contains(sign));
    is_code && NAMES.iter().any(|name| text.contains(name))
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let described = described(document);
    if described.is_empty() {
        let expected = "client ID with a secret or an endpoint";
        return Err(DocumentError::OtherFormat { format: FORMAT, expected });
    }
    DocumentError::unless_few(FORMAT, "clients", described.len())?;
    Ok(Import { format: FORMAT, described })
}

/// Adds the services that only the settings name, each by its endpoint.
pub fn add_to(mut import: Import, document: &Document<'_>) -> Import {
    let url = |described: &Described| described.service.token_request.url.source().to_owned();
    let known: Vec<String> = import.described.iter().map(url).collect();
    let is_new = |one: &Described| url(one).contains("://") && !known.contains(&url(one));
    if has_names(document) {
        import.described.extend(described(document).into_iter().filter(is_new));
    }
    import
}

fn described(document: &Document<'_>) -> Vec<Described> {
    let (tables, texts) = code::settings(document.text());
    let mut all: Vec<Described> = Vec::new();
    // One more than can be chosen from is as good as all.
    for one in tables.iter().flat_map(of_table) {
        if all.len() > MOST_DESCRIBED {
            break;
        }
        if !all.iter().any(|known| is_same(known, &one)) {
            all.push(one);
        }
    }
    if all.is_empty() { named::read_tree(&of_texts(texts, &tables)) } else { all }
}

/// Whether two tables say the same, as one does that is part of another.
fn is_same(one: &Described, other: &Described) -> bool {
    let (service, known) = (&one.service, &other.service);
    (&one.client_id, &one.secrets, &one.scopes) == (&other.client_id, &other.secrets, &other.scopes)
        && service.token_request == known.token_request
        && service.authorization == known.authorization
        && service.redirect.issuer == known.redirect.issuer
}

fn of_table(table: &Json) -> Vec<Described> {
    [keycloak::adapter(), &SIMPLE_OAUTH2]
        .into_iter()
        .find_map(|form| form.read_tree(table).ok())
        .map_or_else(|| named::read_tree(table), |import| import.described)
}

/// The variables with a known name, in an object for each prefix: `ACME_CLIENT_ID`, `acmeClientId`. Where there is one prefix, what
/// functions are given by such names completes it.
fn of_texts(texts: Vec<(String, String)>, tables: &[Json]) -> Json {
    let mut groups: BTreeMap<String, Map<String, Json>> = BTreeMap::new();
    for (name, text) in texts {
        let known = starts_of_words(&name).find(|at| named::part(&name[*at..]).is_some());
        if let Some(at) = known {
            let (prefix, name) = name.split_at(at);
            groups
                .entry(prefix.trim_end_matches('_').to_owned())
                .or_default()
                .insert(name.to_owned(), Json::from(text));
        }
    }
    if let [only] = &mut groups.values_mut().collect::<Vec<_>>()[..] {
        let given = tables.iter().filter_map(Json::as_object).flatten();
        for (name, value) in given.filter(|(name, _)| named::part(name).is_some()) {
            let is_told = only.keys().any(|known| named::part(known) == named::part(name));
            if !is_told {
                only.insert(name.clone(), value.clone());
            }
        }
    }
    groups.into_iter().map(|(prefix, members)| (prefix, Json::Object(members))).collect()
}

/// Where the words of a name begin: after `_`, and at a capital after a small letter.
fn starts_of_words(name: &str) -> impl Iterator<Item = usize> {
    let letters = name.char_indices().zip(name.chars().skip(1));
    let inner = letters.filter(|((_, one), next)| *one == '_' || one.is_lowercase() && next.is_uppercase());
    [0].into_iter().chain(inner.map(|((at, one), _)| at + one.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Token URL, authorization URL, client ID and scopes of each service that code names.
    fn read_in(code: &str) -> Vec<[String; 4]> {
        let found = described(&Document::from(code)).into_iter().map(|one| {
            let authorization = one.service.authorization.map(|visit| visit.call.url.source().to_owned());
            let token = one.service.token_request.url.source().to_owned();
            [token, authorization.unwrap_or_default(), one.client_id, one.scopes.join(" ")]
        });
        found.collect()
    }

    fn check(code: &str, expected: [&str; 4]) {
        assert_eq!(read_in(code), [expected.map(str::to_owned)], "{code}");
    }

    #[test]
    fn the_settings_of_libraries_are_read() {
        let (token, authorize) = ("https://as.test/token", "https://as.test/authorize");
        check(
            "passport.use(new OAuth2Strategy({ authorizationURL: 'https://as.test/authorize',
               tokenURL: 'https://as.test/token', clientID: 'demo', scope: ['a', 'b'] },
               (access, refresh, profile, done) => done(null, profile)));",
            [token, authorize, "demo", "a b"],
        );
        check(
            "oauth.register('acme', client_id='demo', access_token_url='https://as.test/token',
               authorize_url=f'https://{host}/authorize', client_kwargs={'scope': 'a b'})",
            [token, "https://<host>/authorize", "demo", "a b"],
        );
        check(
            "const provider: OAuthConfig<any> = { id: 'acme', token: 'https://as.test/token', clientId: 'demo',
               authorization: { url: 'https://as.test/authorize', params: { scope: 'a b', response_type: 'code' } } }",
            [token, authorize, "demo", "a b"],
        );
        check(
            "export default { CONFIG: { url: 'https://as.test/', realm: 'acme', clientId: 'demo' } }",
            [
                "https://as.test/realms/acme/protocol/openid-connect/token",
                "https://as.test/realms/acme/protocol/openid-connect/auth",
                "demo",
                "",
            ],
        );
    }

    #[test]
    fn the_paths_of_simple_oauth2_have_defaults() {
        let code = |auth: &str| {
            format!("new AuthorizationCode({{ client: {{ id: 'demo', secret: key }}, auth: {{ {auth} }} }})")
        };
        check(
            &code("tokenHost: 'https://as.test'"),
            ["https://as.test/oauth/token", "https://as.test/oauth/authorize", "demo", ""],
        );
        check(
            &code(
                "tokenHost: 'https://as.test', tokenPath: '/t', authorizeHost: 'https://b.test', authorizePath: '/a'",
            ),
            ["https://as.test/t", "https://b.test/a", "demo", ""],
        );
    }

    #[test]
    fn variables_are_settings_by_their_prefix_with_what_functions_are_given() {
        let code = "import x\nACME_CLIENT_ID = 'demo'\nACME_TOKEN_URL = 'https://as.test/token'\n\
                    acme = Session(ACME_CLIENT_ID, scope=['a'], redirect_uri='https://app.test/back')\n\
                    acme.fetch_token(ACME_TOKEN_URL, client_secret='s3cret')\nport = '8080'\n";
        let [one] = &described(&Document::from(code))[..] else { panic!("one service") };
        assert_eq!(one.service.token_request.url.source(), "https://as.test/token");
        assert_eq!((one.client_id.as_str(), one.redirect_uri.as_str()), ("demo", "https://app.test/back"));
        assert_eq!((one.scopes.clone(), one.secrets.client_secret.expose()), (vec!["a".to_owned()], "s3cret"));
    }

    #[test]
    fn other_code_has_no_settings() {
        for code in ["const a = { clientId: 'x' }", "fetch('https://as.test', { body: { a: 1 } })", "let clientId = 1"]
        {
            assert!(!recognise(&Document::from(code)), "{code}");
        }
    }
}
