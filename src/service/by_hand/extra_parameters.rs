//! The parameters of a token request beyond those of the RFCs: what a service wants besides, such as `audience`.

use crate::call::{Parameter, parse_parameters, write_parameters};
use crate::oauth::{GrantType, client_parameters};
use crate::service::profile::draft::{BodyKind, CallFields};

/// Sent where the client authenticates by an assertion (RFC 7521 section 4.2).
const ASSERTION: [&str; 2] = ["client_assertion", "client_assertion_type"];

impl CallFields {
    /// The extra parameters as text, one a line; `None` if the body is no form.
    pub fn extra_parameters(&self) -> Option<String> {
        let form = (self.body_kind == BodyKind::Form).then(|| parse_parameters(&self.body))?;
        Some(write_parameters(&form.into_iter().filter(|own| !is_standard(own)).collect::<Vec<_>>()))
    }

    /// Replaces the extra parameters of a form; any other body stays as it is.
    pub fn set_extra_parameters(&mut self, typed: &str) {
        if self.body_kind != BodyKind::Form {
            return;
        }
        let mut form = parse_parameters(&self.body);
        form.retain(is_standard);
        form.extend(parse_parameters(typed).into_iter().filter(|own| !own.name.is_empty() && !is_standard(own)));
        self.body = write_parameters(&form);
    }
}

/// Whether a request of the RFCs has it, with the value that is filled in. A value of one's own is extra.
fn is_standard(parameter: &Parameter) -> bool {
    let name = parameter.name.as_str();
    let mut standard = GrantType::ALL.into_iter().flat_map(GrantType::parameters).chain(client_parameters());
    name == "grant_type" || ASSERTION.contains(&name) || standard.any(|standard| standard == *parameter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(body: &str) -> CallFields {
        CallFields { body: body.to_owned(), ..CallFields::default() }
    }

    #[test]
    fn what_the_rfcs_do_not_name_is_extra() {
        let call =
            call("grant_type=<grant_type>\ncode=<code>\nclient_id=<client_id>\naudience=https://api.test\nscope=x");
        assert_eq!(call.extra_parameters().as_deref(), Some("audience=https://api.test\nscope=x"));
    }

    #[test]
    fn extra_parameters_are_replaced_and_the_others_stay() {
        let mut call = call("grant_type=<grant_type>\ncode=<code>\naudience=old");
        call.set_extra_parameters("audience=new&resource=<account>\n");
        assert_eq!(call.body, "grant_type=<grant_type>\ncode=<code>\naudience=new\nresource=<account>");
        call.set_extra_parameters("");
        assert_eq!(call.body, "grant_type=<grant_type>\ncode=<code>");
    }

    #[test]
    fn a_parameter_of_the_rfcs_is_not_sent_twice() {
        let mut call = call("grant_type=<grant_type>\ncode=<code>");
        call.set_extra_parameters("code=<code>");
        assert_eq!(call.body, "grant_type=<grant_type>\ncode=<code>");
    }

    #[test]
    fn another_body_has_none_and_stays() {
        let mut call = CallFields { body_kind: BodyKind::Json, ..call("{\"a\":1}") };
        assert_eq!(call.extra_parameters(), None);
        call.set_extra_parameters("b=2");
        assert_eq!(call.body, "{\"a\":1}");
    }
}
