//! What an XML reader gets back is what went in. That a verifier accepts the signature is shown in `tests/it`.

use proptest::prelude::*;
use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};

use super::*;

fn plain() -> UnsignedSaml {
    UnsignedSaml {
        id: "once".to_owned(),
        issued_at: Timestamp::from_second(1_800_000_000).expect("a time"),
        life: 600,
        issuer: "idp".to_owned(),
        subject: "admin".to_owned(),
        subject_format: "urn:format".to_owned(),
        audience: "audience".to_owned(),
        recipient: "https://as.test/token".to_owned(),
        authentication_context: "urn:password".to_owned(),
        attributes: vec![("api_key".to_owned(), "key".to_owned())],
    }
}

/// An element as a reader sees it.
struct Read {
    name: String,
    attributes: Vec<(String, String)>,
    /// Its own.
    text: String,
}

/// All elements, in order.
fn read(xml: &str) -> Vec<Read> {
    let mut reader = Reader::from_str(xml);
    let mut elements: Vec<Read> = Vec::new();
    let mut open = Vec::new();
    loop {
        match reader.read_event().expect("XML") {
            Event::Start(start) => {
                let attributes = start.attributes().map(|attribute| {
                    let attribute = attribute.expect("an attribute");
                    let value = attribute.normalized_value(XmlVersion::Implicit1_0).expect("a value");
                    (attribute.key.as_ref().to_owned(), value.into_owned())
                });
                open.push(elements.len());
                let (name, attributes) = (start.name().as_ref().to_owned(), attributes.collect());
                elements.push(Read { name, attributes, text: String::new() });
            }
            Event::End(_) => drop(open.pop()),
            Event::Text(text) => {
                let at = *open.last().expect("inside an element");
                elements[at].text.push_str(&text.xml_content(XmlVersion::Implicit1_0));
            }
            Event::GeneralRef(reference) => {
                let at = *open.last().expect("inside an element");
                let named = match &*reference {
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "amp" => Some('&'),
                    "quot" => Some('"'),
                    _ => reference.resolve_char_ref().expect("a reference"),
                };
                elements[at].text.push(named.expect("a character"));
            }
            Event::Eof => return elements,
            other => panic!("nothing else is written: {other:?}"),
        }
    }
}

fn names(elements: &[Read]) -> Vec<String> {
    elements.iter().map(|element| element.name.clone()).collect()
}

#[test]
fn it_stands_in_lines_for_people() {
    let expected = r#"<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="once" IssueInstant="2027-01-15T08:00:00Z" Version="2.0">
  <saml2:Issuer>idp</saml2:Issuer>
  <saml2:Subject>
    <saml2:NameID Format="urn:format">admin</saml2:NameID>
    <saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
      <saml2:SubjectConfirmationData NotOnOrAfter="2027-01-15T08:10:00Z" Recipient="https://as.test/token"></saml2:SubjectConfirmationData>
    </saml2:SubjectConfirmation>
  </saml2:Subject>
  <saml2:Conditions NotBefore="2027-01-15T07:59:00Z" NotOnOrAfter="2027-01-15T08:10:00Z">
    <saml2:AudienceRestriction>
      <saml2:Audience>audience</saml2:Audience>
    </saml2:AudienceRestriction>
  </saml2:Conditions>
  <saml2:AuthnStatement AuthnInstant="2027-01-15T08:00:00Z">
    <saml2:AuthnContext>
      <saml2:AuthnContextClassRef>urn:password</saml2:AuthnContextClassRef>
    </saml2:AuthnContext>
  </saml2:AuthnStatement>
  <saml2:AttributeStatement>
    <saml2:Attribute Name="api_key">
      <saml2:AttributeValue>key</saml2:AttributeValue>
    </saml2:Attribute>
  </saml2:AttributeStatement>
</saml2:Assertion>"#;
    assert_eq!(plain().shown(), expected);
}

#[test]
fn what_is_empty_has_no_statement() {
    let saml = UnsignedSaml { authentication_context: String::new(), attributes: Vec::new(), ..plain() };
    let names = names(&read(&saml.shown()));
    assert!(!names.iter().any(|name| name.ends_with("Statement")), "{names:?}");
}

#[test]
fn a_control_character_is_no_xml() {
    for text in ["\u{0}", "a\u{b}", "\u{1}", "\u{FFFE}", "\u{FFFF}", "\u{1b}[0m"] {
        assert!(!is_xml_text(text), "{text:?}");
    }
    assert!(is_xml_text("\t\r\n <&>\"' \u{FFFD} \u{1F600}"));
}

proptest! {
    #[test]
    fn a_reader_gets_back_what_went_in(
        texts in prop::collection::vec("(\\PC|[<>&\"'\t\r\n]|]]>|<!--|</saml2:Issuer>){0,12}", 7),
    ) {
        let [issuer, subject, format, audience, recipient, name, value] =
            <[String; 7]>::try_from(texts).expect("seven");
        prop_assume!([&issuer, &subject, &format, &audience, &recipient, &name, &value].iter().all(|t| is_xml_text(t)));
        let saml = UnsignedSaml {
            issuer: issuer.clone(),
            subject: subject.clone(),
            subject_format: format.clone(),
            audience: audience.clone(),
            recipient: recipient.clone(),
            attributes: vec![(name.clone(), value.clone())],
            ..plain()
        };
        let (first, rest) = saml.parts("_once", "");
        let elements = read(&format!("{first}{rest}"));
        let (plain_first, plain_rest) = plain().parts("_once", "");
        prop_assert_eq!(names(&elements), names(&read(&(plain_first + &plain_rest))));
        let of = |name: &str| elements.iter().find(|element| element.name == name).expect("an element");
        let attribute = |element: &str, name: &str| {
            of(element).attributes.iter().find(|(known, _)| known == name).expect("an attribute").1.clone()
        };
        prop_assert_eq!(&of("saml2:Issuer").text, &issuer);
        prop_assert_eq!(&of("saml2:NameID").text, &subject);
        prop_assert_eq!(&of("saml2:Audience").text, &audience);
        prop_assert_eq!(&of("saml2:AttributeValue").text, &value);
        prop_assert_eq!(attribute("saml2:NameID", "Format"), format);
        prop_assert_eq!(attribute("saml2:SubjectConfirmationData", "Recipient"), recipient);
        prop_assert_eq!(attribute("saml2:Attribute", "Name"), name);
    }
}
