//! Secrets with the white space that files and clipboards add.

use serde_json::json;

use crate::services::scripted::{program, reply, service, sign_in};

#[test]
fn line_breaks_around_a_client_secret_are_cut_off_and_white_space_is_told() {
    for (typed, sent, told) in [
        ("made-up\r\n", "made-up", false),
        ("made-up\n", "made-up", false),
        (" made-up\r\n", " made-up", true),
        ("made up", "made up", true),
    ] {
        let service = service(vec![reply(&json!({}))]);
        let program = program(&service, "").with_env("TOKENWRIGHT_CLIENT_SECRET", typed);
        let url = service.url();
        let preset = format!(
            "id = \"secretive\"\nname = \"Secretive\"\nchecked = \"2026-11-21\"\nsource = [\"made up\"]\n\
             [redirect]\ndefault = \"http://127.0.0.1/callback\"\n[authorization]\nurl = \"{url}/authorize\"\n[token_request]\nurl = \"{url}/token\"\nauthentication = \"body\"\n\
             [refresh_request]\nurl = \"{url}/token\"\nauthentication = \"body\"\n"
        );
        program.add_preset("secretive.toml", &preset);
        let finished = sign_in(&program, "secretive", &[]);
        let is_told = finished.stderr.contains("warning: the client secret has white space");
        assert_eq!(is_told, told, "{typed:?}: {}", finished.stderr);
        finished.done();
        assert_eq!(service.asked("/token")[0].parameter("client_secret"), sent);
        // What is kept is what was sent.
        program.run(&["refresh", "demo"]).done();
        assert_eq!(service.asked("/token")[1].parameter("client_secret"), sent);
    }
}
