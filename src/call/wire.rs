//! A rendered call, ready to be sent or shown.

use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine as _};

use crate::call::escape::form_encode;
use crate::call::{ClientCertificate, Method, Rendered, Reveal};
use crate::secret::Secret;

/// A call ready to be shown or sent. Its `Debug` shows no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// The URL with its whole query.
    pub url: Rendered,
    /// User and password of `Authorization: Basic`, already form-encoded if required.
    pub basic: Option<Basic>,
    /// Without the content type of the body.
    pub headers: Vec<(String, Rendered)>,
    /// The body.
    pub body: CallBody,
    /// The certificate that is shown to a server that asks for one.
    pub client_certificate: Option<Arc<ClientCertificate>>,
}

/// User and password of `Authorization: Basic`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Basic {
    pub user: Rendered,
    pub password: Rendered,
}

/// A rendered body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallBody {
    /// Nothing.
    None,
    /// Parameters, not yet form-encoded.
    Form(Vec<(String, Rendered)>),
    /// Text, sent unchanged.
    Text {
        /// The media type.
        content_type: String,
        /// The text.
        text: Rendered,
    },
}

impl Call {
    /// Scheme, host and port, to show where secrets will go.
    pub fn origin(&self) -> String {
        match url::Url::parse(self.url.to_secret().expose()) {
            Ok(url) => url.origin().ascii_serialization(),
            Err(_) => String::new(),
        }
    }

    /// The headers as sent, including those of authentication and body.
    pub fn wire_headers(&self) -> Vec<(String, Secret)> {
        let mut headers: Vec<(String, Secret)> =
            self.headers.iter().map(|(name, value)| (name.clone(), value.to_secret())).collect();
        let named =
            |headers: &[(String, Secret)], name: &str| headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
        if let Some(basic) = &self.basic
            && !named(&headers, "authorization")
        {
            headers.push(("Authorization".into(), basic.header()));
        }
        if let Some(content_type) = self.body.content_type()
            && !named(&headers, "content-type")
        {
            headers.push(("Content-Type".into(), Secret::new(content_type)));
        }
        headers
    }

    /// The body as sent.
    pub fn wire_body(&self) -> Option<Secret> {
        match &self.body {
            CallBody::None => None,
            CallBody::Form(form) => {
                let pairs = form.iter().map(|(name, value)| (name, value.to_secret()));
                let mut text = Secret::default();
                for (name, value) in pairs {
                    let separator = if text.is_empty() { "" } else { "&" };
                    let pair = format!("{separator}{}={}", form_encode(name), form_encode(value.expose()));
                    text.typing().push_str(&pair);
                }
                Some(text)
            }
            CallBody::Text { text, .. } => Some(text.to_secret()),
        }
    }

    /// The request as HTTP text, secrets masked unless revealed.
    pub fn preview(&self, reveal: &Reveal) -> String {
        let mut lines = vec![format!("{} {}", self.method.as_str(), self.url.masked(reveal))];
        lines.extend(self.headers.iter().map(|(name, value)| format!("{name}: {}", value.masked(reveal))));
        if let Some(basic) = &self.basic {
            lines.push(format!("Authorization: Basic {}", basic.masked(reveal)));
        }
        if let Some(content_type) = self.body.content_type() {
            lines.push(format!("Content-Type: {content_type}"));
        }
        if let Some(certificate) = &self.client_certificate {
            lines.push(format!("[TLS client certificate: {}]", certificate.told()));
        }
        match &self.body {
            CallBody::None => {}
            CallBody::Form(form) => {
                lines.push(String::new());
                let pairs: Vec<String> =
                    form.iter().map(|(name, value)| format!("{name}={}", value.masked(reveal))).collect();
                lines.push(pairs.join("\n&"));
            }
            CallBody::Text { text, .. } => lines.extend([String::new(), text.masked(reveal)]),
        }
        lines.join("\n")
    }

    /// Its secret values, unescaped.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.texts().into_iter().flat_map(Rendered::secrets)
    }

    /// Every text in which values may be.
    fn texts(&self) -> Vec<&Rendered> {
        let mut texts = vec![&self.url];
        texts.extend(self.basic.iter().flat_map(|basic| [&basic.user, &basic.password]));
        texts.extend(self.headers.iter().map(|(_, value)| value));
        match &self.body {
            CallBody::None => {}
            CallBody::Form(form) => texts.extend(form.iter().map(|(_, value)| value)),
            CallBody::Text { text, .. } => texts.push(text),
        }
        texts
    }

    /// The names of its secret values in order, each once.
    pub fn secret_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in self.texts().into_iter().flat_map(Rendered::secret_names) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        names
    }
}

impl Basic {
    /// The value of the `Authorization` header.
    fn header(&self) -> Secret {
        let pair = Secret::new(format!("{}:{}", self.user.to_secret().expose(), self.password.to_secret().expose()));
        Secret::new(format!("Basic {}", BASE64_STANDARD.encode(pair.expose())))
    }

    /// Before base64, to be readable: `user:••••••••`.
    fn masked(&self, reveal: &Reveal) -> String {
        format!("base64({}:{})", self.user.masked(reveal), self.password.masked(reveal))
    }
}

impl CallBody {
    /// The media type of the body, if there is one.
    pub fn content_type(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Form(_) => Some("application/x-www-form-urlencoded"),
            Self::Text { content_type, .. } => Some(content_type),
        }
    }
}
