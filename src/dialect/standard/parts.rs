//! A service from the requests and the block of a document that belong together.

use crate::call::{Authentication, BodyTemplate, CallTemplate, Template};
use crate::dialect::standard::block::Block;
use crate::dialect::standard::gathering::Gathering;
use crate::dialect::standard::outline::Outline;
use crate::dialect::standard::raw_call::{RawCall, host, split_url, with_grant_type};
use crate::dialect::standard::slots::squeezed;
use crate::dialect::standard::variables::Variables;
use crate::dialect::{Described, Note};
use crate::oauth::{GrantType, Pkce, Request};
use crate::service::Asks;

/// A request as a document has it.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlainRequest {
    /// The collection or folder that contains it; empty for the host of its URL.
    pub(crate) title: String,
    /// Its name, or its place in the document.
    pub(crate) name: String,
    pub(crate) call: RawCall,
    /// What the document says of it that is not in the call.
    pub(crate) ignored: Vec<Note>,
}

/// What a document has of one service.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) title: String,
    pub(crate) block: Option<Block>,
    /// A block without URLs, which says more of the client.
    pub(crate) client: Option<Block>,
    pub(crate) authorization: Option<PlainRequest>,
    pub(crate) token: Option<PlainRequest>,
    pub(crate) refresh: Option<PlainRequest>,
    /// The names of further requests for the same.
    pub(crate) left_out: Vec<String>,
}

/// Headers of the connection, which each program makes for itself.
const OF_THE_CONNECTION: [&str; 9] = [
    "accept-encoding",
    "cache-control",
    "connection",
    "content-length",
    "cookie",
    "host",
    "postman-token",
    "pragma",
    "transfer-encoding",
];

/// Whether the name of a request is only that of the program or function that sends it.
pub(crate) fn is_of_program(name: &str) -> bool {
    const PROGRAMS: [&str; 17] = [
        "Request",
        "Invoke-RestMethod",
        "Invoke-WebRequest",
        "address",
        "ajax",
        "authorization URL",
        "axios",
        "curl",
        "fetch",
        "get",
        "got",
        "http",
        "post",
        "put",
        "request",
        "sendRequest",
        "wget",
    ];
    PROGRAMS.contains(&name.rsplit('.').next().unwrap_or(name))
}

impl Parts {
    /// The name of the request that the service is known by.
    pub(crate) fn own_name(&self) -> Option<&str> {
        let request = self.token.as_ref().or(self.refresh.as_ref()).or(self.authorization.as_ref());
        request.map(|request| request.name.as_str()).filter(|name| !name.is_empty())
    }

    pub(crate) fn described(self, format: &'static str, variables: &Variables) -> Described {
        let mut gathering = Gathering::new(variables.clone());
        let mut outline = match &self.block {
            Some(block) => block.outline(format, &mut gathering),
            None => Outline { format, ..Outline::default() },
        };
        outline.title = variables.fill(&self.title).expose().to_owned();
        if outline.title.is_empty() {
            outline.title = self.host(variables);
        }
        if let Some(request) = self.authorization {
            authorization(request, &mut outline, &mut gathering);
        }
        let grant_type = std::mem::take(&mut gathering.grant_type);
        if let Some(request) = self.refresh {
            let place = request.name.clone();
            let refresh = with_grant_type(template(request, &mut gathering), GrantType::RefreshToken.as_str());
            gathering.understood(place, "the refresh request");
            outline.refresh_request = Some(refresh);
        }
        gathering.grant_type = grant_type;
        match self.token {
            Some(request) => token(request, &mut outline, &mut gathering),
            None if self.block.is_none() && outline.refresh_request.is_some() => by_refresh(&mut outline),
            None => {}
        }
        if let Some(client) = &self.client {
            client.add_client(&mut gathering);
        }
        for name in self.left_out {
            gathering.ignored(name, "another request for the same tokens; the first is used");
        }
        outline.described(gathering)
    }

    fn host(&self, variables: &Variables) -> String {
        let requests = [&self.token, &self.refresh, &self.authorization];
        let urls = requests.into_iter().flatten().map(|request| host(variables.fill(&request.call.url).expose()));
        let mut hosts = urls.filter(|host| !host.is_empty() && !host.contains(['{', '<', '$']));
        let name = self.own_name().filter(|name| !is_of_program(name));
        hosts.next().or_else(|| name.map(str::to_owned)).unwrap_or_default()
    }
}

/// The call of a request, without the headers of its connection.
fn template(mut request: PlainRequest, gathering: &mut Gathering) -> CallTemplate {
    let place = request.name;
    request.call.headers.retain(|(name, _)| {
        let is_dropped = OF_THE_CONNECTION.contains(&name.to_ascii_lowercase().as_str());
        if is_dropped {
            gathering.ignored(format!("{place} › header {name}"), "concerns only one connection");
        }
        !is_dropped
    });
    for note in request.ignored {
        // The commands of a page often have the same options.
        if !gathering.described.ignored.contains(&note) {
            gathering.described.ignored.push(note);
        }
    }
    request.call.call_template(&place, gathering)
}

fn authorization(request: PlainRequest, outline: &mut Outline, gathering: &mut Gathering) {
    let split = split_url(&request.call.url);
    let place = request.name;
    gathering.fragment(format!("{place} › URL"), &request.call.url);
    outline.authorization_url = gathering.address(&format!("{place} › URL"), &split.url);
    let query = || split.query.iter().chain(&request.call.query);
    let has_method = query().any(|(name, _)| squeezed(name) == "codechallengemethod");
    for (name, value) in query() {
        let parameter_place = format!("{place} › query › {name}");
        match squeezed(name).as_str() {
            "responsetype" if !value.contains("code") && !value.contains(['{', '<', '$']) => {
                gathering.replaced_implicit();
            }
            "responsetype" => {}
            "state" | "nonce" | "request" | "requesturi" | "idtokenhint" | "loginhint" => {
                gathering.ignored(parameter_place, "of one request only");
            }
            "responsemode" => gathering.ignored(parameter_place, "the response comes back in the query"),
            // RFC 7636 section 4.3.
            "codechallenge" => {
                outline.assumes_pkce = None;
                outline.pkce = Some(outline.pkce.filter(|_| has_method).unwrap_or(Pkce::Plain));
            }
            "codechallengemethod" => {
                outline.pkce = Some(if value.eq_ignore_ascii_case("plain") { Pkce::Plain } else { Pkce::S256 });
                gathering.understood(parameter_place, "a code challenge is sent");
            }
            _ => {
                let parameter = gathering.parameter(&parameter_place, name, value);
                outline.authorization_query.push(parameter);
            }
        }
    }
    gathering.understood(place, "the authorization request");
}

fn token(request: PlainRequest, outline: &mut Outline, gathering: &mut Gathering) {
    let place = request.name.clone();
    let call = template(request, gathering);
    let names: Vec<&str> = call.placeholders().collect();
    let asks = asks(&call, &names);
    outline.grant = grant(&gathering.grant_type, &names);
    if outline.grant == GrantType::RefreshToken {
        let refresh = with_grant_type(call, GrantType::RefreshToken.as_str());
        gathering.grant_type.clear();
        gathering.understood(place, "the refresh request");
        outline.refresh_request = Some(refresh);
        by_refresh(outline);
        return;
    }
    outline.asks = Some(asks);
    if let Some(words) = how_to_sign(&gathering.grant_type) {
        gathering.missing("assertion", words);
    }
    gathering.understood(place, "the token request");
    outline.authentication = call.authentication;
    outline.assumes_authentication = None;
    if outline.refresh_request.is_none() && outline.grant != GrantType::ClientCredentials {
        outline.refresh_request = Some(refresh_like(&call, &outline.refresh_url));
    }
    call.url.source().clone_into(&mut outline.token_url);
    outline.token_request = Some(call);
}

/// A service of which only the refresh request is known.
fn by_refresh(outline: &mut Outline) {
    let Some(call) = &outline.refresh_request else { return };
    let names: Vec<&str> = call.placeholders().collect();
    outline.grant = GrantType::RefreshToken;
    outline.asks = Some(asks(call, &names));
    outline.authentication = call.authentication;
    outline.assumes_authentication = None;
    call.url.source().clone_into(&mut outline.token_url);
    outline.token_request = Some(call.clone());
}

fn grant(grant_type: &str, names: &[&str]) -> GrantType {
    match GrantType::parse(grant_type) {
        Some(GrantType::RefreshToken) => GrantType::RefreshToken,
        Some(GrantType::AuthorizationCode) => GrantType::AuthorizationCode,
        Some(GrantType::Password) => GrantType::Password,
        None if grant_type.is_empty() && names.contains(&"code") => GrantType::AuthorizationCode,
        None if grant_type.is_empty() && names.contains(&"refresh_token") => GrantType::RefreshToken,
        _ => GrantType::ClientCredentials,
    }
}

/// What to do where the grant is an assertion (RFC 7523 section 2.1, RFC 7522 section 2.1), which no collection signs.
fn how_to_sign(grant_type: &str) -> Option<&'static str> {
    match GrantType::parse(grant_type)? {
        GrantType::JwtBearer => Some(
            "a JWT of your own: `sign-in` signs one with `--key-file FILE --assertion PART=VALUE`, or reads one that \
             another program signs with `--source assertion=file:PATH`",
        ),
        GrantType::Saml2Bearer => Some(
            "a SAML assertion of your own: `sign-in` signs one with `--key-file FILE --assertion PART=VALUE`, or reads \
             one that another program signs with `--source assertion=file:PATH`",
        ),
        _ => None,
    }
}

/// The standard refresh request, authenticated as the token request is.
fn refresh_like(call: &CallTemplate, url: &str) -> CallTemplate {
    let mut form = Request::Token(GrantType::RefreshToken).parameters();
    if let BodyTemplate::Form(list) = &call.body {
        let own = ["<client_id>", "<client_secret>"];
        form.extend(list.iter().filter(|parameter| own.contains(&parameter.value.source())).cloned());
    }
    let url = if url.is_empty() { call.url.clone() } else { Template::new(url) };
    CallTemplate { url, body: BodyTemplate::Form(form), ..call.clone() }
}

fn asks(call: &CallTemplate, names: &[&str]) -> Asks {
    let names_secret = names.contains(&"client_secret");
    match call.authentication {
        _ if names.contains(&"user_name") => Asks::UserAndSecret,
        Authentication::BasicUser => Asks::UserAndSecret,
        Authentication::None if !names_secret => Asks::Nothing,
        _ => Asks::Secret,
    }
}
