//! The authorization requests that were pushed and wait for their browser, by their references (RFC 9126 section 2.2).

use std::time::Duration;

use jiff::Timestamp;

use crate::practice::checks::authorization_request::AuthorizationRequest;
use crate::practice::state::bounded_map::BoundedMap;
use crate::practice::state::now::Now;

/// How long a reference is valid; RFC 9126 section 2.2 speaks of 5 to 600 seconds.
pub(crate) const LIFE: Duration = Duration::from_mins(1);

/// The form of references that RFC 9126 section 2.2 recommends.
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

#[derive(Debug, Default)]
pub(crate) struct PushedRequests(BoundedMap<(AuthorizationRequest, Timestamp)>);

impl PushedRequests {
    /// Keeps a request; returns the reference to it.
    pub(crate) fn keep(&mut self, request: AuthorizationRequest, now: &mut Now) -> String {
        let reference = format!("{PREFIX}{}", now.mint("par-").expose());
        self.0.insert(&reference, (request, now.after(LIFE)));
        reference
    }

    /// The request behind a reference, which is good once and for its client (section 4); or what is wrong with it.
    pub(crate) fn redeem(
        &mut self,
        reference: &str,
        client_id: &str,
        now: &Now,
    ) -> Result<AuthorizationRequest, &'static str> {
        let (request, until) = self.0.remove(reference).ok_or("the `request_uri` is unknown, or was used before")?;
        if until <= now.time {
            return Err("the `request_uri` has expired: push the request again");
        }
        if request.client_id != client_id {
            return Err("the `request_uri` belongs to another client");
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::http::message::Parameters;
    use crate::practice::state::clients::Clients;

    fn request() -> AuthorizationRequest {
        let parameters = "response_type=code&client_id=practice-client&redirect_uri=http://127.0.0.1/callback&state=s";
        AuthorizationRequest::parse(&Parameters::form(parameters), &Clients::default(), false).expect("a request")
    }

    fn check(client_id: &str, later: Duration, expected: Result<(), &str>) {
        let mut requests = PushedRequests::default();
        let mut now = Now::new(Timestamp::UNIX_EPOCH, [1; 32]);
        let reference = requests.keep(request(), &mut now);
        now.time = now.after(later);
        assert_eq!(requests.redeem(&reference, client_id, &now).map(|_| ()), expected);
        let again = requests.redeem(&reference, client_id, &now).map(|_| ());
        assert_eq!(again, Err("the `request_uri` is unknown, or was used before"));
    }

    #[test]
    fn a_reference_is_good_once_in_time_and_for_its_client() {
        check("practice-client", Duration::from_secs(59), Ok(()));
        check("practice-client", LIFE, Err("the `request_uri` has expired: push the request again"));
        check("practice-public", Duration::ZERO, Err("the `request_uri` belongs to another client"));
    }
}
