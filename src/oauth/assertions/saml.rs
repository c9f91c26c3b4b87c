//! Writes and signs a SAML 2.0 assertion (RFC 7522) with an enveloped XML signature.
//!
//! Invariant: the assertion is written in its canonical form (Exclusive XML Canonicalization 1.0), so that what is digested and
//! signed is what is sent: no white space between elements, attributes in order, no empty-element tags, each namespace declared
//! once where it is first used. `xmlsec1` verifies the results in tests.

use aws_lc_rs::digest::{SHA256, digest};
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::oauth::assertions::jwt::{AssertionAlgorithm, SigningError};
use crate::oauth::keys::certificate::Certificate;
use crate::oauth::keys::signing_key::SigningKey;
use crate::secret::Secret;

/// How long before its making it begins to hold, in seconds: clocks differ.
const EARLIER: i64 = 60;
/// Between the elements while they are set out in lines; no text holds it, for XML does not allow it.
const BREAK: &str = "\u{1}";

/// What an assertion says, which is not secret. Texts are plain and hold only characters that XML allows ([`is_xml_text`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsignedSaml {
    /// Random, in the alphabet of base64url.
    pub id: String,
    /// When it is made.
    pub issued_at: Timestamp,
    /// How long it holds from then, in seconds.
    pub life: u64,
    /// Who says it.
    pub issuer: String,
    /// Of whom.
    pub subject: String,
    /// What kind of name that is, a URI.
    pub subject_format: String,
    /// For whom.
    pub audience: String,
    /// The token endpoint.
    pub recipient: String,
    /// How the subject was authenticated, a URI; empty to say nothing of it.
    pub authentication_context: String,
    /// What else it says of the subject, by name.
    pub attributes: Vec<(String, String)>,
}

/// How the signed XML is written in a parameter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SamlEncoding {
    /// base64url without padding (RFC 7522 section 2.1).
    #[default]
    Base64url,
    /// base64 with padding.
    Base64,
}

impl SamlEncoding {
    /// The text of the parameter.
    pub fn encode(self, xml: &Secret) -> Secret {
        Secret::new(match self {
            Self::Base64url => BASE64_URL_SAFE_NO_PAD.encode(xml.expose()),
            Self::Base64 => BASE64_STANDARD.encode(xml.expose()),
        })
    }
}

/// Whether XML 1.0 can hold the text (section 2.2): it has no way to write most control characters.
pub fn is_xml_text(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..))
}

impl UnsignedSaml {
    /// The signed XML. With a certificate it names it, so that the service knows by which key to verify it.
    pub fn sign(
        &self,
        key: &SigningKey,
        algorithm: AssertionAlgorithm,
        certificate: Option<&Certificate>,
    ) -> Result<Secret, SigningError> {
        let kind = key.kind();
        if !kind.signs(algorithm) {
            return Err(SigningError::WrongKey { algorithm, kind });
        }
        let id = format!("_{}", self.id);
        let (issuer, rest) = self.parts(&id, "");
        let digested = digest(&SHA256, format!("{issuer}{rest}").as_bytes());
        let signed_info = signed_info(&id, algorithm, digested.as_ref());
        let signature = key.sign(algorithm, signed_info.as_bytes())?;
        Ok(Secret::new(format!("{issuer}{}{rest}", enveloped(&signed_info, &signature, certificate))))
    }

    /// For people, in lines and without the signature.
    pub fn shown(&self) -> String {
        let (issuer, rest) = self.parts(&self.id, BREAK);
        let mut depth = 0_usize;
        let mut lines = Vec::new();
        for line in format!("{issuer}{rest}").split(BREAK) {
            if line.starts_with("</") {
                depth = depth.saturating_sub(1);
            }
            lines.push(format!("{}{line}", "  ".repeat(depth)));
            if !line.contains("</") {
                depth += 1;
            }
        }
        lines.join("\n")
    }

    /// The assertion up to the issuer, after which the signature goes, and the rest of it.
    fn parts(&self, id: &str, gap: &'static str) -> (String, String) {
        let end = i64::try_from(self.life).unwrap_or(i64::MAX);
        let (from, to) = (moment(self.issued_at, -EARLIER), moment(self.issued_at, end));
        let made = moment(self.issued_at, 0);
        let mut issuer = Canonical::new(gap);
        issuer.open(
            "saml2:Assertion",
            &[
                ("xmlns:saml2", "urn:oasis:names:tc:SAML:2.0:assertion"),
                ("ID", id),
                ("IssueInstant", &made),
                ("Version", "2.0"),
            ],
        );
        issuer.leaf("saml2:Issuer", &[], &self.issuer);
        let mut rest = Canonical::new(gap);
        rest.open("saml2:Subject", &[]);
        rest.leaf("saml2:NameID", &[("Format", &self.subject_format)], &self.subject);
        rest.open("saml2:SubjectConfirmation", &[("Method", "urn:oasis:names:tc:SAML:2.0:cm:bearer")]);
        let confirmation = [("NotOnOrAfter", to.as_str()), ("Recipient", &self.recipient)];
        rest.leaf("saml2:SubjectConfirmationData", &confirmation, "");
        rest.close("saml2:SubjectConfirmation");
        rest.close("saml2:Subject");
        rest.open("saml2:Conditions", &[("NotBefore", &from), ("NotOnOrAfter", &to)]);
        rest.open("saml2:AudienceRestriction", &[]);
        rest.leaf("saml2:Audience", &[], &self.audience);
        rest.close("saml2:AudienceRestriction");
        rest.close("saml2:Conditions");
        if !self.authentication_context.is_empty() {
            rest.open("saml2:AuthnStatement", &[("AuthnInstant", &made)]);
            rest.open("saml2:AuthnContext", &[]);
            rest.leaf("saml2:AuthnContextClassRef", &[], &self.authentication_context);
            rest.close("saml2:AuthnContext");
            rest.close("saml2:AuthnStatement");
        }
        if !self.attributes.is_empty() {
            rest.open("saml2:AttributeStatement", &[]);
            for (name, value) in &self.attributes {
                rest.open("saml2:Attribute", &[("Name", name)]);
                rest.leaf("saml2:AttributeValue", &[], value);
                rest.close("saml2:Attribute");
            }
            rest.close("saml2:AttributeStatement");
        }
        rest.last("saml2:Assertion");
        (issuer.text, rest.text)
    }
}

/// What is signed (XML Signature 1.1 section 4.4), in its canonical form: as the top of what is signed it declares its namespace.
fn signed_info(id: &str, algorithm: AssertionAlgorithm, digested: &[u8]) -> String {
    const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
    let mut info = Canonical::new("");
    info.open("ds:SignedInfo", &[("xmlns:ds", SIGNATURE)]);
    info.leaf("ds:CanonicalizationMethod", &[("Algorithm", EXCLUSIVE)], "");
    info.leaf("ds:SignatureMethod", &[("Algorithm", signature_method(algorithm))], "");
    info.open("ds:Reference", &[("URI", &format!("#{id}"))]);
    info.open("ds:Transforms", &[]);
    info.leaf("ds:Transform", &[("Algorithm", "http://www.w3.org/2000/09/xmldsig#enveloped-signature")], "");
    info.leaf("ds:Transform", &[("Algorithm", EXCLUSIVE)], "");
    info.close("ds:Transforms");
    info.leaf("ds:DigestMethod", &[("Algorithm", "http://www.w3.org/2001/04/xmlenc#sha256")], "");
    info.leaf("ds:DigestValue", &[], &BASE64_STANDARD.encode(digested));
    info.close("ds:Reference");
    info.last("ds:SignedInfo");
    info.text
}

/// The namespace of XML signatures.
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";

fn enveloped(signed_info: &str, signature: &[u8], certificate: Option<&Certificate>) -> String {
    let mut element = Canonical::new("");
    element.open("ds:Signature", &[("xmlns:ds", SIGNATURE)]);
    element.text.push_str(signed_info);
    element.leaf("ds:SignatureValue", &[], &BASE64_STANDARD.encode(signature));
    if let Some(certificate) = certificate {
        element.open("ds:KeyInfo", &[]);
        element.open("ds:X509Data", &[]);
        element.leaf("ds:X509Certificate", &[], &BASE64_STANDARD.encode(certificate.der()));
        element.close("ds:X509Data");
        element.close("ds:KeyInfo");
    }
    element.last("ds:Signature");
    element.text
}

/// RFC 9231 section 2.3. The bytes of a signature are the same as in a JWT.
fn signature_method(algorithm: AssertionAlgorithm) -> &'static str {
    match algorithm {
        AssertionAlgorithm::HS256 => "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        AssertionAlgorithm::RS256 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        AssertionAlgorithm::RS384 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
        AssertionAlgorithm::RS512 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        AssertionAlgorithm::PS256 => "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
        AssertionAlgorithm::PS384 => "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1",
        AssertionAlgorithm::PS512 => "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
        AssertionAlgorithm::ES256 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        AssertionAlgorithm::ES384 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
        AssertionAlgorithm::ES512 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
        AssertionAlgorithm::EdDSA => "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519",
    }
}

/// `xs:dateTime` in UTC, to the second.
fn moment(from: Timestamp, seconds: i64) -> String {
    let moved = from.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
    moved.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Elements in their canonical form.
struct Canonical {
    text: String,
    /// Written between tags: nothing, unless it is only shown.
    gap: &'static str,
}

impl Canonical {
    fn new(gap: &'static str) -> Self {
        Self { text: String::new(), gap }
    }

    /// The caller gives namespaces first, then attributes by name.
    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.start(name, attributes);
        self.text.push_str(self.gap);
    }

    fn leaf(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.start(name, attributes);
        escape(&mut self.text, text, false);
        self.close(name);
    }

    fn close(&mut self, name: &str) {
        self.last(name);
        self.text.push_str(self.gap);
    }

    fn last(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            self.text.push(' ');
            self.text.push_str(name);
            self.text.push_str("=\"");
            escape(&mut self.text, value, true);
            self.text.push('"');
        }
        self.text.push('>');
    }
}

/// Canonical XML 1.0 section 2.3: what is escaped, and how, in attributes and elsewhere.
fn escape(into: &mut String, text: &str, is_attribute: bool) {
    for c in text.chars() {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '\r' => into.push_str("&#xD;"),
            '>' if !is_attribute => into.push_str("&gt;"),
            '"' if is_attribute => into.push_str("&quot;"),
            '\t' if is_attribute => into.push_str("&#x9;"),
            '\n' if is_attribute => into.push_str("&#xA;"),
            c => into.push(c),
        }
    }
}

#[cfg(test)]
mod tests;
