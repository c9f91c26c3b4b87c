//! Client authentication. A method that is known but not implemented is refused by name, so that nothing else is sent in its
//! place.

use crate::call::escape::form_encode;
use crate::call::request::at;
use crate::call::{Basic, BodyTemplate, Parameter, Part, Place, RenderError, Rendered, Span, Template, Values};
use crate::secret::Secret;
use serde::{Deserialize, Serialize};

/// The `client_assertion_type` of a JWT (RFC 7523 section 2.2).
pub const JWT_CLIENT_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How the client authenticates, apart from parameters in the body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authentication {
    /// Not, or with parameters in the query or body.
    #[default]
    None,
    /// `Authorization: Basic` with client ID and secret, each form-encoded first (RFC 6749 section 2.3.1).
    Basic,
    /// The same unencoded, for services that do not decode (RFC 7617).
    BasicRaw,
    /// [`Authentication::Basic`] if there is a secret; a client without one sends its ID in the form (RFC 6749
    /// section 3.2.1).
    BasicOrNone,
    /// [`Authentication::BasicOrNone`], unencoded.
    BasicRawOrNone,
    /// `Authorization: Basic` with user ID and secret (RFC 7617).
    BasicUser,
    /// `Authorization: Basic` with the secret as user and an empty password, for services whose secret is an API key.
    BasicSecret,
    /// A client certificate from an authority that the server trusts (RFC 8705 section 2.1).
    TlsClientAuth,
    /// A client certificate that the client registered with the server (RFC 8705 section 2.2).
    SelfSignedTlsClientAuth,
    /// An assertion signed with the client's key (RFC 7523 section 2.2, OpenID Connect Core section 9).
    PrivateKeyJwt,
    /// The same, signed with the client secret.
    ClientSecretJwt,
}

impl Authentication {
    /// Whether a client without a secret sends its ID in the body.
    pub fn may_be_public(self) -> bool {
        matches!(self, Self::BasicOrNone | Self::BasicRawOrNone)
    }

    /// Whether the client authenticates with a certificate in the TLS handshake.
    pub fn shows_certificate(self) -> bool {
        matches!(self, Self::TlsClientAuth | Self::SelfSignedTlsClientAuth)
    }

    /// Whether the client authenticates with its secret, other than by a parameter of the request.
    pub fn uses_secret(self) -> bool {
        match self {
            Self::Basic
            | Self::BasicRaw
            | Self::BasicOrNone
            | Self::BasicRawOrNone
            | Self::BasicUser
            | Self::BasicSecret
            | Self::ClientSecretJwt => true,
            Self::None | Self::TlsClientAuth | Self::SelfSignedTlsClientAuth | Self::PrivateKeyJwt => false,
        }
    }

    /// Whether the client authenticates with an `<assertion>` in the body.
    pub fn signs(self) -> bool {
        matches!(self, Self::PrivateKeyJwt | Self::ClientSecretJwt)
    }

    /// The parameters that identify the client (RFC 6749 section 3.2.1, RFC 7521 section 4.2, RFC 8705 section 2); none if
    /// a header does.
    pub fn parameters(self) -> Vec<Parameter> {
        match self {
            Self::None | Self::TlsClientAuth | Self::SelfSignedTlsClientAuth => {
                vec![Parameter::new("client_id", "<client_id>")]
            }
            Self::PrivateKeyJwt | Self::ClientSecretJwt => vec![
                Parameter::new("client_assertion_type", JWT_CLIENT_ASSERTION),
                Parameter::new("client_assertion", "<assertion>"),
            ],
            _ => Vec::new(),
        }
    }

    /// User and password of `Authorization: Basic`, if it is sent.
    pub(crate) fn basic(self, values: &Values) -> Result<Option<Basic>, RenderError> {
        let (user, password) = match self {
            Self::None
            | Self::TlsClientAuth
            | Self::SelfSignedTlsClientAuth
            | Self::PrivateKeyJwt
            | Self::ClientSecretJwt => return Ok(None),
            Self::BasicOrNone | Self::BasicRawOrNone if is_public(values) => return Ok(None),
            Self::Basic | Self::BasicRaw | Self::BasicOrNone | Self::BasicRawOrNone => {
                ("<client_id>", "<client_secret>")
            }
            Self::BasicUser => ("<user_name>", "<client_secret>"),
            Self::BasicSecret => ("<client_secret>", ""),
        };
        let render = |text: &str| at(Part::Authentication, Template::new(text).render(values, Place::Text));
        let (user, password) = (render(user)?, render(password)?);
        let encodes = matches!(self, Self::Basic | Self::BasicOrNone);
        // The first colon ends the user (RFC 7617 section 2).
        if !encodes && user.to_secret().expose().contains(':') {
            return Err(RenderError::ColonInUser);
        }
        Ok(Some(match self {
            Self::Basic | Self::BasicOrNone => Basic { user: form_encoded(&user), password: form_encoded(&password) },
            _ => Basic { user, password },
        }))
    }

    /// The body with the parameters that the authentication adds: the ID of a client without a secret, or the assertion.
    /// `None` if it adds none.
    pub(crate) fn body(self, body: &BodyTemplate, values: &Values) -> Result<Option<BodyTemplate>, RenderError> {
        if self.shows_certificate() {
            // RFC 8705 section 2: the server finds the client by it.
            return with(body, &self.parameters(), "client_id", RenderError::NoPlaceForId);
        }
        if self.signs() {
            return with(body, &self.parameters(), "assertion", RenderError::NoPlaceForAssertion);
        }
        if !self.may_be_public() || !is_public(values) {
            return Ok(None);
        }
        with(body, &Self::None.parameters(), "client_id", RenderError::NoPlaceForId)
    }
}

/// The body with these parameters added if missing; a body that is not a form must have the placeholder itself.
fn with(
    body: &BodyTemplate,
    added: &[Parameter],
    value: &str,
    otherwise: RenderError,
) -> Result<Option<BodyTemplate>, RenderError> {
    let missing = |form: &[Parameter]| -> Vec<Parameter> {
        let is_there = |parameter: &&Parameter| form.iter().any(|own| own.name == parameter.name);
        added.iter().filter(|parameter| !is_there(parameter)).cloned().collect()
    };
    match body {
        BodyTemplate::None => Ok(Some(BodyTemplate::Form(added.to_vec()))),
        BodyTemplate::Form(form) => {
            let missing = missing(form);
            let whole = || BodyTemplate::Form(form.iter().cloned().chain(missing.clone()).collect());
            Ok((!missing.is_empty()).then(whole))
        }
        BodyTemplate::Json(text) | BodyTemplate::Text { text, .. } => {
            let is_named = text.placeholders().any(|name| name == value);
            if is_named { Ok(None) } else { Err(otherwise) }
        }
    }
}

/// Whether the client is known to have no secret. A secret that is not set yet is reported as missing elsewhere.
fn is_public(values: &Values) -> bool {
    values.value("client_secret").is_some_and(|secret| secret.text.is_empty())
}

fn form_encoded(text: &Rendered) -> Rendered {
    let mut encoded = Rendered::default();
    for span in text.spans() {
        encoded.push(match span {
            Span::Literal(text) => Span::Literal(form_encode(text)),
            Span::Value { name, raw, secret, .. } => Span::Value {
                name: name.clone(),
                raw: raw.clone(),
                written: Secret::new(form_encode(raw.expose())),
                place: Place::Query,
                secret: *secret,
            },
        });
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{CallTemplate, Reveal};
    use crate::diagnosis::Diagnose;

    /// The call with this authentication and secret, as it is shown, or the error.
    #[track_caller]
    fn check(authentication: Authentication, secret: &str, body: BodyTemplate, expected: &str) {
        let mut values = Values::new();
        values.set("client_id", "i d");
        values.set("client_secret", secret);
        values.set("assertion", "a.b.c");
        let url = Template::new("https://as.test/token");
        let template = CallTemplate { url, authentication, body, ..CallTemplate::default() };
        let shown = match template.render(&values) {
            Ok(call) => {
                let mut reveal = Reveal::new();
                reveal.insert("client_secret".to_owned());
                let preview = call.preview(&reveal);
                preview.split_once('\n').map_or(String::new(), |(_, rest)| rest.to_owned())
            }
            Err(error) => error.diagnose().to_string(),
        };
        assert_eq!(shown, expected);
    }

    fn form() -> BodyTemplate {
        BodyTemplate::Form(vec![Parameter::new("a", "1")])
    }

    const TYPE: &str = "Content-Type: application/x-www-form-urlencoded";

    #[test]
    fn a_client_with_a_secret_sends_basic_and_one_without_names_its_id_in_the_form() {
        let basic = format!("Authorization: Basic base64(i+d:s%3D)\n{TYPE}\n\na=1");
        check(Authentication::BasicOrNone, "s=", form(), &basic);
        let raw = format!("Authorization: Basic base64(i d:s=)\n{TYPE}\n\na=1");
        check(Authentication::BasicRawOrNone, "s=", form(), &raw);
        for authentication in [Authentication::BasicOrNone, Authentication::BasicRawOrNone] {
            check(authentication, "", form(), &format!("{TYPE}\n\na=1\n&client_id=i d"));
            check(authentication, "", BodyTemplate::None, &format!("{TYPE}\n\nclient_id=i d"));
        }
    }

    #[test]
    fn an_id_is_not_sent_twice_and_not_forced_into_json() {
        let own = BodyTemplate::Form(vec![Parameter::new("client_id", "<client_id>")]);
        check(Authentication::BasicOrNone, "", own, &format!("{TYPE}\n\nclient_id=i d"));
        let json = BodyTemplate::Json(Template::new("{\"id\": \"<client_id>\"}"));
        check(Authentication::BasicOrNone, "", json, "Content-Type: application/json\n\n{\"id\": \"i d\"}");
        let refused = "there is no secret, and the body has no place for the client id\n\
            hint: name `<client_id>` in the body, or enter the secret";
        check(Authentication::BasicOrNone, "", BodyTemplate::Json(Template::new("{}")), refused);
    }

    #[test]
    fn a_secret_that_is_still_to_come_does_not_make_a_public_client() {
        let url = Template::new("https://as.test/token");
        let template = CallTemplate { url, authentication: Authentication::BasicOrNone, ..CallTemplate::default() };
        let mut values = Values::new();
        values.set("client_id", "id");
        let error = template.render(&values).expect_err("no secret").to_string();
        assert_eq!(error, "the authentication: `<client_secret>` has no value yet");
    }

    #[test]
    fn a_secret_that_is_an_api_key_is_the_user_and_there_is_no_password() {
        check(Authentication::BasicSecret, "sk=", BodyTemplate::None, "Authorization: Basic base64(sk=:)");
    }

    #[test]
    fn a_user_with_a_colon_is_sent_only_where_it_is_encoded() {
        let mut values = Values::new();
        for name in ["client_id", "user_name", "client_secret"] {
            values.set(name, "a:b");
        }
        for authentication in [
            Authentication::BasicRaw,
            Authentication::BasicRawOrNone,
            Authentication::BasicUser,
            Authentication::BasicSecret,
        ] {
            assert_eq!(authentication.basic(&values).err(), Some(RenderError::ColonInUser), "{authentication:?}");
        }
        for authentication in [Authentication::Basic, Authentication::BasicOrNone] {
            let basic = authentication.basic(&values).expect("encoded").expect("sent");
            assert_eq!(basic.user.to_secret().expose(), "a%3Ab");
        }
        // A colon in the password is no matter.
        values.set("client_id", "a");
        assert!(Authentication::BasicRaw.basic(&values).is_ok());
    }

    #[test]
    fn a_client_with_a_key_adds_its_assertion_to_a_form_once() {
        let proof =
            "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer\n&client_assertion=••••••••";
        for authentication in [Authentication::PrivateKeyJwt, Authentication::ClientSecretJwt] {
            check(authentication, "s", form(), &format!("{TYPE}\n\na=1\n&{proof}"));
            let own = BodyTemplate::Form(vec![
                Parameter::new("client_assertion_type", "own"),
                Parameter::new("client_assertion", "<assertion>"),
            ]);
            let named = format!("{TYPE}\n\nclient_assertion_type=own\n&client_assertion=••••••••");
            check(authentication, "s", own, &named);
        }
        let refused = "the body has no place for the assertion of the client\n\
            hint: name `<assertion>` in the body";
        check(Authentication::PrivateKeyJwt, "s", BodyTemplate::Json(Template::new("{}")), refused);
    }

    #[test]
    fn a_client_with_a_certificate_names_its_id_in_the_body_and_sends_nothing_without_one() {
        let refused = "the client certificate is missing\n\
            hint: open the file of the certificate and its private key, or make a pair, in step 2, Authorization";
        let mut values = Values::new();
        values.set("client_id", "i d");
        let certificate = crate::call::ClientCertificate {
            chain: "-----BEGIN CERTIFICATE-----".to_owned(),
            private_key: Secret::new("canary"),
            subject: "CN=acme".to_owned(),
            thumbprint: "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0".to_owned(),
        };
        values.mutual_tls = crate::call::MutualTls::With(std::sync::Arc::new(certificate));
        let (url, mtls_url) = (Template::new("https://as.test/token"), Template::new("https://mtls.as.test/token"));
        for authentication in [Authentication::TlsClientAuth, Authentication::SelfSignedTlsClientAuth] {
            check(authentication, "s", form(), refused);
            let plain = CallTemplate { url: url.clone(), authentication, body: form(), ..CallTemplate::default() };
            let told = "[TLS client certificate: CN=acme; x5t#S256 A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0]";
            let expected = format!("POST https://as.test/token\n{TYPE}\n{told}\n\na=1\n&client_id=i d");
            assert_eq!(plain.render(&values).expect("rendered").preview(&Reveal::new()), expected);
            // RFC 8705 section 5: the server's own address for such clients.
            let aliased = CallTemplate { mtls_url: mtls_url.clone(), ..plain }.render(&values).expect("rendered");
            assert_eq!(aliased.origin(), "https://mtls.as.test");
            assert!(!format!("{aliased:?}").contains("canary"));
        }
        let public = CallTemplate { url, mtls_url, ..CallTemplate::default() };
        assert_eq!(public.render(&Values::new()).expect("rendered").origin(), "https://as.test");
    }
}
