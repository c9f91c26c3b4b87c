//! What a value of a document is, and how documents write grants, client authentication, PKCE and scopes.

use serde_json::Value as Json;

use crate::call::Authentication;
use crate::dialect::standard::{plain_text, squeezed};
use crate::oauth::{GrantType, Pkce};
use crate::service::ClientMethod;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dialect::held) enum Part {
    ClientId,
    ClientSecret,
    RefreshToken,
    AccessToken,
    IdToken,
    TokenUrl,
    RefreshUrl,
    AuthorizationUrl,
    RevocationUrl,
    IntrospectionUrl,
    DeviceUrl,
    IdentityUrl,
    Issuer,
    RedirectUri,
    Scope,
    /// What stands between scopes.
    Separator,
    UserName,
    Password,
    Grant,
    /// How the client authenticates at the token endpoint.
    Method,
    Pkce,
    /// The same, as a flag that switches it off.
    NoPkce,
    /// Further parameters of a request, by name.
    AuthorizationParameters,
    TokenParameters,
    RefreshParameters,
    /// The name of the service.
    Title,
    /// The service, by a name that tools have for it; not used otherwise.
    Named,
    /// Not used, for this reason.
    Unused(&'static str),
}

impl Part {
    /// What a person's own value is called, which templates and examples leave out.
    pub(in crate::dialect::held) fn own_name(self) -> Option<&'static str> {
        match self {
            Self::ClientId => Some("client_id"),
            Self::ClientSecret => Some("client_secret"),
            Self::RefreshToken => Some("refresh_token"),
            _ => None,
        }
    }

    /// Whether its value is the address of an endpoint, or that of the issuer.
    pub(in crate::dialect::held) fn is_url(self) -> bool {
        matches!(
            self,
            Self::TokenUrl
                | Self::RefreshUrl
                | Self::AuthorizationUrl
                | Self::RevocationUrl
                | Self::IntrospectionUrl
                | Self::DeviceUrl
                | Self::IdentityUrl
                | Self::Issuer
        )
    }

    /// Whether its value is a secret, of which white space is a part.
    pub(in crate::dialect::held) fn is_secret(self) -> bool {
        matches!(self, Self::ClientSecret | Self::RefreshToken | Self::Password)
    }
}

/// The grant that a document names, in any spelling; `None` for one that no sign-in here begins with.
pub(in crate::dialect::held) fn grant(text: &str) -> Option<GrantType> {
    Some(match squeezed(text).as_str() {
        "authorizationcode" | "authorizationcodewithpkce" | "code" | "oauth2" => GrantType::AuthorizationCode,
        "clientcredentials" | "oauth2cc" => GrantType::ClientCredentials,
        "password" | "resourceownerpassword" => GrantType::Password,
        "refreshtoken" => GrantType::RefreshToken,
        "device" | "devicecode" | "deviceauthorization" | "urnietfparamsoauthgranttypedevicecode" => {
            GrantType::DeviceCode
        }
        _ => return None,
    })
}

/// The client authentication that a document names, in any spelling.
pub(in crate::dialect::held) fn method(text: &str) -> Option<Authentication> {
    let known = ClientMethod::ALL.into_iter().find(|method| method.as_str() == text);
    if let Some(method) = known {
        return Some(method.authentication());
    }
    Some(match squeezed(text).as_str() {
        "basic" | "header" | "basicauth" | "asbasicauthheaders" | "clientsecretbasic" => Authentication::BasicOrNone,
        "body" | "inbody" | "post" | "form" | "none" | "clientsecretpost" => Authentication::None,
        _ => return None,
    })
}

/// Whether and how a code challenge is sent: a flag, the name of a method, or an object with it.
pub(in crate::dialect::held) fn pkce(json: &Json) -> Option<Pkce> {
    if let Json::Object(members) = json {
        return members
            .iter()
            .find(|(name, _)| squeezed(name) == "codechallengemethod")
            .map_or(Some(Pkce::S256), |(_, method)| pkce(method));
    }
    Some(match squeezed(&plain_text(json)).as_str() {
        "true" | "yes" | "s256" | "sha256" => Pkce::S256,
        "plain" => Pkce::Plain,
        "false" | "no" | "off" => Pkce::Off,
        _ => return None,
    })
}

/// Scopes as a list, or separated by spaces or commas.
pub(in crate::dialect::held) fn scopes_of(json: &Json) -> Vec<String> {
    let texts = match json {
        Json::Array(items) => items.iter().map(plain_text).collect(),
        other => vec![plain_text(other)],
    };
    let words = texts.iter().flat_map(|text| text.split(|c: char| c.is_whitespace() || c == ','));
    words.filter(|word| !word.is_empty() && !word.contains(['<', '>', '{', '}'])).map(str::to_owned).collect()
}

/// A name for the service.
pub(in crate::dialect::held) fn host(token_url: &str) -> String {
    url::Url::parse(token_url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_spelling_has_one_meaning() {
        assert_eq!(grant("Authorization Code"), Some(GrantType::AuthorizationCode));
        assert_eq!(grant("client-credentials"), Some(GrantType::ClientCredentials));
        assert_eq!(grant("Device Authorization"), Some(GrantType::DeviceCode));
        assert_eq!(grant("implicit"), None);
        assert_eq!(method("client_secret_basic"), Some(Authentication::BasicOrNone));
        assert_eq!(method("in body"), Some(Authentication::None));
        assert_eq!(method("private_key_jwt"), Some(Authentication::PrivateKeyJwt));
        assert_eq!(method("custom"), None);
        assert_eq!(pkce(&json!({"Code Challenge Method": "Plain", "Code Verifier": "x"})), Some(Pkce::Plain));
        assert_eq!((pkce(&json!(false)), pkce(&json!("S256"))), (Some(Pkce::Off), Some(Pkce::S256)));
    }
}
