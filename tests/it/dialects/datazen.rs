//! `DataZen`'s pages.

use tokenwright::call::{Authentication, Parameter, Values};
use tokenwright::dialect::{Secrecy, datazen};
use tokenwright::practice::{Practice, PracticeOptions};
use tokenwright::secret::Secret;
use tokenwright::service::{Asks, BodyKind, Catalog, ProfileDraft};

use crate::dialects::check::{only, read_text, recognises, words};
use crate::dialects::core::{Core, context};

/// The pages for the practice service.
fn page(base_url: &str) -> String {
    format!(
        "Pre-Configured OAuth Setting: Practice by hand\n\
         This service requires client-flow authorization: Yes\n\
         Authorization URL: {base_url}/authorize?prompt=consent\n\
         Client ID: practice-client\n\
         Redirect URI: http://127.0.0.1/callback\n\
         Scope: openid profile offline_access\n\
         Authorization: Basic Auth\n\
         OAuth Bearer Token URL: {base_url}/token\n\
         User Id and/or Secret: Secret\n\
         Secret: practice-secret\n\
         Grant Type: authorization_code\n\
         Query: \n\
         Body: grant_type={{grant_type}}&code={{code}}\n\
         &redirect_uri={{redirect_uri}}\n\
         Refresh Token Settings\n\
         Authorization: None\n\
         Grant Type: refresh_token\n\
         Body: grant_type={{grant_type}}&refresh_token={{refresh_token}}&client_id={{client_id}}&client_secret={{client_secret}}\n"
    )
}

#[test]
fn the_pages_work_unchanged_to_a_token_and_a_refresh_and_out_again() {
    let practice = Practice::start(PracticeOptions { auto_consent: true, ..Default::default() }).expect("a port");
    let core = Core::start();
    let first = only(read_text(datazen::read, &page(&practice.base_url())).expect("the pages"));
    // What is written is read as the same.
    let text = datazen::write(&first, Secrecy::With).expect("writable");
    let second = only(read_text(datazen::read, text.expose()).expect("our own pages"));
    for described in [&first, &second] {
        assert_eq!(described.service, first.service);
        assert_eq!(described.secrets, first.secrets);
        let context = core.sign_in(context(described));
        let first_token = context.tokens.as_ref().expect("tokens").access_token.clone();
        assert!(first_token.expose().starts_with("practice-at-"));
        let refreshed = core.refresh(context).outcome.unwrap_or_else(|failure| panic!("{}", failure.diagnosis));
        assert_ne!(refreshed.access_token, first_token);
    }
    let without = datazen::write(&first, Secrecy::Without).expect("writable");
    assert!(!without.expose().contains("practice-secret"), "{}", without.expose());
}

#[test]
fn what_was_understood_is_told() {
    let described = only(read_text(datazen::read, &page("https://as.example.test")).expect("the pages"));
    assert_eq!(
        words(&described.understood)[..4],
        [
            "Client ID: client id",
            "Redirect URI: redirect URI",
            "Scope: scopes: openid profile offline_access",
            "Secret: client secret",
        ]
    );
    assert_eq!(words(&described.missing), [""; 0]);
    assert_eq!(words(&described.ignored), [""; 0]);
    assert_eq!(described.service.name, "Practice by hand");
}

#[test]
fn a_page_that_names_a_listed_service_is_its_preset() {
    let text = "Pre-Configured OAuth Setting: QuickBooks Online\nClient ID: abc\nSecret: shh-secret\n";
    assert!(recognises(datazen::recognise, text));
    let described = only(read_text(datazen::read, text).expect("the pages"));
    assert_eq!(described.service, Catalog::bundled().service("quickbooks").expect("a preset"));
    assert_eq!((described.client_id.as_str(), &described.secrets.client_secret), ("abc", &Secret::new("shh-secret")));
}

#[test]
fn every_service_of_its_list_has_a_preset() {
    for (setting, id) in [
        ("Business Central Online", "business-central-online"),
        ("ConstantContact", "constant-contact"),
        ("Criteo", "criteo"),
        ("DayForce", "dayforce"),
        ("Facebook", "facebook"),
        ("Google Cloud", "google"),
        ("Instragram", "instagram"),
        ("LinkedIn", "linkedin"),
        ("MailChimp", "mailchimp"),
        ("Business Central", "business-central"),
        ("Microsoft OAuth", "microsoft"),
        ("NetSuite", "netsuite"),
        ("Pinterest", "pinterest"),
        ("QuickBooks Online", "quickbooks"),
        ("Twitter", "twitter-x"),
        ("YouTube", "youtube"),
    ] {
        let import = read_text(datazen::read, &format!("Pre-Configured OAuth Setting: {setting}\n")).expect("a preset");
        assert_eq!(import.described[0].service.id, id, "{setting}");
    }
}

#[test]
fn what_the_wizard_cannot_do_is_not_written() {
    let mut described = only(read_text(datazen::read, &page("https://as.example.test")).expect("the pages"));
    described.service.token_request.query = vec![Parameter::new("company", "<company>")];
    let error = datazen::write(&described, Secrecy::With).expect_err("unknown");
    let words = "a call of Practice by hand uses `<company>`, which is not a DataZen variable";
    assert_eq!(error.to_string(), words);
    described.inputs.insert("company".into(), "acme".into());
    let written = datazen::write(&described, Secrecy::With).expect("its value is known");
    assert!(written.expose().contains("Query: company=acme\n"), "{}", written.expose());
    described.service.token_request.authentication = Authentication::PrivateKeyJwt;
    let error = datazen::write(&described, Secrecy::With).expect_err("signed");
    assert_eq!(
        error.to_string(),
        "Practice by hand authenticates with a signature or a certificate, which DataZen cannot do"
    );
}

#[test]
fn a_user_id_and_a_json_body_without_client_flow() {
    let json = serde_json::json!({
        "preConfiguredOAuthSetting": "Payroll",
        "requiresClientFlowAuthorization": false,
        "clientId": "company",
        "basicAuthorization": "no",
        "bearerTokenUrl": "https://as.example.test/token",
        "userIdAndOrSecret": "User Id and Secret",
        "userId": "ada",
        "secret": "a{b}c",
        "grantType": "password",
        "query": "companyId={client_id}",
        "body": { "user": "{user_name}", "pin": "{client_secret}", "type": "{grant_type}" },
    });
    assert!(recognises(datazen::recognise, &json.to_string()));
    let described = only(read_text(datazen::read, &json.to_string()).expect("the pages"));
    assert_eq!((described.service.asks, described.user_name.as_str()), (Asks::UserAndSecret, "ada"));
    let context = context(&described);
    let call = described.service.token_request.render(&context.values()).expect("complete");
    assert_eq!(call.url.to_secret().expose(), "https://as.example.test/token?companyId=company");
    let body: serde_json::Value = serde_json::from_str(call.wire_body().expect("a body").expose()).expect("JSON");
    assert_eq!(body, serde_json::json!({ "user": "ada", "pin": "a{b}c", "type": "password" }));
}

#[test]
fn the_wizards_own_fields_take_the_nine_variables_as_typed() {
    let mut draft = ProfileDraft::new(Catalog::bundled().service(Catalog::CUSTOM).expect("bundled"));
    draft.authorization_url = "https://as.example.test/authorize".into();
    draft.client_id = "id".into();
    draft.grant_type = "g".into();
    draft.user_name = "ada".into();
    draft.asks = Asks::UserAndSecret;
    draft.typed_scopes = "a b".into();
    draft.token_request.url = "https://as.example.test/token".into();
    draft.token_request.body_kind = BodyKind::Form;
    draft.token_request.query = "s={scope}&r={redirect_uri}".into();
    draft.token_request.body = "c={code}&i={client_id}&g={grant_type}&u={user_name}&p={client_secret}\n\
        t={token}&f={refresh_token}"
        .into();
    let profile = draft.parse().expect("complete");
    let mut values: Values = profile.values();
    for name in ["code", "client_secret", "token", "refresh_token"] {
        values.set_secret(name, Secret::new(format!("the {name}")));
    }
    let call = profile.service.token_request.render(&values).expect("every variable has a value");
    assert_eq!(
        call.url.to_secret().expose(),
        "https://as.example.test/token?s=a%20b&r=http%3A%2F%2Flocalhost%3A8080%2Fcallback"
    );
    let body = call.wire_body().expect("a body");
    let body = body.expose();
    assert!(
        body.starts_with("c=the+code&i=id&g=g&u=ada&p=the+client_secret&t=the+token&f=the+refresh_token"),
        "{body}"
    );
}

#[test]
fn another_document_is_refused_by_name() {
    assert!(!recognises(datazen::recognise, "Dear all,\nplease find the token URL below\n"));
    let error = read_text(datazen::read, "Client ID: abc\n").expect_err("no URL");
    assert_eq!(error.to_string(), "this does not look like DataZen OAuth settings: it has no OAuth Bearer Token URL");
    let error = read_text(datazen::read, "{\"Bearer Token URL\": {}, \"Grant Type\": \"x\"}").expect_err("no text");
    assert_eq!(error.to_string(), "DataZen OAuth settings: expected a text at `Bearer Token URL`");
}
