//! What is done with a saved profile over the months.

use serde_json::json;

use crate::support::http::browser;
use crate::support::practice::Practice;
use crate::support::tokenwright::Tokenwright;

#[test]
fn notes_and_tags_stay_with_a_profile_and_tell_it_from_others() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "acme");
    practice.sign_in(&program, "other");
    let plain = program.run(&["list"]).done();
    assert!(!plain.contains("TAGS"), "{plain}");

    assert_eq!(program.run(&["tag", "acme", "prod", "customer:acme", "old"]).done(), "acme: customer:acme old prod\n");
    assert_eq!(program.run(&["tag", "acme", "-d", "old", "prod"]).done(), "acme: customer:acme prod\n");
    assert_eq!(program.run(&["tag", "other", "prod"]).done(), "other: prod\n");
    assert_eq!(program.run(&["tag", "acme"]).done(), "acme: customer:acme prod\n");
    let typed = "Admin: Ms Ito.\r\n\u{1b}[2JRenew the contract in May.\n";
    assert_eq!(program.run_with_input(&["notes", "acme", "-"], typed).done(), "acme: noted\n");
    assert_eq!(program.run(&["notes", "acme"]).done(), "Admin: Ms Ito.\n[2JRenew the contract in May.\n");

    // The second list is of what the first remembered.
    for _ in 0..2 {
        let listed = program.run(&["list", "--json"]).json();
        assert_eq!((&listed[0]["tags"], &listed[0]["environment"]), (&json!(["customer:acme", "prod"]), &json!(null)));
    }
    assert!(program.run(&["list"]).done().lines().next().is_some_and(|line| line.ends_with("TAGS")));
    let names = |arguments: &[&str]| -> Vec<String> {
        let listed = program.run(&[&["list", "--json"], arguments].concat()).json();
        listed
            .as_array()
            .expect("a list")
            .iter()
            .map(|line| line["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(names(&["--tag", "prod"]), ["acme", "other"]);
    assert_eq!(names(&["--tag", "prod", "--tag", "customer:acme"]), ["acme"]);
    assert_eq!(names(&["--tag", "nothing"]), [""; 0]);
    let shown = program.run(&["show", "acme"]).done();
    let lines = "notes              Admin: Ms Ito.\n                   [2JRenew the contract in May.\n";
    assert!(shown.contains(lines) && shown.contains("tags               customer:acme prod\n"), "{shown}");
    assert!(!program.run(&["show", "other"]).done().contains("notes"));

    // Another sign-in, a refresh and a colleague leave them as they are.
    practice.sign_in(&program, "acme");
    program.run(&["sign-in", "acme", "--browser", browser()]).done();
    program.run(&["refresh", "acme"]).done();
    let shared = program.home().join("shared.toml");
    program.run(&["share", "acme", "--output", shared.to_str().expect("UTF-8")]).done();
    let colleague = Tokenwright::with_vault();
    colleague.run(&["import", shared.to_str().expect("UTF-8"), "--yes"]).done();
    for program in [&program, &colleague] {
        let shown = program.run(&["show", "acme", "--json"]).json();
        assert_eq!(shown["tags"], json!(["customer:acme", "prod"]));
        assert_eq!(shown["notes"], "Admin: Ms Ito.\n[2JRenew the contract in May.");
    }

    let told = program.run(&["tag", "acme", "two words"]).failed(2);
    assert!(told.contains("the tag `two words` cannot hold ' ' there"), "{told}");
    program.run(&["tag", "nobody", "x"]).failed(3);
    program.run(&["notes", "nobody", "x"]).failed(3);
    assert_eq!(program.run(&["notes", "acme", ""]).done(), "acme: no notes\n");
    assert_eq!(program.run(&["tag", "acme", "-d", "prod", "-d", "customer:acme"]).done(), "acme: no tags\n");
    let text = program.database().profile("acme").expect("saved");
    assert!(!text.contains("notes") && !text.contains("tags"), "{text}");
}
