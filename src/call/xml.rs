//! A reply in XML, such as a SOAP fault, as fields. Expands only the five entities of XML, ignores document types and fetches
//! nothing.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use serde_json::{Map, Value as Json};

/// Deepest nesting that is read.
const DEEPEST: usize = 32;
/// Most elements that are read: a reply has a few dozen.
const MOST_ELEMENTS: usize = 500;

/// An element that is open.
struct Open {
    name: String,
    fields: Map<String, Json>,
    text: String,
}

/// The document as an object; `None` where it is not XML.
pub(crate) fn fields(text: &str) -> Option<Json> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Open { name: String::new(), fields: Map::new(), text: String::new() }];
    let mut elements = 0;
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                elements += 1;
                if open.len() > DEEPEST || elements > MOST_ELEMENTS {
                    return None;
                }
                open.push(begin(&start));
            }
            Event::Empty(start) => {
                let element = begin(&start);
                end(open.last_mut()?, element);
            }
            Event::End(_) => {
                let element = open.pop().filter(|_| !open.is_empty())?;
                end(open.last_mut()?, element);
            }
            Event::Text(text) => open.last_mut()?.text.push_str(&text.xml_content(XmlVersion::Implicit1_0)),
            Event::CData(text) => open.last_mut()?.text.push_str(&text.xml_content(XmlVersion::Implicit1_0)),
            Event::GeneralRef(reference) => {
                let text = match &*reference {
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "amp" => Some('&'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => reference.resolve_char_ref().ok().flatten(),
                };
                open.last_mut()?.text.extend(text);
            }
            Event::Eof => break,
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::DocType(_) => {}
        }
    }
    let root = open.pop().filter(|_| open.is_empty())?;
    (!root.fields.is_empty()).then_some(Json::Object(root.fields))
}

fn begin(start: &BytesStart<'_>) -> Open {
    let attributes = start.attributes().flatten().filter(|attribute| !attribute.key.as_ref().starts_with("xmlns"));
    let fields = attributes.filter_map(|attribute| {
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
        Some((attribute.key.local_name().into_inner().to_owned(), Json::from(value.into_owned())))
    });
    Open { name: start.local_name().into_inner().to_owned(), fields: fields.collect(), text: String::new() }
}

/// Puts an element into the one around it; those of one name become a list.
fn end(parent: &mut Open, element: Open) {
    let Open { name, mut fields, text } = element;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let value = match (fields.is_empty(), text.is_empty()) {
        (true, _) => Json::from(text),
        (false, true) => Json::Object(fields),
        (false, false) => {
            // The text of an element with attributes goes by the element's own name.
            fields.entry(name.clone()).or_insert(Json::from(text));
            Json::Object(fields)
        }
    };
    match parent.fields.get_mut(&name) {
        Some(Json::Array(list)) => list.push(value),
        Some(first) => *first = Json::Array(vec![first.take(), value]),
        None => drop(parent.fields.insert(name, value)),
    }
}

#[cfg(test)]
mod tests {
    use super::fields;
    use serde_json::json;

    #[test]
    fn names_attributes_and_texts_become_fields() {
        let soap = r#"<?xml version="1.0"?><s:Envelope xmlns:s="urn:x"><s:Body><s:Fault code="7"><faultcode>s:Client</faultcode>
            <faultstring>a &lt;b&#62; <![CDATA[& c]]></faultstring><m>1</m><m>2</m></s:Fault></s:Body></s:Envelope>"#;
        let fault = json!({"code": "7", "faultcode": "s:Client", "faultstring": "a <b> & c", "m": ["1", "2"]});
        assert_eq!(fields(soap), Some(json!({"Envelope": {"Body": {"Fault": fault}}})));
    }

    #[test]
    fn what_is_no_xml_and_what_is_too_deep_is_nothing() {
        for text in ["<a><b></a>", "plain", "", "<a", "</a>"] {
            assert_eq!(fields(text), None, "{text}");
        }
        assert_eq!(fields(&"<a>".repeat(100)), None);
    }
}
