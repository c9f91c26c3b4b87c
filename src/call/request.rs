//! A call with placeholders and how it is rendered: [`CallTemplate`] → [`Call`].

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::call::escape::percent_encode;
use crate::call::is_secret_name;
use crate::call::{
    Authentication, Call, CallBody, MutualTls, Parameter, Place, Reading, Rendered, Reveal, Span, Template,
    TemplateError, Values,
};
use crate::diagnosis::{Diagnose, Diagnosis};

/// The HTTP method of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "the names are the methods")]
pub enum Method {
    Get,
    #[default]
    Post,
    Put,
    Patch,
    Delete,
}

/// What a call carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BodyTemplate {
    /// Nothing.
    #[default]
    None,
    /// `application/x-www-form-urlencoded`.
    Form(Vec<Parameter>),
    /// JSON text with placeholders.
    Json(Template),
    /// Any text; placeholders are escaped as XML when the content type says XML, else not at all.
    Text {
        /// The media type sent.
        content_type: String,
        /// The text.
        text: Template,
    },
}

/// A request with placeholders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallTemplate {
    /// The method.
    pub method: Method,
    /// The URL, perhaps with a query of its own.
    pub url: Template,
    /// The URL for clients that show a certificate, where the server has one of its own for them (RFC 8705 section 5); else empty.
    pub mtls_url: Template,
    /// How the client authenticates.
    pub authentication: Authentication,
    /// In addition to those of the body and the authentication.
    pub headers: Vec<Parameter>,
    /// Added to the URL's query.
    pub query: Vec<Parameter>,
    /// The body.
    pub body: BodyTemplate,
    /// How to read the reply.
    pub reading: Reading,
    /// An example reply from the documentation; empty if there is none.
    pub example: String,
}

impl CallTemplate {
    /// What stands in the headers, the query and the form as text and is a secret by its name: a person may have typed it there.
    pub fn typed_secrets(&self) -> impl Iterator<Item = &str> {
        let form = if let BodyTemplate::Form(form) = &self.body { form.as_slice() } else { &[] };
        let parameters = self.headers.iter().chain(&self.query).chain(form);
        parameters.filter(|parameter| is_secret_name(&parameter.name)).filter_map(|parameter| {
            let is_text = parameter.value.placeholders().next().is_none() && !parameter.value.source().is_empty();
            is_text.then(|| parameter.value.source())
        })
    }
}

/// Which part of the call an error is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The URL.
    Url,
    /// Client id and secret, or user id and secret.
    Authentication,
    /// The header of this name.
    Header(String),
    /// The query parameter of this name.
    Query(String),
    /// The body, or its parameter of this name.
    Body(Option<String>),
}

/// Why a template cannot be rendered.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RenderError {
    /// A placeholder could not be filled in.
    #[error("{part}: {error}")]
    Template {
        /// Where.
        part: Part,
        /// Why.
        #[source]
        error: TemplateError,
    },
    /// The URL is empty.
    #[error("the URL is empty")]
    NoUrl,
    /// The call is to show a client certificate, and there is none.
    #[error("the client certificate is missing")]
    NoClientCertificate,
    /// A client without a secret sends its ID in the body, which is neither a form nor has a placeholder for it.
    #[error("there is no secret, and the body has no place for the client id")]
    NoPlaceForId,
    /// `Authorization: Basic` would end the user at its colon (RFC 7617 section 2).
    #[error("the user name of `Authorization: Basic` has a colon, and would be cut there")]
    ColonInUser,
    /// The body is neither a form nor has a placeholder for the assertion.
    #[error("the body has no place for the assertion of the client")]
    NoPlaceForAssertion,
    /// The rendered URL is not `http` or `https`.
    #[error("`{url}` is not a URL: {reason}")]
    BadUrl {
        /// The URL, masked.
        url: String,
        /// Why not.
        reason: String,
    },
    /// The rendered body is not JSON.
    #[error("the body is not JSON: {reason} at line {line}, column {column}")]
    BadJson {
        /// The parser's reason, which does not quote the text.
        reason: &'static str,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
}

impl Diagnose for RenderError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Template { error, .. } => Diagnosis { hint: error.diagnose().hint, ..diagnosis },
            Self::NoUrl => diagnosis.hint("enter the URL from the service's documentation"),
            Self::NoClientCertificate => diagnosis
                .hint("open the file of the certificate and its private key, or make a pair, in step 2, Authorization"),
            Self::NoPlaceForId => diagnosis.hint("name `<client_id>` in the body, or enter the secret"),
            Self::ColonInUser => diagnosis
                .hint("compare the client id with the console; if it is right, choose `basic`, which encodes it")
                .reference("https://www.rfc-editor.org/rfc/rfc7617#section-2"),
            Self::NoPlaceForAssertion => diagnosis.hint("name `<assertion>` in the body"),
            Self::BadUrl { .. } => diagnosis.hint("enter the whole URL, starting with `https://`"),
            Self::BadJson { .. } => diagnosis.hint("look for a missing quote, or a comma too many before a `}`"),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url => f.write_str("the URL"),
            Self::Authentication => f.write_str("the authentication"),
            Self::Header(name) => write!(f, "the header `{name}`"),
            Self::Query(name) => write!(f, "the query parameter `{name}`"),
            Self::Body(Some(name)) => write!(f, "the body parameter `{name}`"),
            Self::Body(None) => f.write_str("the body"),
        }
    }
}

impl Method {
    /// In the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// As in the request line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl CallTemplate {
    /// Fills in the values.
    pub fn render(&self, values: &Values) -> Result<Call, RenderError> {
        if self.url.is_empty() {
            return Err(RenderError::NoUrl);
        }
        let client_certificate = match &values.mutual_tls {
            MutualTls::With(certificate) => Some(certificate.clone()),
            MutualTls::Missing => return Err(RenderError::NoClientCertificate),
            MutualTls::Off if self.authentication.shows_certificate() => return Err(RenderError::NoClientCertificate),
            MutualTls::Off => None,
        };
        let mut url = at(Part::Url, self.address(values).render_url(values))?;
        self.append_query(&mut url, values)?;
        check_url(&url)?;
        let with_id = self.authentication.body(&self.body, values)?;
        Ok(Call {
            method: self.method,
            url,
            basic: self.authentication.basic(values)?,
            headers: self.rendered_headers(values)?,
            body: with_id.as_ref().unwrap_or(&self.body).render(values)?,
            client_certificate,
        })
    }

    /// The URL: that for clients with a certificate, if one is shown and there is such a URL.
    fn address(&self, values: &Values) -> &Template {
        if values.mutual_tls.is_on() && !self.mtls_url.is_empty() { &self.mtls_url } else { &self.url }
    }

    /// The names of all placeholders.
    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        let mut templates = vec![&self.url, &self.mtls_url];
        templates.extend(self.headers.iter().chain(&self.query).map(|p| &p.value));
        match &self.body {
            BodyTemplate::None => {}
            BodyTemplate::Form(list) => templates.extend(list.iter().map(|p| &p.value)),
            BodyTemplate::Json(text) | BodyTemplate::Text { text, .. } => templates.push(text),
        }
        templates.into_iter().flat_map(Template::placeholders)
    }

    /// Whether the client secret is in it, or signs a part of it.
    pub fn sends_client_secret(&self) -> bool {
        self.authentication.uses_secret() || self.placeholders().any(|name| name == "client_secret")
    }

    fn append_query(&self, url: &mut Rendered, values: &Values) -> Result<(), RenderError> {
        let mut separator = if self.address(values).source().contains('?') { "&" } else { "?" };
        for parameter in &self.query {
            let value = at(Part::Query(parameter.name.clone()), parameter.value.render(values, Place::Query))?;
            if value.is_empty() {
                continue;
            }
            url.push_literal(separator);
            url.push_literal(&percent_encode(&parameter.name));
            url.push_literal("=");
            url.append(encode_literals(&value));
            separator = "&";
        }
        Ok(())
    }

    fn rendered_headers(&self, values: &Values) -> Result<Vec<(String, Rendered)>, RenderError> {
        let mut headers = Vec::new();
        for header in &self.headers {
            let value = at(Part::Header(header.name.clone()), header.value.render(values, Place::Header))?;
            if !value.is_empty() {
                headers.push((header.name.clone(), value));
            }
        }
        Ok(headers)
    }
}

impl BodyTemplate {
    fn render(&self, values: &Values) -> Result<CallBody, RenderError> {
        match self {
            Self::None => Ok(CallBody::None),
            Self::Form(parameters) => {
                let mut form = Vec::new();
                for parameter in parameters {
                    let part = Part::Body(Some(parameter.name.clone()));
                    let value = at(part, parameter.value.render(values, Place::FormParameter))?;
                    if !value.is_empty() {
                        form.push((parameter.name.clone(), value));
                    }
                }
                Ok(CallBody::Form(form))
            }
            Self::Json(template) => {
                let text = at(Part::Body(None), template.render_json(values))?;
                check_json(&text)?;
                Ok(CallBody::Text { content_type: "application/json".into(), text })
            }
            Self::Text { content_type, text } => {
                let place = if content_type.contains("xml") { Place::Xml } else { Place::Text };
                let text = at(Part::Body(None), text.render(values, place))?;
                Ok(CallBody::Text { content_type: content_type.clone(), text })
            }
        }
    }
}

/// Names the part of the call that an error is about.
pub(crate) fn at<T>(part: Part, result: Result<T, TemplateError>) -> Result<T, RenderError> {
    result.map_err(|error| RenderError::Template { part, error })
}

/// Encodes the literal text of a query parameter, which presets have unencoded; values are already encoded.
fn encode_literals(text: &Rendered) -> Rendered {
    let mut encoded = Rendered::default();
    for span in text.spans() {
        match span {
            Span::Literal(text) => encoded.push_literal(&percent_encode(text)),
            value @ Span::Value { .. } => encoded.push(value.clone()),
        }
    }
    encoded
}

fn check_url(url: &Rendered) -> Result<(), RenderError> {
    let bad = |reason: String| RenderError::BadUrl { url: url.masked(&Reveal::new()), reason };
    let parsed = url::Url::parse(url.to_secret().expose()).map_err(|error| bad(error.to_string()))?;
    match parsed.scheme() {
        "https" | "http" if parsed.host().is_some() => Ok(()),
        scheme => Err(bad(format!("`{scheme}` is not `https`"))),
    }
}

fn check_json(text: &Rendered) -> Result<(), RenderError> {
    use serde_json::error::Category;
    match serde_json::from_str::<serde::de::IgnoredAny>(text.to_secret().expose()) {
        Ok(_) => Ok(()),
        Err(error) => Err(RenderError::BadJson {
            reason: match error.classify() {
                Category::Eof => "it ends too early",
                _ => "there is something unexpected",
            },
            line: error.line(),
            column: error.column(),
        }),
    }
}
