//! A text with placeholders, filled with a value that has every letter that must be escaped somewhere.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::call::{
    BodyTemplate, CallTemplate, Place, Template, Values, parse_headers, parse_parameters, write_headers,
    write_parameters,
};
use tokenwright::secret::Secret;

const PLACES: [Place; 6] =
    [Place::PathSegment, Place::Query, Place::FormParameter, Place::JsonString, Place::JsonValue, Place::Xml];

fuzz_target!(|input: (&str, &str)| {
    let (source, value) = input;
    let mut values = Values::new();
    values.set("client_id", value);
    values.set_secret("client_secret", Secret::new(value));
    let template = Template::new(source);
    let _ = (template.placeholders().count(), template.host_placeholders());
    for place in PLACES {
        let _ = template.render(&values, place);
    }
    let _ = template.render_url(&values);
    if let Ok(json) = template.render_json(&values)
        && Template::new(source).placeholders().next().is_none()
    {
        assert_eq!(json.to_secret().expose(), source);
    }
    let parameters = parse_parameters(source);
    assert_eq!(parse_parameters(&write_parameters(&parameters)), parameters);
    let _ = write_headers(&parse_headers(source));
    let call = CallTemplate {
        url: Template::new(format!("https://acme.example/{source}")),
        query: parameters.clone(),
        body: BodyTemplate::Form(parameters),
        ..CallTemplate::default()
    };
    if let Ok(call) = call.render(&values) {
        // A value never leads to another host.
        assert_eq!(call.origin(), "https://acme.example");
    }
});
