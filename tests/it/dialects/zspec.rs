//! ZSPEC XML: the documented example is read, used from sign-in to refresh, and written the same; every preset that it
//! can express keeps its calls; hostile documents are refused.

use crate::dialects::core::Core;
use crate::support::scripted::{Answer, Asked, Scripted};
use proptest::prelude::*;
use serde_json::json;
use tokenwright::app::CallContext;
use tokenwright::call::{Authentication, BodyTemplate, CallTemplate, Expression, Parameter, Template};
use tokenwright::diagnosis::Diagnose as _;
use tokenwright::dialect::zspec::{losses, parameter_help, read, write};
use tokenwright::dialect::{self, Described, Dialect, Note};
use tokenwright::oauth::{Pkce, ProfileSecrets};
use tokenwright::secret::Secret;
use tokenwright::service::{
    Asks, Authorization, Catalog, Choice, Identity, Input, ProfileDraft, Service, parse_preset, write_preset,
};

/// The structure of the documented example, its slips among them, with words and hosts of our own.
const TRAVEL: &str = include_str!("travel.xml");

#[track_caller]
fn described(text: &str) -> Described {
    let mut import = read(text).unwrap_or_else(|error| panic!("{}", error.diagnose()));
    assert_eq!((import.format, import.described.len()), ("ZSPEC <oauth2>", 1));
    import.described.remove(0)
}

#[test]
fn the_example_becomes_a_service() {
    let described = described(TRAVEL);
    let service = &described.service;
    assert_eq!((service.id.as_str(), service.name.as_str()), ("travel-bureau", "Travel bureau"));
    assert_eq!(service.summary, "Internal: Client ID and client secret");
    assert_eq!(service.asks, Asks::Secret);
    assert_eq!(service.scopes.default, ["Travel.profile.READ", "email"]);
    assert_eq!(service.policy.access_token_life, Some(3600));
    let parameters = |list: &[Parameter]| -> Vec<String> {
        list.iter().map(|p| format!("{}={}", p.name, p.value.source())).collect()
    };
    let authorization = service.authorization.as_ref().expect("a client flow");
    let sent = parameters(&authorization.call.query);
    assert_eq!(
        sent,
        [
            "scope=<scope>",
            "client_id=<client_id>",
            "response_type=code",
            "access_type=<access_type>",
            "redirect_uri=<redirect_uri>",
            "state=<state>"
        ]
    );
    assert_eq!(authorization.pkce, Pkce::Off);
    // An argument at `param` is one of the query, also of a POST.
    assert_eq!(service.token_request.body, BodyTemplate::None);
    let sent = parameters(&service.token_request.query);
    assert_eq!(
        sent,
        [
            "grant_type=<grant_type>",
            "client_id=<client_id>",
            "client_secret=<client_secret>",
            "code=<code>",
            "redirect_uri=<redirect_uri>"
        ]
    );
    assert_eq!(service.token_request.reading.retain[0].0, "api_domain");
    let refresh = parameters(&service.refresh_request.as_ref().expect("a refresh request").query);
    assert_eq!(refresh[0], "refresh_token=<refresh_token>");
    assert_eq!(refresh[3], "grant_type=refresh_token");
    let identity = service.identity.as_ref().expect("the fourth stage");
    assert_eq!(parameters(&identity.call.headers), ["Authorization=Bearer <token>"]);
    let labels: Vec<&str> = identity.fields.iter().map(|(label, _)| label.as_str()).collect();
    assert_eq!(labels, ["First_Name", "Last_Name", "Display_Name", "ZUID", "Email"]);
}

#[test]
fn choices_become_an_input_with_the_words_of_the_document() {
    let described = described(TRAVEL);
    let [input] = &described.service.inputs[..] else { panic!("one input") };
    assert_eq!((input.name.as_str(), input.label.as_str()), ("access_type", "Access type"));
    assert_eq!(input.help, "Whether the traveller may be away. A refresh token comes only with offline.");
    let values: Vec<&str> = input.choices.iter().map(|choice| choice.value.as_str()).collect();
    assert_eq!((values, input.default.as_str()), (vec!["offline", "online"], "offline"));
    let help = parameter_help(&described.service, "refresh_request");
    let help: Vec<(&str, &str)> = help.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(help, [("client_id", "The same as before."), ("client_secret", "The same as before.")]);
}

#[test]
fn the_slips_of_the_example_are_told_and_not_followed() {
    let described = described(TRAVEL);
    let lines = |notes: &[Note]| -> Vec<String> {
        notes.iter().map(|note| format!("{}: {}", note.place, note.words)).collect()
    };
    let ignored = [
        "token-url › code: its `values` are not a code: `<code>` is sent instead",
        "refresh-url › refresh_token: `values=\"authorization_code\"` is not a refresh token: `<refresh_token>` is sent \
        instead",
        "authentication-url › authentication: `location=\"param\"` of `Authorization` is not followed: the token is \
        sent in the header of that name",
    ];
    assert_eq!(lines(&described.ignored), ignored);
    let missing =
        ["client id: the service issues it when you register a client", "client secret: issued with the client id"];
    assert_eq!(lines(&described.missing), missing);
    let understood = lines(&described.understood);
    for line in [
        "authorization-url: the authorization call: GET https://accounts.travel.example/oauth/v2.0/auth",
        "authorization-url: `state` is added: a response without it cannot be trusted",
        "token-url › grant_type: always `authorization_code`",
        "authentication-url › authentication: asks for the scopes Travel.profile.READ email",
    ] {
        assert!(understood.iter().any(|other| other == line), "{line}\n{understood:#?}");
    }
}

#[test]
fn the_example_is_written_as_it_was_read() {
    let first = described(TRAVEL).service;
    let text = write(&first).expect("it is whole");
    let again = described(&text);
    assert_eq!(again.service, first, "{text}");
    // The slips are not written again, so there is nothing left to tell.
    assert_eq!(again.ignored, [], "{text}");
    assert_eq!(losses(&first), []);
    for line in [
        "<oauth2 name=\"Travel bureau\" visibility=\"internal\">",
        "<operation method=\"post\" category=\"action\" name=\"Redeem the code\">",
        "<property name=\"ZUID\" type=\"long\"/>",
        "<property name=\"expires_in\" type=\"integer\" values=\"3600\">",
        "<structure name=\"redirect_uri\">",
        "<authentication location=\"header\" type=\"oauth2\" name=\"Authorization\" scopes=\"Travel.profile.READ,email\"/>",
        "<description>Always &quot;Bearer&quot;.</description>",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn a_service_that_was_changed_decides_what_is_sent_and_its_document_the_rest() {
    let mut service = described(TRAVEL).service;
    let call = &mut service.token_request;
    call.url = Template::new("https://other.example/token");
    call.query.retain(|parameter| parameter.name != "redirect_uri");
    call.query.push(Parameter::new("audience", "api"));
    let text = write(&service).expect("it is whole");
    for line in [
        "<token-url path=\"https://other.example/token\">",
        "<operation method=\"post\" category=\"action\" name=\"Redeem the code\">",
        "<description>It comes with the client id.</description>",
        "<property type=\"string\" values=\"api\"/>",
        "<description>Always &quot;Bearer&quot;.</description>",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let again = described(&text).service;
    assert_eq!(again.token_request.url, service.token_request.url);
    assert_eq!(again.token_request.query, service.token_request.query);
    assert_eq!(losses(&service), []);

    // A document that somebody broke in the preset file is as good as none.
    service.documents.insert("zspec".to_owned(), "<oauth2 name=".to_owned());
    let plain = Service { documents: [].into(), ..service.clone() };
    assert_eq!(write(&service), write(&plain));
}

#[test]
fn what_was_read_is_a_preset() {
    let service = described(TRAVEL).service;
    assert_eq!(parse_preset("travel.toml", &write_preset(&service), &|_| None), Ok(service));
}

#[test]
fn the_element_is_found_anywhere_in_a_resource() {
    let inside = TRAVEL.replace("<oauth2 ", "<z:oauth2 ").replace("</oauth2>", "</z:oauth2>");
    let text = format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- trips -->\n<resource name=\"trips\" xmlns:z=\"urn:z\">\
         <url path=\"/trips\"><operation method=\"get\"/></url><authentication-schema>{inside}</authentication-schema>\
         </resource>\n"
    );
    assert_eq!(described(&text).service, described(TRAVEL).service);
}

/// A document of these arguments of the token call.
fn with_arguments(arguments: &str) -> String {
    document("https://a.example/token", arguments, "")
}

fn document(token_path: &str, token: &str, identity: &str) -> String {
    let call = |element: &str, path: &str, method: &str, inside: &str| {
        format!(
            "<{element} path=\"{path}\"><operation method=\"{method}\" name=\"{element}\">{inside}</operation></{element}>"
        )
    };
    let argument = |name: &str| format!("<argument name=\"{name}\" location=\"param\"/>");
    let authorization = call("authorization-url", "https://a.example/auth", "get", &argument("client_id"));
    let refresh = call("refresh-url", "https://a.example/token", "post", &argument("refresh_token"));
    let token = call("token-url", token_path, "post", token);
    format!("<oauth2 name=\"A\">\n{authorization}\n{token}\n{refresh}\n{identity}</oauth2>")
}

fn value(name: &str, location: &str, attributes: &str, property: &str) -> String {
    format!(
        "<argument name=\"{name}\" location=\"{location}\" {attributes}><content><structure name=\"wrapper\">\
         <property type=\"string\" {property}/></structure></content></argument>"
    )
}

/// Reads it, and sees that it is the same when written and read again, as a document and as a preset.
#[track_caller]
fn settled(text: &str) -> Described {
    let described = described(text);
    let written = write(&described.service).expect("it is whole");
    let again = read(&written).unwrap_or_else(|error| panic!("{error}\n{written}")).described.remove(0);
    assert_eq!(write_preset(&again.service), write_preset(&described.service), "{written}");
    assert_eq!(again.service, described.service);
    let preset = write_preset(&described.service);
    assert_eq!(parse_preset("a.toml", &preset, &|_| None).as_ref(), Ok(&described.service), "{preset}");
    described
}

#[test]
fn variables_of_a_path_are_inputs_and_a_host_is_nothing_but_one() {
    let token = value("dc", "variable", "", "values=\"eu,us\"") + &value("tenant", "variable", "", "");
    let described = settled(&document("https://{dc}.{realm}.example/{tenant}/token", &token, ""));
    let inputs: Vec<(&str, usize, &str, bool)> = described
        .service
        .inputs
        .iter()
        .map(|input| (input.name.as_str(), input.choices.len(), input.pattern.as_str(), input.optional))
        .collect();
    let host = "[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*";
    assert_eq!(inputs, [("dc", 2, "", false), ("tenant", 0, "", false), ("realm", 0, host, false)]);
}

#[test]
fn a_path_without_a_host_asks_for_the_server() {
    let described = settled(&document("/oauth/token", "", ""));
    assert_eq!(described.service.token_request.url.source(), "{server}/oauth/token");
    let server = &described.service.inputs[0];
    assert_eq!(server.parse("https://accounts.example.com:8443").as_deref(), Ok("https://accounts.example.com:8443"));
    assert!(server.parse("https://a.example/path").is_err() && server.parse("a.example").is_err());
}

#[test]
fn attributes_come_back_whatever_they_say() {
    let arguments = value("fields", "param", "required=\"true\" delimiter=\"|\" length=\"1,3\"", "values=\"a,b,c\"")
        + &value("X-Trace", "header", "visibility=\"private\" style=\"standard\"", "default-value=\"on\"")
        + &value("audience", "param", "", "values=\"https://{tenant}.example\"")
        + &value("note", "param", "", "values=\"&quot;a,b&quot;\" length=\"9\"");
    let described = settled(&with_arguments(&arguments));
    let text = write(&described.service).expect("it is whole");
    for part in [
        "<argument name=\"fields\" location=\"param\" delimiter=\"|\" length=\"1,3\" required=\"true\">",
        "<argument name=\"X-Trace\" location=\"header\" style=\"standard\" visibility=\"private\">",
        "values=\"a,b,c\"",
        "values=\"&quot;a,b&quot;\" length=\"9\"",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let query = &described.service.token_request.query;
    let sent: Vec<&str> = query.iter().map(|parameter| parameter.value.source()).collect();
    assert_eq!(sent, ["<fields>", "https://{tenant}.example", "a,b"]);
    assert_eq!(described.service.token_request.headers, [Parameter::new("X-Trace", "<X-Trace>")]);
    let fields = &described.service.inputs[0];
    assert!(fields.choices.is_empty() && !fields.optional, "several may be sent together");
}

#[test]
fn one_name_with_other_choices_in_another_call_is_another_input() {
    let same = value("access_type", "param", "", "values=\"x,y\"");
    let identity = format!(
        "<authentication-url path=\"https://a.example/me\"><operation method=\"get\">{}{}</operation></authentication-url>",
        value("access_type", "param", "", "values=\"1,2\""),
        value("Access-Type", "header", "required=\"true\"", ""),
    );
    let described = settled(&document("https://a.example/token", &same, &identity));
    let names: Vec<&str> = described.service.inputs.iter().map(|input| input.name.as_str()).collect();
    assert_eq!(names, ["access_type", "identity_access_type", "Access-Type"]);
}

#[test]
fn a_request_body_is_a_form_json_or_text() {
    let body = |encode: &str, structure: &str| {
        format!(
            "<request-body><content><encode type=\"{encode}\"/><structure name=\"s\">{structure}</structure></content></request-body>"
        )
    };
    let properties = "<property name=\"grant_type\" type=\"string\" values=\"authorization_code\"/>\
        <property name=\"code\" type=\"string\"><description>the code</description></property>";
    let form =
        settled(&with_arguments(&body("application/x-www-form-urlencoded", properties))).service.token_request.body;
    let expected = vec![Parameter::new("grant_type", "<grant_type>"), Parameter::new("code", "<code>")];
    assert_eq!(form, BodyTemplate::Form(expected));
    let nested = format!(
        "{properties}<property name=\"more\" type=\"object\"><structure name=\"m\">\
        <property name=\"count\" type=\"integer\" values=\"3\"/><property name=\"who\" type=\"string\"/></structure></property>"
    );
    let json = settled(&with_arguments(&body("application/json", &nested))).service.token_request.body;
    let BodyTemplate::Json(text) = json else { panic!("{json:?}") };
    let json: serde_json::Value = serde_json::from_str(text.source()).expect("JSON");
    let expected = json!({"grant_type": "<grant_type>", "code": "<code>", "more": {"count": 3, "who": "<who>"}});
    assert_eq!(json, expected);
    let text = "<property type=\"string\" values=\"&lt;a&gt;{code}&lt;/a&gt;\"/>";
    let body = settled(&with_arguments(&body("text/xml", text))).service.token_request.body;
    let expected = BodyTemplate::Text { content_type: "text/xml".into(), text: Template::new("<a>{code}</a>") };
    assert_eq!(body, expected);
}

#[test]
fn who_calls_is_said_by_a_header_or_by_the_authentication() {
    let caller = |inside: &str| settled(&with_arguments(inside)).service.token_request.authentication;
    assert_eq!(caller(&value("Authorization", "header", "", "")), Authentication::Basic);
    assert_eq!(caller("<authentication location=\"header\" type=\"basic-raw\"/>"), Authentication::BasicRaw);
    let identity = |inside: &str| {
        let stage = format!(
            "<authentication-url path=\"https://a.example/me\"><operation method=\"get\">{inside}</operation></authentication-url>"
        );
        let call = settled(&document("https://a.example/token", "", &stage)).service.identity.expect("a call").call;
        let shown = |p: &Parameter| format!("{}: {}", p.name, p.value.source());
        call.headers.iter().chain(&call.query).map(shown).collect::<Vec<_>>()
    };
    assert_eq!(identity(""), ["Authorization: Bearer <token>"]);
    assert_eq!(identity("<authentication location=\"param\" name=\"oauth_token\"/>"), ["oauth_token: <token>"]);
    assert_eq!(identity("<authentication location=\"header\" name=\"X-Token\"/>"), ["X-Token: <token>"]);
    assert_eq!(identity("<authentication type=\"none\"/>"), [""; 0]);
    assert_eq!(identity(&value("access_token", "param", "", "")), ["access_token: <token>"]);
    let zoho = value("Authorization", "header", "", "values=\"Zoho-oauthtoken\"");
    assert_eq!(identity(&zoho), ["Authorization: Zoho-oauthtoken {token}"]);
}

#[test]
fn a_reply_is_read_from_where_its_properties_are() {
    let reply = "<response status=\"200\"><content><encode type=\"application/json\"/><structure name=\"r\">\
        <property name=\"data\" type=\"object\"><structure name=\"d\"><property name=\"access_token\" type=\"string\"/>\
        <property name=\"orgs\" type=\"collections\"><structure><property name=\"org_id\" type=\"long\"/></structure>\
        </property></structure></property><property name=\"expires_in\" type=\"datetime\"/></structure></content></response>\
        <response status=\"400\"><content><structure><property name=\"fault\" type=\"object\"><structure>\
        <property name=\"error\" type=\"string\"/></structure></property></structure></content></response>";
    let reading = settled(&with_arguments(reply)).service.token_request.reading;
    assert_eq!(reading.access_token, [Expression::new("data.access_token")]);
    assert_eq!(reading.lifetime, tokenwright::call::Lifetime::Date);
    assert_eq!(reading.error, [Expression::new("fault.error")]);
    let keep: Vec<(&str, &str)> = reading.retain.iter().map(|(name, place)| (name.as_str(), place.as_str())).collect();
    assert_eq!(keep, [("org_id", "data.orgs[0].org_id")]);
}

#[test]
fn what_a_document_says_of_the_client_is_taken_and_its_secrets_are_kept_apart() {
    let arguments = value("client_id", "param", "", "values=\"the-client\"")
        + &value("client_secret", "param", "required=\"false\"", "values=\"canary-1\" example-value=\"canary-2\"")
        + &value("app_secret", "header", "", "values=\"canary-3\"")
        + &value("password", "variable", "", "default-value=\"canary-8\"")
        + &value("Authorization", "header", "", "example-value=\"canary-9\"")
        + "<response status=\"200\"><content><encode type=\"application/json\"/><structure name=\"r\">\
           <property name=\"access_token\" type=\"string\" values=\"canary-4\" example-value=\"canary-5\"/>\
           <property name=\"data\" type=\"object\"><structure><property name=\"refresh_token\" default-value=\"canary-6\"/>\
           <property name=\"password\" type=\"string\" example-value=\"canary-7\"/></structure></property>\
           </structure></content></response>";
    let described = settled(&with_arguments(&arguments));
    assert_eq!((described.client_id.as_str(), described.service.asks), ("the-client", Asks::OptionalSecret));
    assert_eq!(described.secrets.client_secret, Secret::new("canary-1"));
    assert_eq!(described.secrets.inputs["app_secret"], Secret::new("canary-3"));
    let everywhere = format!("{described:?}{}{:?}", write_preset(&described.service), write(&described.service));
    assert!(!everywhere.contains("canary"), "{everywhere}");
}

#[test]
fn what_is_not_known_is_left_out_and_told() {
    let arguments = "<argument-ref name=\"Client\"/><wonder/>".to_owned()
        + &value("Authorization", "param", "", "").replace("</content>", "</content><delay/>");
    let ignored: Vec<String> = described(&with_arguments(&arguments))
        .ignored
        .iter()
        .map(|note| format!("{}: {}", note.place, note.words))
        .collect();
    let expected = [
        "token-url: `<argument-ref>` at line 3, column 85 is a reference, which is not followed: put the `<argument>` itself there",
        "token-url: `<wonder>` at line 3, column 114 is unknown and ignored",
        "token-url › Authorization: `<delay>` at line 3, column 255 is unknown and ignored",
    ];
    assert_eq!(ignored, expected);
}

#[test]
fn a_document_that_is_none_is_refused_by_line_column_and_element() {
    let check = |text: &str, expected: &str| {
        let error = read(text).expect_err(expected);
        assert_eq!(error.diagnose().to_string(), expected);
    };
    let none = "hint: import the `<oauth2>` element, or the `<resource>` document that contains it";
    check("", &format!("no `<oauth2>` in the document\n{none}"));
    check("{\"a\": 1}", &format!("no `<oauth2>` in the document\n{none}"));
    check("<html></html>", &format!("no `<oauth2>` in the document, which is a `<html>`\n{none}"));
    check(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><oauth2/>",
        "line 1, column 1: the document declares the encoding `ISO-8859-1`\n\
        hint: save the document as UTF-8, and let its first line say so",
    );
    check(
        "<!DOCTYPE a [<!ENTITY b \"c\">]>\n<oauth2/>",
        "line 1, column 1: `<!DOCTYPE` is not supported\nhint: remove the `<!DOCTYPE …>`",
    );
    check(
        "<oauth2 name=\"a\">\n  <description>&lol;</description></oauth2>",
        "line 2, column 16: `&lol;` is not one of the five XML entities\nhint: use `&lt;` `&gt;` `&amp;` `&quot;` \
        `&apos;`, or the character itself",
    );
    check(
        "<oauth2 name=\"&lol;\"/>",
        "line 1, column 1: `&lol;` is not one of the five XML entities\nhint: use `&lt;` `&gt;` `&amp;` `&quot;` \
        `&apos;`, or the character itself",
    );
    check(
        "<oauth2 name=\"a&#0;\"/>",
        "line 1, column 1: `<oauth2>` is not well-formed: the value of `name` has an unescaped `&`\nhint: fix the XML there",
    );
    check(
        "<oauth2 name=\"a\">\u{1}</oauth2>",
        "line 1, column 18: character not allowed in XML (U+0001)\nhint: remove the character",
    );
    check(
        "<oauth2></oauth2>",
        "line 1, column 1: `<oauth2>` has no `name`\nhint: add `name`: what the service is called",
    );
    check(
        "<oauth2 name=\"a\" visibility=\"secret\"/>",
        "line 1, column 1: `visibility` of `<oauth2>` is `secret`\nhint: write one of `internal`, `private`, `public`",
    );
    check(
        "<oauth2 name=\"a\"/>",
        "line 1, column 1: `<oauth2>` has no `<authorization-url>`\nhint: add `<authorization-url>`",
    );
    check(
        "<resource>\n<oauth2 name=\"a\"/>\n <oauth2 name=\"b\"/></resource>",
        "line 3, column 2: duplicate `<oauth2>`; the first is at line 2, column 1\nhint: keep one of the two",
    );
    check(
        "<oauth2 name=\"a\"><description>a & b</description></oauth2>",
        "line 1, column 33: `<description>` is not well-formed: unescaped `&`: write `&amp;`\nhint: fix the XML there",
    );
    check(
        "<oauth2 name=\"a\"><a></b></oauth2>",
        "line 1, column 21: `<a>` is not well-formed: found `</b>`, expected `</a>`\nhint: fix the XML there",
    );
    check("</a>", "line 1, column 1: `<a>` is not well-formed: `</a>` has no opening tag\nhint: fix the XML there");
    check(
        "<oauth2 na",
        "the document ends inside `<oauth2>`, which starts at line 1, column 1\nhint: copy the whole document",
    );
    check(
        "<oauth2 name=\"a\" name=\"b\"/>",
        "line 1, column 1: `<oauth2>` is not well-formed: duplicate attribute\nhint: fix the XML there",
    );
}

#[test]
fn an_element_that_lacks_something_or_is_there_twice_is_named_with_its_place() {
    let check = |arguments: &str, expected: &str| {
        let error = read(&with_arguments(arguments)).expect_err(expected);
        assert_eq!(error.diagnose().to_string(), expected);
    };
    check(
        "<argument name=\"a\"/>",
        "line 3, column 85: `<argument>` has no `location`\nhint: add `location`: one of `param`, `header`, `variable`",
    );
    check(
        "<argument name=\"a\" location=\"body\"/>",
        "line 3, column 85: `location` of `<argument>` is `body`\nhint: write one of `param`, `header`, `variable`",
    );
    check(
        "<argument location=\"param\"/>",
        "line 3, column 85: `<argument>` has no `name`\nhint: add `name`: what the argument is called on the wire",
    );
    check(
        "<argument name=\"a\" location=\"param\"/>\n<argument name=\"a\" location=\"param\"/>",
        "line 4, column 1: duplicate argument `a` in `<token-url>`; the first is at line 3, column 85\n\
        hint: keep one of the two",
    );
    check(
        "<response/>",
        "line 3, column 85: `<response>` has no `status`\nhint: add `status`: an HTTP status, such as `200`",
    );
    let twice = document("https://a.example", "", "").replace("</oauth2>", "<refresh-url/></oauth2>");
    let error = read(&twice).expect_err("two stages").to_string();
    assert_eq!(error, "line 5, column 1: duplicate `<refresh-url>` in `<oauth2>`; the first is at line 4, column 1");
    let error = read(&TRAVEL.replace("method=\"post\"", "method=\"send\"")).expect_err("no method").to_string();
    assert_eq!(error, "line 54, column 5: `method` of `<operation>` is `send`");
}

#[test]
fn what_is_too_large_too_deep_or_cut_off_is_refused() {
    let check = |text: &str, expected: &str| assert_eq!(read(text).expect_err(expected).to_string(), expected);
    let large = format!("<oauth2 name=\"{}\"/>", "a".repeat(1024 * 1024));
    let large =
        dialect::read(large.as_bytes(), "x", &Catalog::bundled(), Dialect::by_id("zspec")).expect_err("too large");
    assert_eq!(large.to_string(), "the document is larger than 1 MiB, the limit for ZSPEC <oauth2>");
    let deep = "<oauth2 name=\"a\">".to_owned() + &"<a>".repeat(40);
    check(&deep, "line 1, column 111: `<a>`: more than 32 nested elements");
    let outside = "<a>".repeat(100_000);
    check(&outside, "line 1, column 97: `<a>`: more than 32 nested elements");
    let many = format!("<oauth2 name=\"a\">{}</oauth2>", "<a/>".repeat(2_001));
    check(&many, "line 1, column 8018: `<a>`: more than 2000 elements in it");
    let attributes = (0..40).map(|number| format!(" a{number}=\"\"")).collect::<Vec<_>>().concat();
    check(&format!("<oauth2{attributes}/>"), "line 1, column 1: `<oauth2>`: more than 32 attributes");
    let long = format!("<oauth2 name=\"{}\"/>", "a".repeat(17_000));
    check(&long, "line 1, column 1: `<oauth2>`: more than 16384 characters in an attribute");
    let name = format!("<{}/>", "a".repeat(200));
    assert!(read(&name).expect_err("a long name").to_string().ends_with("…>`: more than 128 characters in the name"));
    // Wherever the document ends too early, it is said which element is open.
    for end in (1..TRAVEL.trim_end().len()).filter(|end| TRAVEL.is_char_boundary(*end)) {
        let cut = read(&TRAVEL[..end]).expect_err("cut off").to_string();
        assert!(cut.starts_with("the document ends inside `<"), "{end}: {cut}");
    }
}

#[test]
fn every_preset_that_the_document_can_hold_keeps_its_calls() {
    let (mut whole, mut refused) = (0, 0);
    for service in Catalog::bundled().services() {
        match write(&service) {
            Ok(text) => {
                read(&text).unwrap_or_else(|error| panic!("{}: {error}\n{text}", service.id));
                let lost = losses(&service);
                let changed = lost.iter().find(|note| note.words.starts_with("the call changes"));
                // The document has no other spelling of the method of PKCE than that of the RFC.
                let is_spelled_otherwise = service.id == "canva";
                assert_eq!(changed.is_some(), is_spelled_otherwise, "{}: {changed:?}", service.id);
                whole += 1;
            }
            Err(error) => {
                let has_stages = service.authorization.is_some() && service.refresh_request.is_some();
                assert!(!has_stages || service.id == Catalog::CUSTOM, "{}: {error}", service.id);
                refused += 1;
            }
        }
    }
    assert!(whole > 100, "{whole} written, {refused} refused");
}

#[test]
fn what_a_document_cannot_hold_is_listed_or_refused() {
    let catalog = Catalog::bundled();
    let netsuite = catalog.service("netsuite").expect("netsuite");
    let lost: Vec<String> = losses(&netsuite).iter().map(|note| format!("{}: {}", note.place, note.words)).collect();
    let expected = [
        "revocation: ZSPEC cannot describe this call",
        "input account_id: its pattern",
        "redirect: the redirect settings",
        "hints: what its errors mean",
        "scopes: what each scope allows",
        "checklist: what to do before the first sign-in",
    ];
    assert_eq!(lost, expected);
    let refused = |service: &Service| write(service).expect_err("refused").diagnose().to_string();
    assert_eq!(
        refused(&catalog.service("netsuite-m2m").expect("a preset")),
        "NetSuite (machine to machine) has no authorization call, and ZSPEC requires `<authorization-url>`\n\
        hint: write it in another format, such as `toml`"
    );
    let mut twice = netsuite.clone();
    twice.token_request.query = vec![Parameter::new("a", "1"), Parameter::new("a", "2")];
    assert_eq!(
        refused(&twice),
        "`token_request` of NetSuite sends `a` twice, which ZSPEC does not allow\n\
        hint: remove one of the two"
    );
    let mut odd = netsuite;
    odd.name = "a\u{1}b".into();
    let words = "a\u{1}b contains a character that XML does not allow (U+0001)\nhint: remove the character";
    assert_eq!(refused(&odd), words);
}

/// What a generated service sends.
fn any_value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("<client_id>".to_owned()),
        Just("<region>".to_owned()),
        Just("https://<region>.example/{{code}}".to_owned()),
        "[ -~]{1,12}",
        "\\PC{1,12}",
    ]
}

fn any_list(prefix: &'static str) -> impl Strategy<Value = Vec<Parameter>> {
    let pair = ("[a-z]{1,6}", any_value());
    proptest::collection::btree_map(pair.0, pair.1, 0..4).prop_map(move |map| {
        map.into_iter().map(|(name, value)| Parameter::new(format!("{prefix}{name}"), value)).collect()
    })
}

fn any_call() -> impl Strategy<Value = CallTemplate> {
    let body = prop_oneof![
        Just(BodyTemplate::None),
        any_list("f_").prop_map(BodyTemplate::Form),
        any_value().prop_map(|text| BodyTemplate::Json(Template::new(text))),
        any_list("j_").prop_map(|list| {
            let fields = list.iter().map(|p| (p.name.clone(), p.value.source().into()));
            let object: serde_json::Map<String, serde_json::Value> = fields.collect();
            BodyTemplate::Json(Template::new(serde_json::to_string_pretty(&object).expect("JSON")))
        }),
        any_value()
            .prop_map(|text| BodyTemplate::Text { content_type: "text/plain".into(), text: Template::new(text) }),
    ];
    let url = "[a-z]{1,5}".prop_map(|path| Template::new(format!("https://<region>.example/{path}/{{tenant}}")));
    (url, any_list("q_"), any_list("X-"), body).prop_map(|(url, query, headers, body)| CallTemplate {
        url,
        query,
        headers,
        body,
        ..CallTemplate::default()
    })
}

fn any_service() -> impl Strategy<Value = Service> {
    (any_call(), any_call(), any_call(), proptest::option::of(any_call()), "\\PC{1,20}").prop_map(
        |(authorization, bearer, refresh, identity, name)| {
            let choice = |value: &str| Choice { value: value.into(), label: value.into(), ..Choice::default() };
            let region = Input {
                name: "region".into(),
                label: "Region".into(),
                help: "Where it is.".into(),
                choices: vec![choice("eu"), choice("us")],
                ..Input::default()
            };
            let tenant = Input { name: "tenant".into(), label: "Tenant".into(), ..Input::default() };
            Service {
                name: format!("A{name}"),
                inputs: vec![region, tenant],
                authorization: Some(Authorization {
                    call: with_state(authorization),
                    pkce: Pkce::Off,
                    ..Authorization::default()
                }),
                grant_type: "authorization_code".into(),
                token_request: bearer,
                refresh_request: Some(refresh),
                identity: identity.map(|call| Identity { call, fields: Vec::new() }),
                ..Service::default()
            }
        },
    )
}

fn with_state(mut call: CallTemplate) -> CallTemplate {
    call.query.push(Parameter::new("state", "<state>"));
    call
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_service_sends_is_sent_after_writing_and_reading(service in any_service()) {
        let text = write(&service).expect("it has all stages");
        let first = read(&text).expect("it is read").described.remove(0).service;
        let changed = losses(&service).into_iter().find(|note| note.words.starts_with("the call changes"));
        prop_assert_eq!(changed, None, "{}", text);
        let again = read(&write(&first).expect("it has all stages")).expect("it is read").described.remove(0);
        prop_assert_eq!(write_preset(&again.service), write_preset(&first), "{}", text);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_slip_of_a_document_makes_it_panic(
        from in 0..TRAVEL.len(), length in 0..40_usize, put in "[<>/=\"&;a-z\\-]{0,8}",
    ) {
        let mut bytes = TRAVEL.as_bytes().to_vec();
        bytes.splice(from..(from + length).min(TRAVEL.len()), put.bytes());
        if let Ok(import) = read(&String::from_utf8_lossy(&bytes)) {
            let service = &import.described[0].service;
            let text = write(service).expect("it has all stages");
            let again = read(&text).expect("what is written is read").described.remove(0);
            prop_assert_eq!(write_preset(&again.service), write_preset(service), "{}", text);
        }
    }
}

/// The service of the document, as it answers.
fn travel(asked: &Asked, earlier: usize) -> Answer {
    let tokens = |token: &str, more: serde_json::Value| {
        let mut reply =
            json!({ "access_token": token, "expires_in": 3600, "api_domain": "https://api.travel.example" });
        reply.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        Answer::json(200, &reply)
    };
    match (asked.path.as_str(), asked.parameter("grant_type")) {
        ("/oauth/v2.0/auth", _) => asked.grant("a-code"),
        ("/oauth/v2.0/token", "authorization_code") if asked.parameter("code") == "a-code" => {
            tokens("first", json!({ "refresh_token": "again" }))
        }
        ("/oauth/v2.0/token", "refresh_token") if asked.parameter("refresh_token") == "again" => {
            tokens(&format!("later-{earlier}"), json!({}))
        }
        ("/oauth/user/info", _) if asked.raw.to_lowercase().contains("authorization: bearer later-1\r\n") => {
            Answer::json(200, &json!({ "First_Name": "Ada", "Last_Name": "L", "ZUID": 7, "Secret": "not declared" }))
        }
        _ => Answer::json(400, &json!({ "error": "invalid_request" })),
    }
}

#[test]
fn the_example_brings_tokens_renews_them_and_tells_whose_they_are() {
    let server = Scripted::start(travel);
    let service = described(&TRAVEL.replace("https://accounts.travel.example", &server.url())).service;
    let mut fields = ProfileDraft::new(service);
    fields.client_id = "the-client".into();
    fields.redirect_uri = "http://127.0.0.1/callback".into();
    let secrets = ProfileSecrets { client_secret: Secret::new("a%^*&+=\""), ..ProfileSecrets::default() };
    let mut context = CallContext::new(fields.parse().expect("complete"), secrets);
    let core = Core::start();

    context = core.sign_in(context);
    let retained = &context.tokens.as_ref().expect("tokens").retained;
    assert_eq!(retained["api_domain"], "https://api.travel.example");
    let refreshed = core.refresh(context.clone()).outcome.unwrap_or_else(|failure| panic!("{}", failure.diagnosis));
    context.tokens = Some(*refreshed);
    let identified = core.check_token(context.clone());
    let shown: Vec<(&str, &str)> =
        identified.fields.iter().map(|(label, value)| (label.as_str(), value.as_str())).collect();
    assert_eq!(shown, [("First_Name", "Ada"), ("Last_Name", "L"), ("ZUID", "7")]);

    let sent = server.asked("/oauth/v2.0/auth").remove(0);
    assert_eq!((sent.parameter("access_type"), sent.parameter("scope")), ("offline", "Travel.profile.READ email"));
    let sent = server.asked("/oauth/v2.0/token").remove(0);
    assert!(sent.raw.starts_with("POST /oauth/v2.0/token?grant_type=authorization_code&"), "{}", sent.raw);
    assert_eq!(sent.parameter("client_secret"), "a%^*&+=\"");
    assert_eq!(write(&context.profile.service), write(&fields.service));
}
