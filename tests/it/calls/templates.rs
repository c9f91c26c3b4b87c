//! Any value survives each place of a call: an independent parser reads back what was rendered.

use proptest::prelude::*;
use tokenwright::call::{
    Authentication, BodyTemplate, Call, CallTemplate, Parameter, Reveal, Template, Values, parse_parameters,
    write_parameters,
};

/// Special characters, and arbitrary ones.
fn any_value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("a%^*&+=\"\n<é>".to_owned()),
        Just("<client_id>{code}{{state}}".to_owned()),
        "\\PC{1,40}",
        any::<String>().prop_filter("not empty", |text| !text.is_empty()),
    ]
}

fn render(template: &CallTemplate, value: &str) -> Option<Call> {
    let mut values = Values::new();
    values.declare("value", "the test");
    values.set_secret("value", tokenwright::secret::Secret::new(value));
    values.set_secret("client_secret", tokenwright::secret::Secret::new(value));
    values.set("client_id", value);
    template.render(&values).ok()
}

fn with_body(body: BodyTemplate) -> CallTemplate {
    CallTemplate { url: Template::new("https://example.test/token"), body, ..CallTemplate::default() }
}

fn url_of(call: &Call) -> url::Url {
    url::Url::parse(call.url.to_secret().expose()).expect("a URL")
}

/// Characters that XML can represent (XML 1.0 section 2.2).
fn is_xml(value: &str) -> bool {
    value.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_path_segment(value in any_value()) {
        prop_assume!(value != "." && value != "..");
        let template = CallTemplate { url: Template::new("https://example.test/a/<value>/b"), ..CallTemplate::default() };
        let call = render(&template, &value).expect("renders");
        let url = url_of(&call);
        let segments: Vec<&str> = url.path_segments().expect("segments").collect();
        prop_assert_eq!(segments.len(), 3);
        let decoded = percent_encoding::percent_decode_str(segments[1]).decode_utf8().expect("text");
        prop_assert_eq!(decoded.as_ref(), value.as_str());
        prop_assert_eq!(url.host_str(), Some("example.test"));
    }

    #[test]
    fn a_query_parameter(value in any_value()) {
        let template = CallTemplate {
            url: Template::new("https://example.test/token?first={value}"),
            query: vec![Parameter::new("second", "x <value>")],
            ..CallTemplate::default()
        };
        let url = url_of(&render(&template, &value).expect("renders"));
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        prop_assert_eq!(pairs, vec![("first".into(), value.clone()), ("second".into(), format!("x {value}"))]);
    }

    #[test]
    fn a_form_parameter(value in any_value()) {
        let call = render(&with_body(BodyTemplate::Form(vec![Parameter::new("a b", "{{value}}")])), &value).expect("renders");
        let body = call.wire_body().expect("a body");
        let pairs: Vec<(String, String)> = form_urlencoded::parse(body.expose().as_bytes()).into_owned().collect();
        prop_assert_eq!(pairs, vec![("a b".to_owned(), value)]);
    }

    #[test]
    fn a_json_string_and_a_json_value(value in any_value()) {
        let text = Template::new("{\"in\": \"x<value>\", \"out\": <value>}");
        let call = render(&with_body(BodyTemplate::Json(text)), &value).expect("renders");
        let json: serde_json::Value = serde_json::from_str(call.wire_body().expect("a body").expose()).expect("JSON");
        prop_assert_eq!(&json["in"], &serde_json::Value::from(format!("x{value}")));
        prop_assert_eq!(json["out"].as_str(), Some(value.as_str()));
    }

    #[test]
    fn xml_text_and_an_xml_attribute(value in any_value()) {
        let text = Template::new("<t a=\"{value}\"><value>{value}</value></t>");
        let body = BodyTemplate::Text { content_type: "application/xml".into(), text };
        let Some(call) = render(&with_body(body), &value) else {
            // A character that XML cannot hold is an error; no other may be.
            prop_assert!(!is_xml(&value));
            return Ok(());
        };
        let xml = call.wire_body().expect("a body");
        let (attribute, element) = read_xml(xml.expose());
        prop_assert_eq!(attribute, value.clone());
        prop_assert_eq!(element, value);
    }

    #[test]
    fn a_header(value in any_value()) {
        let headers = vec![Parameter::new("X-Key", "Key <value>")];
        let template = CallTemplate { headers, ..with_body(BodyTemplate::None) };
        let Some(call) = render(&template, &value) else {
            // A header has no way to write a control character; that is an error at the field.
            prop_assert!(value.chars().any(|c| c.is_ascii_control()));
            return Ok(());
        };
        let header = call.wire_headers().remove(0).1;
        let parsed = reqwest::header::HeaderValue::from_bytes(header.expose().as_bytes()).expect("a header");
        prop_assert_eq!(parsed.as_bytes().to_vec(), format!("Key {value}").into_bytes());
    }

    #[test]
    fn basic_authentication_as_rfc_6749_has_it(value in any_value()) {
        use base64::prelude::{BASE64_STANDARD, Engine as _};
        let template = CallTemplate { authentication: Authentication::Basic, ..with_body(BodyTemplate::None) };
        let call = render(&template, &value).expect("renders");
        let header = call.wire_headers().remove(0).1;
        let pair = BASE64_STANDARD.decode(header.expose().trim_start_matches("Basic ")).expect("base64");
        let pair = String::from_utf8(pair).expect("text");
        let (user, password) = pair.split_once(':').expect("a pair");
        let decode = |text: &str| form_urlencoded::parse(format!("v={text}").as_bytes()).next().expect("one").1.into_owned();
        prop_assert_eq!(decode(user), value.clone());
        prop_assert_eq!(decode(password), value);
    }

    #[test]
    fn a_host_holds_nothing_but_a_host(value in any_value()) {
        let template = CallTemplate { url: Template::new("https://<value>.example.test/x"), ..CallTemplate::default() };
        if let Some(call) = render(&template, &value) {
            let url = url_of(&call);
            prop_assert_eq!(url.host_str().map(str::to_owned), Some(format!("{}.example.test", value.to_lowercase())));
            prop_assert_eq!(url.path(), "/x");
        }
    }

    #[test]
    fn no_masked_text_holds_the_secret(value in "[a-zA-Z0-9%&+=<>\" ]{6,40}") {
        let template = CallTemplate {
            url: Template::new("https://example.test/<value>?q=<value>"),
            authentication: Authentication::Basic,
            headers: vec![Parameter::new("X-Key", "<value>")],
            body: BodyTemplate::Json(Template::new("{\"s\": \"<value>\"}")),
            ..CallTemplate::default()
        };
        let mut values = Values::new();
        values.set("client_id", "id");
        for name in ["value", "client_secret"] {
            values.set_secret(name, tokenwright::secret::Secret::new(&value));
        }
        let call = template.render(&values).expect("renders");
        for shown in [call.preview(&Reveal::new()), call.to_curl(), format!("{call:?}"), format!("{values:?}")] {
            prop_assert!(!shown.contains(&value), "{}", shown);
        }
    }

    #[test]
    fn a_text_of_parameters_reads_back_as_it_was_written(pairs in prop::collection::vec(("[a-z ]{1,8}", ".{0,20}"), 0..5)) {
        let parameters: Vec<Parameter> =
            pairs.into_iter().filter(|(name, _)| !name.trim().is_empty()).map(|(name, value)| Parameter::new(name, value)).collect();
        prop_assert_eq!(parse_parameters(&write_parameters(&parameters)), parameters);
    }
}

/// The attribute of the root and the text of its child.
fn read_xml(xml: &str) -> (String, String) {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut attribute, mut element, mut depth) = (String::new(), String::new(), 0);
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(start) => {
                depth += 1;
                if let Some(found) = start.attributes().next() {
                    let raw = found.expect("an attribute").value.into_owned();
                    attribute = quick_xml::escape::unescape(&raw).expect("escaped").into_owned();
                }
            }
            Event::Text(text) if depth == 2 => element.push_str(&text),
            Event::GeneralRef(reference) if depth == 2 => {
                let written = format!("&{};", &*reference);
                element.push_str(&quick_xml::escape::unescape(&written).expect("known"));
            }
            Event::End(_) => depth -= 1,
            Event::Eof => return (attribute, element),
            _ => {}
        }
    }
}
