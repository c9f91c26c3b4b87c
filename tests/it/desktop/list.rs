//! The list of profiles, the command palette and the sheet of keys, by keyboard alone on a real window.

use crate::desktop::open_window::Window;
use crate::support::dropping::drop_file;
use crate::support::practice::Practice;
use crate::support::tokenwright::Tokenwright;

/// Three profiles, signed in.
fn three(theme: &str) -> (Window, Practice) {
    let program = Tokenwright::with_vault();
    let service = Practice::start(&program);
    for name in ["alpha", "beta", "gamma"] {
        service.sign_in(&program, name);
    }
    let window = Window::of(program, theme);
    window.reader.wait("Open gamma");
    (window, service)
}

#[test]
#[ignore = "needs a desktop"]
fn a_profile_is_found_and_opened_by_keys_from_the_list_and_from_the_palette() {
    for theme in ["light", "dark"] {
        let (window, _service) = three(theme);
        let display = &window.desktop.display;
        display.key("ctrl+f");
        window.desktop.rest();
        display.type_text("BETA");
        window.reader.wait("1 of 3");
        window.desktop.picture(&format!("desktop-list-{theme}"));
        display.key("Return");
        display.focus("^beta - Tokenwright$");

        display.key("ctrl+f");
        window.desktop.rest();
        display.key("Escape");
        window.reader.wait("3 saved profiles");
        display.key("ctrl+f");
        window.desktop.rest();
        for key in ["Down", "End", "Return"] {
            display.key(key);
            window.desktop.rest();
        }
        display.focus("^gamma - Tokenwright$");

        display.key("ctrl+k");
        window.reader.wait("Results");
        display.type_text("alp");
        window.desktop.rest();
        window.desktop.picture(&format!("desktop-palette-{theme}"));
        display.key("Return");
        display.focus("^alpha - Tokenwright$");

        display.key("F1");
        window.reader.wait("Ctrl+K");
        window.desktop.picture(&format!("desktop-keys-{theme}"));
        display.key("Escape");
        window.desktop.rest();
        display.key("ctrl+b");
        window.reader.wait("Show the list of profiles");
        assert!(!window.reader.names().iter().any(|name| name == "Open alpha"), "the list is hidden");
    }
}

#[test]
#[ignore = "needs a desktop"]
fn a_file_that_is_dropped_on_the_page_of_a_profile_is_read() {
    let (window, _service) = three("light");
    window.reader.press("Open beta");
    let display = &window.desktop.display;
    display.focus("^beta - Tokenwright$");
    let file = window.desktop.program.home().join("request.txt");
    let request = "curl https://login.acme.example/token -d grant_type=client_credentials -d client_id=abc\n";
    std::fs::write(&file, request).expect("our own file");
    let target = display.xdotool(&["search", "--onlyvisible", "--name", "^beta - Tokenwright$"]);
    drop_file(display.name(), target.trim().parse().expect("a window"), &file);
    window.reader.wait("login.acme.example");
    window.desktop.picture("desktop-dropped");
}
