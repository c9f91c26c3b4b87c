//! When the tokens of a reply expire. The field that a preset names comes first; else all known fields are read and the
//! earliest expiry counts. Fields that look like an expiry and are not understood are reported by name.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json};

use crate::call::{Answers, Expression, Lifetime, Reading};
use crate::oauth::jose::jwt::decode_jwt;
use crate::oauth::tokens::expiry::{End, Number, expiry};
use crate::secret::Secret;

/// When a token expires by its reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Life {
    /// By the local clock; `None` if it does not expire.
    pub(crate) end: Option<Timestamp>,
    /// The names of fields that were not understood.
    pub(crate) unread: Vec<String>,
}

/// Which token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Access,
    Refresh,
}

/// When the reply came by the local clock, and how far ahead the service's clock is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clocks {
    pub(crate) now: Timestamp,
    pub(crate) skew: SignedDuration,
}

pub(crate) fn life(answers: &Answers, reading: &Reading, whose: Whose, token: Option<&Secret>, clocks: Clocks) -> Life {
    let mut life = Life::default();
    let said =
        named(answers, reading, whose, clocks, &mut life) || by_names(answers, reading, whose, clocks, &mut life);
    if !said && life.end.is_none() {
        life.end = token.and_then(|token| of_jwt(token, clocks));
    }
    life
}

/// Whether a text can be read as a lifetime or an expiry.
pub fn is_life(text: &str, lifetime: Lifetime) -> bool {
    /// More characters than any time has.
    const LONGEST: usize = 80;
    let read = || expiry(&Json::from(text), lifetime.into(), Timestamp::UNIX_EPOCH, SignedDuration::ZERO);
    text.len() <= LONGEST && read() != End::Unclear
}

/// Reads the fields that the preset names; whether one was understood.
fn named(answers: &Answers, reading: &Reading, whose: Whose, clocks: Clocks, life: &mut Life) -> bool {
    let standard = Reading::default();
    let (places, lifetime, usual) = match whose {
        Whose::Access => (&reading.expires_in, reading.lifetime, &standard.expires_in),
        Whose::Refresh => {
            (&reading.refresh_token_expires_in, reading.refresh_lifetime, &standard.refresh_token_expires_in)
        }
    };
    if places == usual && lifetime == Lifetime::Seconds {
        return false;
    }
    let Some(value) = answers.first(places) else { return false };
    match expiry(value, lifetime.into(), clocks.now, clocks.skew) {
        End::At(at) => {
            life.end = Some(at);
            true
        }
        End::Never => false,
        End::Unclear => {
            life.unread.extend(places.iter().find(|place| answers.find(place).is_some()).map(ToString::to_string));
            false
        }
    }
}

/// Reads all known fields beside the token; whether one was understood.
fn by_names(answers: &Answers, reading: &Reading, whose: Whose, clocks: Clocks, life: &mut Life) -> bool {
    let mut strange = Vec::new();
    for fields in beside_token(answers, reading) {
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            let Some(number) = meaning(name, whose) else {
                if seems_to_tell(name, value, whose) {
                    strange.push(name.clone());
                }
                continue;
            };
            match expiry(value, number, clocks.now, clocks.skew) {
                End::At(at) => life.end = Some(life.end.map_or(at, |sooner| sooner.min(at))),
                End::Never => {}
                End::Unclear => life.unread.push(name.clone()),
            }
        }
    }
    if life.end.is_none() {
        life.unread.append(&mut strange);
    }
    life.unread.sort_unstable();
    life.unread.dedup();
    life.end.is_some()
}

/// Where such fields may be: the object that holds the token, and the whole reply.
fn beside_token<'a>(answers: &'a Answers, reading: &Reading) -> Vec<&'a Map<String, Json>> {
    let found = reading.access_token.iter().find(|place| answers.find(place).is_some());
    let parent = found.filter(|place| place.is_path()).and_then(|place| place.as_str().rsplit_once('.'));
    let parent = parent.and_then(|(parent, _)| Expression::new(parent).find(answers.json())).and_then(Json::as_object);
    // A list of one object is read as this object is.
    let whole = match answers.json() {
        Json::Array(items) if items.len() == 1 => items[0].as_object(),
        json => json.as_object(),
    };
    parent.into_iter().chain(whole).collect()
}

/// The `exp` of a JWT, if no field tells (RFC 9068 section 2.2).
fn of_jwt(token: &Secret, clocks: Clocks) -> Option<Timestamp> {
    let jwt = decode_jwt(token)?;
    match expiry(jwt.claims.get("exp")?, Number::SurePoint, clocks.now, clocks.skew) {
        End::At(at) => Some(at),
        End::Never | End::Unclear => None,
    }
}

/// In milliseconds.
const SECOND: u32 = 1000;

/// How to read a bare number in a field of this name.
fn meaning(name: &str, whose: Whose) -> Option<Number> {
    let name = letters(name);
    let prefixes: &[&str] = match whose {
        Whose::Access => &["", "accesstoken", "oauthtoken", "access", "token", "oauth", "bearertoken"],
        // It is good no longer than what was authorized (draft-ietf-oauth-refresh-token-expiration-03).
        Whose::Refresh => &["refreshtoken", "refresh", "xrefreshtoken", "rt", "authorization"],
    };
    // The same draft: how long it may go unused.
    if whose == Whose::Refresh && name == "refreshtokentimeout" {
        return Some(Number::Length(SECOND));
    }
    prefixes.iter().filter_map(|prefix| name.strip_prefix(prefix)).find_map(unit)
}

/// Known field names, letters only, by the unit of their numbers.
fn unit(name: &str) -> Option<Number> {
    Some(match name {
        "expiresin" | "expiresinsec" | "expiresinsecs" | "expiresinseconds" | "expirein" | "expireinseconds"
        | "expiryin" | "expirationin" | "expiresseconds" | "expiresafter" | "expireafter" | "lifetime"
        | "lifetimeseconds" | "lifespan" | "ttl" | "timetolive" | "validity" | "validityinseconds" | "validfor"
        | "validforseconds" | "maxage" => Number::Length(SECOND),
        "expiresinms" | "expiresinmillis" | "expiresinmilliseconds" | "ttlms" | "lifetimems" => Number::Length(1),
        "expiresinmin" | "expiresinmins" | "expiresinminutes" => Number::Length(60 * SECOND),
        "expiresinhours" => Number::Length(3600 * SECOND),
        "expiresindays" => Number::Length(86_400 * SECOND),
        "expiresat"
        | "expireson"
        | "expires"
        | "expiry"
        | "expiryat"
        | "expirydate"
        | "expirytime"
        | "expirytimestamp"
        | "expiration"
        | "expirationat"
        | "expirationdate"
        | "expirationtime"
        | "expirationtimestamp"
        | "expiresdate"
        | "expirestime"
        | "expirestimestamp"
        | "expirestamp"
        | "expire"
        | "expireat"
        | "expireon"
        | "expiredate"
        | "expiretime"
        | "expiredat"
        | "expiredtime"
        | "expiresutc"
        | "expiresatutc"
        | "expiresonutc"
        | "expiresatms"
        | "validuntil"
        | "validto"
        | "validtill"
        | "notafter"
        | "exp" => Number::Point,
        _ => return None,
    })
}

/// Whether an unknown field looks like an expiry.
fn seems_to_tell(name: &str, value: &Json, whose: Whose) -> bool {
    /// A longer name is an echo of the request.
    const LONGEST_NAME: usize = 40;
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let letters = letters(name);
    let is_others = ["refresh", "xrefresh", "rt", "authorization", "idtoken", "ext", "session", "cookie"]
        .iter()
        .any(|other| letters.starts_with(other));
    whose == Whose::Access
        && letters.contains("expir")
        && !is_others
        && !value.is_boolean()
        && name.len() <= LONGEST_NAME
        && name.chars().all(plain)
}

/// The letters of a name: `expires_in`, `expiresIn` and `.expires-in` are the same.
fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// 2026-11-21T08:00:00Z.
    const NOW: i64 = 1_795_248_000;

    fn read(json: Json, reading: &Reading, whose: Whose) -> Life {
        let clocks = Clocks { now: Timestamp::from_second(NOW).expect("a time"), skew: SignedDuration::ZERO };
        let token = json.get("access_token").and_then(Json::as_str).map(Secret::new);
        life(&Answers::new(json), reading, whose, token.as_ref(), clocks)
    }

    fn left(json: Json) -> Option<i64> {
        read(json, &Reading::default(), Whose::Access).end.map(|at| at.as_second() - NOW)
    }

    #[test]
    fn an_end_is_read_whatever_it_is_called() {
        for json in [
            json!({"expires_in": 60}),
            json!([{"expires_in": 60}]),
            json!({"expiresIn": "60"}),
            json!({"expires_in_sec": 60}),
            json!({"expires_in": "60s"}),
            json!({"expires_at": NOW + 60}),
            json!({"expires_on": (NOW + 60).to_string()}),
            json!({"expires": NOW + 60}),
            json!({"expires": 60}),
            json!({"expiry_date": (NOW + 60) * 1000}),
            json!({"expiry": "2026-11-21T08:01:00Z"}),
            json!({".expires": "Sat, 21 Nov 2026 08:01:00 GMT"}),
            json!({"access_token_expires_at": NOW + 60}),
            json!({"token_expires_in": 60}),
            json!({"expires_in_minutes": 1}),
        ] {
            assert_eq!(left(json.clone()), Some(60), "{json}");
        }
    }

    #[test]
    fn the_soonest_end_counts() {
        assert_eq!(left(json!({"expires_in": 3600, "expires_at": NOW + 60, "expires_on": NOW + 600})), Some(60));
        assert_eq!(left(json!({"expires_in": 60, "ext_expires_in": 10, "refresh_token_expires_in": 5})), Some(60));
    }

    #[test]
    fn the_place_that_a_preset_names_wins() {
        let reading = Reading { expires_in: vec![Expression::new("data.life")], ..Reading::default() };
        let told = read(json!({"data": {"life": 90}, "expires_in": 60}), &reading, Whose::Access);
        assert_eq!(told.end.map(|at| at.as_second() - NOW), Some(90));
        let told = read(json!({"expires_in": 60}), &reading, Whose::Access);
        assert_eq!(told.end.map(|at| at.as_second() - NOW), Some(60), "it is not there");
    }

    #[test]
    fn what_stands_beside_the_token_tells_of_it() {
        let reading = Reading { access_token: vec![Expression::new("data.access_token")], ..Reading::default() };
        let told = read(json!({"data": {"access_token": "a", "expires_in": 60}}), &reading, Whose::Access);
        assert_eq!(told.end.map(|at| at.as_second() - NOW), Some(60));
    }

    #[test]
    fn a_jwt_tells_its_end_where_nothing_else_does() {
        // {"alg":"none"} . {"exp":1795248060}
        let token = "eyJhbGciOiJub25lIn0.eyJleHAiOjE3OTUyNDgwNjB9.c2ln";
        assert_eq!(left(json!({"access_token": token})), Some(60));
        assert_eq!(left(json!({"access_token": token, "expires_in": 90})), Some(90));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let unread = |json| read(json, &Reading::default(), Whose::Access).unread;
        assert_eq!(unread(json!({"expires_in": "soon", "expires": {"in": 5}})), ["expires", "expires_in"]);
        assert_eq!(unread(json!({"when_it_expires": 17})), ["when_it_expires"]);
        assert_eq!(unread(json!({"when_it_expires": 17, "expires_in": 60})), Vec::<String>::new());
        assert_eq!(unread(json!({"expires_in": 0, "refresh_token_expires_in": "soon"})), Vec::<String>::new());
        assert_eq!(unread(json!({"authorization_expires_in": 60, "timeout": 60})), Vec::<String>::new());
    }

    #[test]
    fn the_life_of_a_refresh_token_has_as_many_names() {
        for json in [
            json!({"refresh_token_expires_in": 60, "expires_in": 5}),
            json!({"x_refresh_token_expires_in": 60}),
            json!({"refresh_expires_in": "60"}),
            json!({"refreshTokenExpiresAt": NOW + 60}),
            json!({"refresh_token_expires_at": "2026-11-21T08:01:00Z"}),
            json!({"refresh_token_timeout": 60, "timeout": 5}),
            json!({"authorization_expires_in": 60, "refresh_token_timeout": 600}),
        ] {
            let told = read(json.clone(), &Reading::default(), Whose::Refresh);
            assert_eq!(told.end.map(|at| at.as_second() - NOW), Some(60), "{json}");
        }
    }
}
