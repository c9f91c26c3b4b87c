//! The elements of ZSPEC → text. Empty things are left out, as [`super::parse`] reads them.

use crate::call::Method;
use crate::dialect::zspec::element::{
    Argument, Authentication, Content, Facts, Oauth2, Property, Response, Stage, Structure, write_values,
};
use crate::dialect::zspec::xml::is_xml;

/// The document, or the character in it that XML cannot hold.
pub(super) fn markup(oauth2: &Oauth2) -> Result<String, u32> {
    let mut markup = Markup { text: String::new(), open: Vec::new() };
    let attributes = [("name", oauth2.name.as_str())];
    markup.element("oauth2", &attributes, &oauth2.facts, |markup| {
        markup.description(&oauth2.description);
        markup.stage("authorization-url", &oauth2.authorization);
        markup.stage("token-url", &oauth2.token);
        markup.stage("refresh-url", &oauth2.refresh);
        if let Some(stage) = &oauth2.authentication {
            markup.stage("authentication-url", stage);
        }
    });
    match markup.text.chars().find(|c| !is_xml(*c)) {
        Some(wrong) => Err(wrong.into()),
        None => Ok(markup.text),
    }
}

struct Markup {
    text: String,
    open: Vec<&'static str>,
}

impl Markup {
    /// An element, closed at once where nothing is inside.
    fn element(
        &mut self,
        name: &'static str,
        attributes: &[(&str, &str)],
        facts: &Facts,
        inside: impl FnOnce(&mut Self),
    ) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        let facts = facts.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in attributes.iter().copied().chain(facts) {
            self.text.push_str(&format!(" {name}=\"{}\"", escaped(value)));
        }
        let before = self.text.len();
        self.text.push_str(">\n");
        let begun = self.text.len();
        self.open.push(name);
        inside(self);
        self.open.pop();
        if self.text.len() == begun {
            self.text.truncate(before);
            self.text.push_str("/>\n");
        } else {
            self.indent();
            self.text.push_str(&format!("</{name}>\n"));
        }
    }

    fn indent(&mut self) {
        self.text.push_str(&"  ".repeat(self.open.len()));
    }

    fn description(&mut self, words: &str) {
        if !words.is_empty() {
            self.indent();
            self.text.push_str(&format!("<description>{}</description>\n", escaped(words)));
        }
    }

    fn stage(&mut self, name: &'static str, stage: &Stage) {
        self.element(name, &[("path", &stage.path)], &Facts::new(), |markup| {
            let method = method(stage.method);
            markup.element("operation", &[("method", &method)], &stage.facts, |markup| {
                markup.description(&stage.description);
                stage.arguments.iter().for_each(|argument| markup.argument(argument));
                if let Some(body) = &stage.body {
                    markup.element("request-body", &[], &Facts::new(), |markup| markup.content(body));
                }
                stage.responses.iter().for_each(|response| markup.response(response));
                if let Some(authentication) = &stage.authentication {
                    markup.authentication(authentication);
                }
            });
        });
    }

    fn argument(&mut self, argument: &Argument) {
        let attributes = [("name", argument.name.as_str()), ("location", argument.location.as_str())];
        self.element("argument", &attributes, &argument.facts, |markup| {
            markup.description(&argument.description);
            markup.content(&argument.content);
        });
    }

    fn content(&mut self, content: &Content) {
        self.element("content", &[], &Facts::new(), |markup| {
            if !content.encode.is_empty() {
                markup.element("encode", &[("type", &content.encode)], &Facts::new(), |_| {});
            }
            markup.structure(&content.structure);
        });
    }

    fn structure(&mut self, structure: &Structure) {
        let attributes: &[(&str, &str)] =
            if structure.name.is_empty() { &[] } else { &[("name", structure.name.as_str())] };
        self.element("structure", attributes, &Facts::new(), |markup| {
            structure.properties.iter().for_each(|property| markup.property(property));
        });
    }

    fn property(&mut self, property: &Property) {
        let values = write_values(&property.values);
        let attributes = [("name", &property.name), ("type", &property.kind), ("values", &values)];
        let attributes: Vec<(&str, &str)> = attributes
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.as_str()))
            .collect();
        self.element("property", &attributes, &property.facts, |markup| {
            markup.description(&property.description);
            if let Some(structure) = &property.structure {
                markup.structure(structure);
            }
        });
    }

    fn response(&mut self, response: &Response) {
        self.element("response", &[("status", &response.status)], &response.facts, |markup| {
            markup.description(&response.description);
            if let Some(content) = &response.content {
                markup.content(content);
            }
        });
    }

    fn authentication(&mut self, authentication: &Authentication) {
        let scopes = write_values(&authentication.scopes);
        let mut attributes = vec![
            ("location", authentication.location.as_str()),
            ("type", authentication.kind.as_str()),
            ("name", authentication.name.as_str()),
        ];
        if !scopes.is_empty() {
            attributes.push(("scopes", &scopes));
        }
        self.element("authentication", &attributes, &authentication.facts, |_| {});
    }
}

/// ZSPEC writes methods in small letters.
fn method(method: Method) -> String {
    method.as_str().to_ascii_lowercase()
}

/// Text as it stands in an element or an attribute. A line break in an attribute would else be read as a blank.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\r' | '\t' => escaped.push_str(&format!("&#{};", u32::from(c))),
            c => escaped.push(c),
        }
    }
    escaped
}
