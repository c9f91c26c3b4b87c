//! The calls for tokens that stand in a document as plain requests: which request is which, and which of them belong to
//! one service.

use crate::call::Method;
use crate::dialect::document::DocumentError;
use crate::dialect::standard::block::{Block, Blocks};
use crate::dialect::standard::parts::{Parts, PlainRequest, is_of_program};
use crate::dialect::standard::raw_call::{RawCall, host, split_url};
use crate::dialect::standard::slots::{squeezed, whole_slot};
use crate::dialect::standard::variables::Variables;
use crate::dialect::{Described, Note};
use crate::oauth::GrantType;

/// What a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Role {
    Authorization,
    /// With its grant type, which is empty if the request names none.
    Token(String),
    Refresh,
    /// The polling of a device code grant (RFC 8628 section 3.4).
    Device,
}

/// The requests of a document that concern tokens.
#[derive(Debug, Default)]
pub(crate) struct PlainRequests {
    list: Vec<PlainRequest>,
    /// The names of those for device codes, which need a first request of their own, whose reply is not known here.
    of_devices: Vec<String>,
}

/// A request, with what is compared.
struct Seen {
    request: PlainRequest,
    role: Role,
    /// Without its query.
    url: String,
    client: String,
    /// What the tokens are for: scope, audience, resource.
    purpose: Vec<String>,
}

/// The parts of a service, with what is compared.
struct Use {
    parts: Parts,
    url: String,
    grant: String,
    client: String,
    purpose: Vec<String>,
}

impl PlainRequests {
    /// Adds a request if it asks for tokens.
    pub(crate) fn add(&mut self, format: &'static str, request: PlainRequest) -> Result<(), DocumentError> {
        /// A collection of tests has hundreds of calls for tokens.
        const MOST: usize = 1_000;
        let role = role(&request.call, &Variables::default());
        if self.list.len() + self.of_devices.len() == MOST {
            return Err(DocumentError::TooMany { format, what: "requests for tokens", limit: MOST });
        }
        match role {
            Some(Role::Device) => self.of_devices.push(request.name),
            Some(_) => self.list.push(request),
            None => {}
        }
        Ok(())
    }

    /// Adds a request for tokens, whatever its parameters say.
    pub(crate) fn add_chosen(&mut self, request: PlainRequest) {
        self.list.push(request);
    }

    /// The services that the requests and blocks of a document describe. A block without URLs only says more of the
    /// client of a request.
    pub(crate) fn described(
        self,
        format: &'static str,
        blocks: Blocks,
        variables: &Variables,
    ) -> Result<Vec<Described>, DocumentError> {
        let seen: Vec<Seen> = self.list.into_iter().map(|request| Seen::new(request, variables)).collect();
        let blocks = blocks.into_list().into_iter().filter(Block::is_telling);
        let (whole, bare): (Vec<Block>, Vec<Block>) = blocks.partition(Block::has_url);
        let mut uses = Vec::new();
        for seen in seen.iter().filter(|seen| matches!(seen.role, Role::Token(_))) {
            seen.add_token(&mut uses);
        }
        for block in whole {
            add_block(block, &mut uses, variables);
        }
        for seen in seen.iter().filter(|seen| seen.role == Role::Refresh) {
            seen.add_refresh(&mut uses);
        }
        for seen in seen.iter().filter(|seen| seen.role == Role::Authorization) {
            seen.add_authorization(&mut uses);
        }
        match &bare[..] {
            _ if uses.is_empty() => uses.extend(bare.into_iter().map(|block| Use::of_block(block, variables))),
            [only] => uses.iter_mut().for_each(|one| one.parts.client = Some(only.clone())),
            _ => {}
        }
        if uses.is_empty() && !self.of_devices.is_empty() {
            return Err(DocumentError::NoService {
                format,
                lacks: "request for tokens but those of the device code grant",
            });
        }
        DocumentError::unless_few(format, "different services", uses.len())?;
        let mut parts: Vec<Parts> = uses.into_iter().map(|one| one.parts).collect();
        distinguish(&mut parts);
        let mut described: Vec<Described> = parts.into_iter().map(|parts| parts.described(format, variables)).collect();
        for name in &self.of_devices {
            let note =
                Note::new(name, "the device code grant: import the metadata of the server, which has its endpoint");
            for one in &mut described {
                one.ignored.push(note.clone());
            }
        }
        Ok(described)
    }
}

impl Seen {
    fn new(request: PlainRequest, variables: &Variables) -> Self {
        let fields = request.call.fields();
        let filled = |text: &str| variables.fill(text).expose().trim().to_owned();
        let named = |name: &str| {
            let found = fields.iter().find(|(known, _)| squeezed(known) == name);
            found.map(|(_, value)| filled(value)).unwrap_or_default()
        };
        let client = named("clientid");
        let user = || request.call.basic_user().map(|user| filled(&user)).unwrap_or_default();
        Self {
            role: role(&request.call, variables).unwrap_or_else(|| Role::Token(String::new())),
            url: split_url(&filled(&request.call.url)).url,
            client: if client.is_empty() { user() } else { client },
            purpose: ["scope", "audience", "resource"].into_iter().map(named).collect(),
            request,
        }
    }

    /// A token request is a service, unless it is one that is known already.
    fn add_token(&self, uses: &mut Vec<Use>) {
        let Role::Token(grant) = &self.role else { return };
        let is_same = |known: &&mut Use| {
            known.grant == *grant && known.is_of(self) && known.url == self.url && known.purpose == self.purpose
        };
        match uses.iter_mut().find(is_same) {
            Some(known) if known.parts.token.as_ref().is_some_and(|token| token.call == self.request.call) => {}
            Some(known) => known.parts.left_out.push(self.request.name.clone()),
            None => uses.push(Use {
                parts: Parts {
                    title: self.request.title.clone(),
                    token: Some(self.request.clone()),
                    ..Parts::default()
                },
                url: self.url.clone(),
                grant: grant.clone(),
                client: self.client.clone(),
                purpose: self.purpose.clone(),
            }),
        }
    }

    /// A refresh request belongs to each service of its client at its host that issues refresh tokens. Without one it is
    /// a service by itself.
    fn add_refresh(&self, uses: &mut Vec<Use>) {
        let mut is_used = false;
        for known in uses.iter_mut().filter(|known| known.has_refresh_tokens() && known.is_of(self)) {
            if host(&known.url) != host(&self.url) {
                continue;
            }
            is_used = true;
            match &known.parts.refresh {
                None => known.parts.refresh = Some(self.request.clone()),
                Some(refresh) if refresh.call == self.request.call => {}
                Some(_) => known.parts.left_out.push(self.request.name.clone()),
            }
        }
        if !is_used {
            let parts =
                Parts { title: self.request.title.clone(), refresh: Some(self.request.clone()), ..Parts::default() };
            uses.push(Use::new(parts, self, GrantType::RefreshToken));
        }
    }

    /// An authorization request belongs to each service of its client with a code; the endpoint may be at another host.
    fn add_authorization(&self, uses: &mut Vec<Use>) {
        let with_code = |known: &Use| known.grant == GrantType::AuthorizationCode.as_str();
        let is_only = uses.iter().filter(|known| with_code(known)).count() == 1;
        let mut is_used = false;
        for known in uses.iter_mut().filter(|known| with_code(known) && known.is_of(self)) {
            let is_named = !self.client.is_empty() && known.client == self.client;
            if !is_only && !is_named && host(&known.url) != host(&self.url) {
                continue;
            }
            is_used = true;
            match &known.parts.authorization {
                None => known.parts.authorization = Some(self.request.clone()),
                Some(first) if first.call == self.request.call => {}
                Some(_) => known.parts.left_out.push(self.request.name.clone()),
            }
        }
        if !is_used {
            let parts = Parts {
                title: self.request.title.clone(),
                authorization: Some(self.request.clone()),
                ..Parts::default()
            };
            uses.push(Use::new(parts, self, GrantType::AuthorizationCode));
        }
    }
}

impl Use {
    fn new(parts: Parts, seen: &Seen, grant: GrantType) -> Self {
        let (client, purpose) = (seen.client.clone(), seen.purpose.clone());
        Self { parts, url: seen.url.clone(), grant: grant.as_str().to_owned(), client, purpose }
    }

    fn of_block(block: Block, variables: &Variables) -> Self {
        let filled = |text: &str| variables.fill(text).expose().trim().to_owned();
        Self {
            url: split_url(&filled(block.token_url())).url,
            grant: block.grant_type(variables).as_str().to_owned(),
            client: filled(block.client_id()),
            purpose: Vec::new(),
            parts: Parts { title: block.title.clone(), block: Some(block), ..Parts::default() },
        }
    }

    /// Whether both may be of one client: a value that is left open may be any.
    fn is_of(&self, seen: &Seen) -> bool {
        let is_open = |text: &str| text.is_empty() || whole_slot(text).is_some();
        self.client == seen.client || is_open(&self.client) || is_open(&seen.client)
    }

    fn has_refresh_tokens(&self) -> bool {
        // For an assertion the client gets none (RFC 7521 section 4.1).
        let is_assertion = matches!(GrantType::parse(&self.grant), Some(GrantType::JwtBearer | GrantType::Saml2Bearer));
        self.grant != GrantType::ClientCredentials.as_str() && !is_assertion
    }
}

/// A block is a service, unless a request says how its tokens are asked for.
fn add_block(block: Block, uses: &mut Vec<Use>, variables: &Variables) {
    let described = Use::of_block(block, variables);
    let known = uses.iter_mut().find(|known| {
        known.parts.block.is_none()
            && known.grant == described.grant
            && known.url == described.url
            && (known.client == described.client || known.client.is_empty() || described.client.is_empty())
    });
    match known {
        Some(known) => known.parts.block = described.parts.block,
        None => uses.push(described),
    }
}

/// What a request is for; `None` if it does not ask for tokens.
fn role(call: &RawCall, variables: &Variables) -> Option<Role> {
    let fields = call.fields();
    let found = |name: &str| fields.iter().find(|(known, _)| squeezed(known) == name).map(|(_, value)| value.as_str());
    let has = |name: &str| found(name).is_some();
    if let Some(grant) = found("granttype") {
        let grant = variables.fill(grant).expose().trim().to_owned();
        if matches!(grant.as_str(), "device" | "device_code") || GrantType::parse(&grant) == Some(GrantType::DeviceCode)
        {
            return Some(Role::Device);
        }
        return Some(if grant == GrantType::RefreshToken.as_str() { Role::Refresh } else { Role::Token(grant) });
    }
    let address = split_url(&call.url).url.to_ascii_lowercase();
    let ends = ["logout", "revoke", "revocation", "introspect", "endsession", "end_session"];
    let is_post = call.method == Method::Post;
    if call.method == Method::Get && has("responsetype") && has("clientid") {
        return Some(Role::Authorization);
    }
    if !is_post || has("responsetype") || ends.iter().any(|end| address.contains(end)) {
        return None;
    }
    let authenticates = has("clientsecret") || has("codeverifier") || call.basic_user().is_some();
    if has("code") && authenticates && (has("clientid") || has("redirecturi") || call.basic_user().is_some()) {
        return Some(Role::Token(GrantType::AuthorizationCode.as_str().to_owned()));
    }
    let is_token = address.contains("token");
    if has("refreshtoken") {
        return (authenticates && is_token).then_some(Role::Refresh);
    }
    // Some services have no other grant, so that its type is not named.
    let has_user = ["code", "username", "email", "password"].into_iter().any(has);
    (has("clientid") && has("clientsecret") && !has_user && is_token).then(|| Role::Token(String::new()))
}

/// Services of one title are told apart by the names of their requests.
fn distinguish(parts: &mut [Parts]) {
    let titles: Vec<String> = parts.iter().map(|parts| parts.title.clone()).collect();
    for parts in parts.iter_mut() {
        let is_several = titles.iter().filter(|title| **title == parts.title).count() > 1;
        // Without a title, the host of a request says more than the program that sends it.
        let is_told = |name: &&str| !parts.title.is_empty() || !is_of_program(name);
        if let Some(name) = parts.own_name().filter(is_told).filter(|_| is_several) {
            parts.title = if parts.title.is_empty() { name.to_owned() } else { format!("{}: {name}", parts.title) };
        }
    }
}
