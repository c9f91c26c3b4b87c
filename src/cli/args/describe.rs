//! Options that describe a service on the command line, in place of a preset or on top of one.

use clap::{ArgGroup, Args};

use crate::call::{Parameter, Template, is_secret_name};
use crate::cli::args::key_value;
use crate::dialect::Issuer;
use crate::oauth::{
    AssertionAlgorithm, GrantType, Pkce, RESPONSE_MODE, RequestEncryption, Resource, ResourceAddress, ResponseMode,
    UnknownEncryption, detail_types,
};
use crate::service::{AssertionChange, ClientMethod, SecurityProfile, ServiceChanges, StageName};

/// What is said about the service.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Describe the service")]
#[command(group = ArgGroup::new("metadata").args(["issuer", "protected_resource"]).multiple(true))]
pub struct DescribeOptions {
    /// Fetch the metadata of this issuer, in place of a preset
    #[arg(long, value_name = "URL", value_parser = issuer, conflicts_with = "service")]
    pub issuer: Option<Issuer>,
    /// Ask this API, such as an MCP server, who issues its tokens (RFC 9728), in place of a preset; where it names several issuers,
    /// `--issuer` says which. Without a client ID a client is registered
    #[arg(long, value_name = "URL", value_parser = protected_resource, conflicts_with = "service")]
    pub protected_resource: Option<ResourceAddress>,
    /// Authorization endpoint
    #[arg(long, value_name = "URL")]
    pub authorization_url: Option<String>,
    /// Pushed authorization request endpoint (RFC 9126): the authorization request is sent there, and the browser carries a
    /// reference to it
    #[arg(long, value_name = "URL")]
    pub par_url: Option<String>,
    /// Push the authorization request to the endpoint that the issuer's metadata names, even if it need not be
    #[arg(long, requires = "metadata", conflicts_with = "par_url")]
    pub par: bool,
    /// Token endpoint
    #[arg(long, value_name = "URL")]
    pub token_url: Option<String>,
    /// Device authorization endpoint (RFC 8628)
    #[arg(long, value_name = "URL")]
    pub device_url: Option<String>,
    /// Revocation endpoint (RFC 7009)
    #[arg(long, value_name = "URL")]
    pub revocation_url: Option<String>,
    /// Introspection endpoint (RFC 7662)
    #[arg(long, value_name = "URL")]
    pub introspection_url: Option<String>,
    /// Userinfo endpoint, which tells whose token it is
    #[arg(long, value_name = "URL")]
    pub userinfo_url: Option<String>,
    /// How tokens are obtained: `code`, `device`, `client-credentials`, `password`, `refresh-token`, `jwt-bearer`,
    /// `saml2-bearer`, `token-exchange`
    #[arg(long, value_name = "GRANT", value_parser = grant)]
    pub grant: Option<GrantType>,
    /// How the client authenticates: `client_secret_basic`, `client_secret_post`, `client_secret_jwt`, `private_key_jwt`,
    /// `tls_client_auth`, `self_signed_tls_client_auth`, `none`
    #[arg(long, value_name = "METHOD", value_parser = client_method)]
    pub client_auth: Option<ClientMethod>,
    /// Send this parameter in a request: `authorization.prompt=consent`, `token.audience=…`. The requests are `authorization`,
    /// `par`, `token`, `refresh`, `device`, `revocation`, `introspection` and `identity`; an empty value removes it (repeatable)
    #[arg(long = "param", value_name = "STAGE.KEY=VALUE", value_parser = parameter)]
    pub parameters: Vec<(StageName, Parameter)>,
    /// Ask for tokens of this API (RFC 8707): the sign-in names all of them, the profile's own access token is for the first, and
    /// `token --resource` gives those for the others (repeatable)
    #[arg(long = "resource", value_name = "URI", value_parser = Resource::parse)]
    pub resources: Vec<Resource>,
    /// Say this in the assertion, which is signed here with the key of `--key-file`: `issuer`, `subject`, `audience`, `algorithm`,
    /// `life`; in SAML also `recipient`, `subject_format`, `authentication_context`, `attribute.NAME`, `encoding`; in a JWT
    /// `key_id`, `claim.NAME`. Values may name others, such as `<user_name>`; an empty one leaves it out (repeatable)
    #[arg(long = "assertion", value_name = "PART=VALUE", value_parser = assertion)]
    pub assertion: Vec<AssertionChange>,
    /// Code challenge (RFC 7636): `S256`, `plain` or `off`
    #[arg(long, value_name = "METHOD", value_parser = pkce)]
    pub pkce: Option<Pkce>,
    /// Bind the tokens to a key (DPoP, RFC 9449), and sign its proofs by this algorithm, such as `ES256` (without a value),
    /// `ES384` or `PS256`; `off` asks for bearer tokens
    #[arg(long, value_name = "ALG", num_args = 0..=1, require_equals = true, default_missing_value = "ES256", value_parser = algorithm)]
    pub dpop: Option<AlgorithmArgument>,
    /// Sign the authorization request with the key of `--key-file` (JAR, RFC 9101), by this algorithm, such as `ES256` (without a
    /// value), `PS256` or `RS256`; `off` sends plain parameters
    #[arg(long, value_name = "ALG", num_args = 0..=1, require_equals = true, default_missing_value = "ES256", value_parser = algorithm)]
    pub signed_request: Option<AlgorithmArgument>,
    /// Encrypt the signed request to a key of the issuer (RFC 9101 section 6.1), as the issuer's metadata offers (without a value),
    /// or by this algorithm and, after a `/`, this encryption of the contents, such as `ECDH-ES`, `RSA-OAEP-256/A256GCM`; `off`
    /// only signs
    #[arg(long, value_name = "ALG[/ENC]", num_args = 0..=1, require_equals = true, default_missing_value = "auto", value_parser = encryption)]
    pub encrypted_request: Option<EncryptionArgument>,
    /// Ask for this in detail (RAR, RFC 9396): a JSON list of objects, each with a `type` that the service knows; empty for nothing
    #[arg(long, value_name = "JSON", value_parser = details)]
    pub authorization_details: Option<String>,
    /// Ask for this of it in the token request and in each refresh (RFC 9396 section 6): an access token for less than was
    /// authorized; empty for all of it
    #[arg(long, value_name = "JSON", value_parser = details)]
    pub token_details: Option<String>,
    /// Hold the profile to this: `fapi2` (the FAPI 2.0 Security Profile) pushes the authorization request, uses S256, checks
    /// the issuer, authenticates by a key or a certificate and binds tokens to one; `fapi2-message-signing` signs the
    /// authorization request as well, and wants a signed response; `oauth-2.1`. A request that departs from it is refused;
    /// `show --strict` reports
    #[arg(long = "profile", value_name = "PROFILE", value_parser = security_profile)]
    pub security_profile: Option<SecurityProfile>,
    /// How the authorization response comes back: `query`, `form_post` or `fragment`; signed by the service (JARM) with `jwt`,
    /// `query.jwt`, `form_post.jwt` or `fragment.jwt`
    #[arg(long, value_name = "MODE", value_parser = ResponseMode::ALL.map(ResponseMode::as_str))]
    pub response_mode: Option<String>,
    /// Save the service as your own preset with this ID
    #[arg(long, value_name = "ID", conflicts_with = "try_only")]
    pub save_as_preset: Option<String>,
}

impl DescribeOptions {
    /// Whether they describe a service that has no preset and no metadata.
    pub fn names_endpoints(&self) -> bool {
        self.token_url.is_some() || self.authorization_url.is_some() || self.device_url.is_some()
    }

    /// The changes that they are.
    pub fn changes(&self) -> ServiceChanges {
        let urls = [
            (StageName::Authorization, &self.authorization_url),
            (StageName::Pushed, &self.par_url),
            (StageName::Token, &self.token_url),
            (StageName::Device, &self.device_url),
            (StageName::Revocation, &self.revocation_url),
            (StageName::Introspection, &self.introspection_url),
            (StageName::Identity, &self.userinfo_url),
        ];
        let urls = urls.into_iter().filter_map(|(stage, url)| Some((stage, url.clone()?))).collect();
        let mode = self.response_mode.iter();
        let mode = mode.map(|mode| (StageName::Authorization, Parameter::new(RESPONSE_MODE, mode)));
        ServiceChanges {
            urls,
            grant: self.grant,
            client_method: self.client_auth,
            resources: self.resources.clone(),
            parameters: mode.chain(self.parameters.iter().cloned()).collect(),
            assertion: self.assertion.clone(),
            pkce: self.pkce,
            dpop: self.dpop.map(|AlgorithmArgument(algorithm)| algorithm),
            signed_request: self.signed_request.map(|AlgorithmArgument(algorithm)| algorithm),
            encrypted_request: self.encrypted_request.map(|EncryptionArgument(encryption)| encryption),
            authorization_details: self.authorization_details.clone(),
            token_details: self.token_details.clone(),
            security_profile: self.security_profile,
        }
    }
}

pub(super) fn issuer(text: &str) -> Result<Issuer, String> {
    Issuer::parse(text).ok_or_else(|| "write an https URL without a query".to_owned())
}

fn protected_resource(text: &str) -> Result<ResourceAddress, String> {
    ResourceAddress::parse(text).ok_or_else(|| "write an https URL without a fragment".to_owned())
}

/// The grants by the names of this program, and by those of the RFCs.
fn grant(text: &str) -> Result<GrantType, String> {
    const NAMES: [(&str, GrantType); 8] = [
        ("code", GrantType::AuthorizationCode),
        ("device", GrantType::DeviceCode),
        ("client-credentials", GrantType::ClientCredentials),
        ("password", GrantType::Password),
        ("refresh-token", GrantType::RefreshToken),
        ("jwt-bearer", GrantType::JwtBearer),
        ("saml2-bearer", GrantType::Saml2Bearer),
        ("token-exchange", GrantType::TokenExchange),
    ];
    let named = NAMES.iter().find(|(name, _)| *name == text).map(|(_, grant)| *grant);
    named.or_else(|| GrantType::parse(text).filter(|grant| NAMES.iter().any(|(_, known)| known == grant))).ok_or_else(
        || {
            let all: Vec<String> = NAMES.iter().map(|(name, _)| format!("`{name}`")).collect();
            format!("write one of {}", all.join(", "))
        },
    )
}

fn client_method(text: &str) -> Result<ClientMethod, String> {
    let all = ClientMethod::ALL.into_iter();
    let named = all.clone().find(|method| method.as_str() == text.replace('-', "_"));
    named.ok_or_else(|| {
        let all: Vec<String> = all.map(|method| format!("`{}`", method.as_str())).collect();
        format!("write one of {}", all.join(", "))
    })
}

fn parameter(text: &str) -> Result<(StageName, Parameter), String> {
    let (place, value) = key_value(text)?;
    let stages = || {
        let names: Vec<String> = StageName::ALL.iter().map(|stage| format!("`{}`", stage.as_str())).collect();
        format!("write `STAGE.KEY=VALUE`, with one of {} as the stage", names.join(", "))
    };
    let (stage, name) = place.split_once('.').ok_or_else(stages)?;
    let stage = StageName::parse(stage).ok_or_else(stages)?;
    if name.is_empty() || name.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err("the name of the parameter is missing, or has blanks".to_owned());
    }
    let is_literal = !value.is_empty() && Template::new(&value).placeholders().next().is_none();
    if is_secret_name(name) && is_literal {
        return Err(format!(
            "`{name}` is a secret, and every process can see arguments: name it, such as `<client_secret>`"
        ));
    }
    Ok((stage, Parameter::new(name, value)))
}

/// The value of `--dpop` or `--signed-request`; `None` for `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlgorithmArgument(pub Option<AssertionAlgorithm>);

fn algorithm(text: &str) -> Result<AlgorithmArgument, String> {
    if text.eq_ignore_ascii_case("off") {
        return Ok(AlgorithmArgument(None));
    }
    let all = || AssertionAlgorithm::ALL.into_iter().filter(|algorithm| algorithm.is_asymmetric());
    let named = all().find(|algorithm| algorithm.as_str().eq_ignore_ascii_case(text));
    named.map(|algorithm| AlgorithmArgument(Some(algorithm))).ok_or_else(|| {
        let all: Vec<String> = all().map(|algorithm| format!("`{}`", algorithm.as_str())).collect();
        format!("write `off` or one of {}", all.join(", "))
    })
}

/// The value of `--encrypted-request`; `None` for `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncryptionArgument(pub Option<RequestEncryption>);

fn encryption(text: &str) -> Result<EncryptionArgument, UnknownEncryption> {
    if text.eq_ignore_ascii_case("off") {
        return Ok(EncryptionArgument(None));
    }
    text.parse().map(|encryption| EncryptionArgument(Some(encryption)))
}

fn assertion(text: &str) -> Result<AssertionChange, String> {
    let (part, value) = key_value(text)?;
    AssertionChange::parse(&part, &value).map_err(|error| error.to_string())
}

fn details(text: &str) -> Result<String, String> {
    detail_types(text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

fn security_profile(text: &str) -> Result<SecurityProfile, String> {
    SecurityProfile::parse(text).ok_or_else(|| "write `fapi2`, `fapi2-message-signing` or `oauth-2.1`".to_owned())
}

fn pkce(text: &str) -> Result<Pkce, String> {
    match text.to_ascii_lowercase().as_str() {
        "s256" => Ok(Pkce::S256),
        "plain" => Ok(Pkce::Plain),
        "off" => Ok(Pkce::Off),
        _ => Err("write `S256`, `plain` or `off`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_names_its_request() {
        let read = |text: &str| parameter(text).map(|(stage, own)| (stage, own.name, own.value.source().to_owned()));
        assert_eq!(
            read("token.audience=https://a?b=c"),
            Ok((StageName::Token, "audience".into(), "https://a?b=c".into()))
        );
        assert_eq!(read("authorization.scope="), Ok((StageName::Authorization, "scope".into(), String::new())));
        assert_eq!(read("token.client_secret=<client_secret>").map(|read| read.1), Ok("client_secret".into()));
        for wrong in ["audience=x", "tokens.audience=x", "token.=x", "token.a b=x", "token.audience"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(read("token.client_secret=hunter2").expect_err("a secret").contains("every process can see arguments"));
    }

    #[test]
    fn grants_and_methods_have_the_names_of_the_rfcs_too() {
        assert_eq!(grant("client_credentials"), grant("client-credentials"));
        assert_eq!(grant("urn:ietf:params:oauth:grant-type:jwt-bearer"), Ok(GrantType::JwtBearer));
        assert_eq!(client_method("private-key-jwt"), Ok(ClientMethod::PrivateKeyJwt));
        assert!(grant("implicit").is_err() && client_method("basic").is_err());
    }
}
