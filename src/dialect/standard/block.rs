//! The OAuth 2.0 block of an API tool. Postman, Bruno and Insomnia use different names for the same settings; one table
//! maps the names, and everything else is shared.

use crate::call::{Authentication, Parameter};
use crate::dialect::Described;
use crate::dialect::document::{DocumentError, MOST_PARAMETERS};
use crate::dialect::standard::gathering::Gathering;
use crate::dialect::standard::outline::{Extras, Outline};
use crate::dialect::standard::raw_call::split_url;
use crate::dialect::standard::slots::squeezed;
use crate::dialect::standard::variables::Variables;
use crate::oauth::{GrantType, Pkce};

pub(crate) const DEEPEST_FOLDER: usize = 64;

/// How Postman names the authorization code grant with a code challenge.
const WITH_PKCE: &str = "authorization_code_with_pkce";

/// A block as written: its members, and the additional parameters of each request.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Block {
    /// The collection, folder or request that contains it.
    pub(crate) title: String,
    /// Its place in the document, for notes.
    pub(crate) place: String,
    pub(crate) members: Vec<(String, String)>,
    pub(crate) further: Vec<Further>,
    /// How its tool authenticates the client by default.
    pub(crate) placement: Placement,
}

/// Where a tool puts client ID and secret unless a block says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Placement {
    /// The tool has no default; the body is used.
    #[default]
    Unsaid,
    Body,
    Basic,
}

/// An additional parameter of a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Further {
    pub(crate) request: Request,
    pub(crate) part: RequestPart,
    pub(crate) name: String,
    pub(crate) value: String,
}

/// Which request a parameter is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    Authorization,
    Token,
    Refresh,
}

/// Where in the request it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestPart {
    Header,
    Query,
    Body,
}

/// What a member of a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    GrantType,
    AuthorizationUrl,
    TokenUrl,
    RefreshUrl,
    Own(&'static str),
    /// Where client credentials go: `body`, or `true` for the body.
    Placement,
    /// Read before the others.
    Pkce,
    /// A parameter of authorization and token request.
    Common(&'static str),
    /// A setting of the tool itself.
    OfTheTool,
}

/// The names of all three tools, squeezed.
// flat: one line a member
fn member(name: &str) -> Option<Member> {
    Some(match squeezed(name).as_str() {
        "granttype" => Member::GrantType,
        "authurl" | "authorizationurl" => Member::AuthorizationUrl,
        "accesstokenurl" | "tokenurl" => Member::TokenUrl,
        "refreshtokenurl" => Member::RefreshUrl,
        "clientid" => Member::Own("client_id"),
        "clientsecret" => Member::Own("client_secret"),
        "redirecturi" | "redirecturl" | "callbackurl" => Member::Own("redirect_uri"),
        "scope" => Member::Own("scope"),
        "username" => Member::Own("user_name"),
        "password" => Member::Own("password"),
        "refreshtoken" => Member::Own("refresh_token"),
        "clientauthentication" | "credentialsplacement" | "credentialsinbody" => Member::Placement,
        "pkce" | "usepkce" | "challengealgorithm" | "pkcemethod" => Member::Pkce,
        "audience" => Member::Common("audience"),
        "resource" => Member::Common("resource"),
        "accesstoken"
        | "addtokento"
        | "token"
        | "tokenname"
        | "tokentype"
        | "headerprefix"
        | "usebrowser"
        | "state"
        | "codeverifier"
        | "credentialsid"
        | "tokenplacement"
        | "tokenheaderprefix"
        | "tokenqueryparamname"
        | "tokenqueryparam"
        | "tokenkey"
        | "tokenplacementurl"
        | "autofetchtoken"
        | "autorefreshtoken"
        | "type"
        | "disabled"
        | "tokenprefix"
        | "identitytoken"
        | "responsetype"
        | "origin"
        | "name"
        | "grant"
        | "usedefaultbrowser"
        | "source"
        | "tokensource" => Member::OfTheTool,
        _ => return None,
    })
}

impl Block {
    /// The service it describes, with the document's variables filled in.
    pub(crate) fn described(&self, format: &'static str, variables: &Variables) -> Described {
        let mut gathering = Gathering::new(variables.clone());
        let mut outline = self.outline(format, &mut gathering);
        variables.fill(&self.title).expose().clone_into(&mut outline.title);
        outline.described(gathering)
    }

    /// The same before it is complete, without its title.
    pub(crate) fn outline(&self, format: &'static str, gathering: &mut Gathering) -> Outline {
        let mut outline = Outline { format, ..Outline::default() };
        let grant = gathering.filled(self.value("grant_type"));
        outline.grant = self.grant(&grant, gathering);
        outline.pkce = Some(self.pkce(&grant));
        if !self.members.iter().any(|(name, _)| member(name) == Some(Member::Placement)) {
            self.default_placement(&mut outline, gathering);
        }
        let says_pkce = self.members.iter().any(|(name, _)| member(name) == Some(Member::Pkce));
        if !says_pkce && grant != WITH_PKCE {
            outline.assumes_pkce = Some(self.whose_default());
        }
        for (name, value) in self.members.iter().filter(|(_, value)| !value.trim().is_empty()) {
            self.member(name, value, &mut outline, gathering);
        }
        for further in &self.further {
            self.further(further, &mut outline, gathering);
        }
        outline
    }

    /// How the client authenticates if the block does not say so: as the tool does by default.
    fn default_placement(&self, outline: &mut Outline, gathering: &mut Gathering) {
        let words = match self.placement {
            Placement::Unsaid => "the document does not say it; client ID and secret are sent in the body",
            Placement::Body => "client ID and secret in the body, the default of the tool",
            Placement::Basic => {
                outline.authentication = Authentication::BasicOrNone;
                "Basic authentication, the default of the tool"
            }
        };
        outline.assumes_authentication = Some(self.whose_default());
        gathering.understood(format!("{} › client authentication", self.place), words);
    }

    /// Who decides what the block does not say.
    fn whose_default(&self) -> &'static str {
        if self.placement == Placement::Unsaid { "default of this program" } else { "default of the tool" }
    }

    /// Whether it names an endpoint.
    pub(crate) fn has_url(&self) -> bool {
        let is_url = |kind| matches!(kind, Some(Member::AuthorizationUrl | Member::TokenUrl | Member::RefreshUrl));
        self.members.iter().any(|(name, value)| is_url(member(name)) && !value.trim().is_empty())
    }

    /// Whether it says anything of a service or its client.
    pub(crate) fn is_telling(&self) -> bool {
        let of_no_service = [Member::OfTheTool, Member::Pkce, Member::GrantType];
        let tells = |name: &str| member(name).is_some_and(|member| !of_no_service.contains(&member));
        self.members.iter().any(|(name, value)| tells(name) && !value.trim().is_empty())
    }

    /// The token endpoint as written.
    pub(crate) fn token_url(&self) -> &str {
        self.value_of(Member::TokenUrl)
    }

    /// The client ID as written.
    pub(crate) fn client_id(&self) -> &str {
        self.value_of(Member::Own("client_id"))
    }

    pub(crate) fn grant_type(&self, variables: &Variables) -> GrantType {
        let written = variables.fill(self.value("grant_type"));
        self.grant(written.expose(), &mut Gathering::default())
    }

    /// Adds what it says of the client.
    pub(crate) fn add_client(&self, gathering: &mut Gathering) {
        for (name, value) in self.members.iter().filter(|(_, value)| !value.trim().is_empty()) {
            if let Some(Member::Own(known)) = member(name) {
                gathering.value(&format!("{}.{name}", self.place), known, value);
            }
        }
    }

    fn value_of(&self, kind: Member) -> &str {
        let found = self.members.iter().find(|(name, _)| member(name) == Some(kind));
        found.map_or("", |(_, value)| value.trim())
    }

    fn value(&self, name: &str) -> &str {
        let name = squeezed(name);
        let found = self.members.iter().find(|(known, _)| squeezed(known) == name);
        found.map_or("", |(_, value)| value.trim())
    }

    fn pkce(&self, grant: &str) -> Pkce {
        let says = |name: &str, value: &str| self.value(name).eq_ignore_ascii_case(value);
        let is_wanted = grant == WITH_PKCE || says("pkce", "true") || says("usePkce", "true");
        match is_wanted {
            false => Pkce::Off,
            true if says("pkceMethod", "plain") || says("challengeAlgorithm", "plain") => Pkce::Plain,
            true => Pkce::S256,
        }
    }

    fn grant(&self, written: &str, gathering: &mut Gathering) -> GrantType {
        let place = format!("{}.grant_type", self.place);
        match written {
            "" | "authorization_code" | WITH_PKCE => GrantType::AuthorizationCode,
            "implicit" => gathering.replaced_implicit(),
            "password" | "password_credentials" => GrantType::Password,
            "client_credentials" => GrantType::ClientCredentials,
            "refresh_token" => GrantType::RefreshToken,
            _ => {
                gathering.ignored(place, "unknown grant type; the authorization code grant is used");
                GrantType::AuthorizationCode
            }
        }
    }

    // flat: one arm a member
    fn member(&self, name: &str, value: &str, outline: &mut Outline, gathering: &mut Gathering) {
        let place = format!("{}.{name}", self.place);
        let told = squeezed(value);
        match member(name) {
            Some(Member::GrantType) => {}
            Some(Member::AuthorizationUrl) => {
                let split = split_url(value);
                gathering.fragment(&place, value);
                outline.authorization_url = gathering.address(&place, &split.url);
                for (name, value) in &split.query {
                    let parameter = gathering.parameter(&format!("{place} › {name}"), name, value);
                    outline.authorization_query.push(parameter);
                }
                gathering.understood(place, "authorization endpoint");
            }
            Some(Member::TokenUrl) => {
                outline.token_url = gathering.address(&place, value.trim());
                gathering.understood(place, "token endpoint");
            }
            Some(Member::RefreshUrl) => {
                outline.refresh_url = gathering.address(&place, value.trim());
                gathering.understood(place, "refresh token endpoint");
            }
            Some(Member::Own(known)) => gathering.value(&place, known, value),
            Some(Member::Placement) => {
                let is_body = ["body", "true"].contains(&told.as_str());
                outline.authentication = if is_body { Authentication::None } else { Authentication::BasicOrNone };
                gathering.understood(place, if is_body { "client secret in the body" } else { "Basic authentication" });
            }
            Some(Member::Common(known)) => {
                let parameter = gathering.parameter(&place, known, value);
                outline.authorization_query.push(parameter.clone());
                outline.token.body.push(parameter);
                gathering.understood(place, format!("the parameter `{known}`"));
            }
            Some(Member::Pkce) => gathering.understood(place, "whether a code challenge is sent"),
            Some(Member::OfTheTool) => gathering.ignored(place, "concerns only how the tool uses the token"),
            None => gathering.ignored(place, "unknown"),
        }
    }

    fn further(&self, further: &Further, outline: &mut Outline, gathering: &mut Gathering) {
        let place = format!("{} › {}", self.place, further.name);
        let parameter = gathering.parameter(&place, &further.name, &further.value);
        match further.request {
            Request::Authorization if further.part == RequestPart::Header => {
                gathering.ignored(place, "a browser cannot send extra headers");
                return;
            }
            Request::Authorization => outline.authorization_query.push(parameter),
            Request::Token => put(&mut outline.token, further.part, parameter),
            Request::Refresh => put(&mut outline.refresh, further.part, parameter),
        }
        gathering.understood(place, "a parameter of the call");
    }
}

fn put(extras: &mut Extras, part: RequestPart, parameter: Parameter) {
    match part {
        RequestPart::Header => extras.headers.push(parameter),
        RequestPart::Query => extras.query.push(parameter),
        RequestPart::Body => extras.body.push(parameter),
    }
}

/// The blocks of a document without duplicates: requests of a collection often share one.
#[derive(Debug, Default)]
pub(crate) struct Blocks(Vec<Block>);

impl Blocks {
    /// Adds a block unless it is there already.
    pub(crate) fn add(&mut self, format: &'static str, block: Block) -> Result<(), DocumentError> {
        let too_many = |what, limit| Err(DocumentError::TooMany { format, what, limit });
        if block.members.len() > MOST_PARAMETERS || block.further.len() > MOST_PARAMETERS {
            return too_many("members in an OAuth 2.0 block", MOST_PARAMETERS);
        }
        let is_known = |known: &Block| known.members == block.members && known.further == block.further;
        if self.0.iter().any(is_known) {
            return Ok(());
        }
        DocumentError::unless_few(format, "different OAuth 2.0 blocks", self.0.len() + 1)?;
        self.0.push(block);
        Ok(())
    }

    pub(crate) fn into_list(self) -> Vec<Block> {
        self.0
    }
}
