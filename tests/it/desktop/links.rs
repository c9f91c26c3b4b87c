//! Links open exactly their URL in the browser, or the window says that it failed.

use crate::desktop::open_window::Window;
use crate::support::desktop::{Selection, until, write_program};
use tokenwright::service::{Catalog, Service};

const CONSOLE: &str = "Open the service's console";
const DOCUMENTATION: &str = "Read its documentation";

fn service(id: &str) -> Service {
    Catalog::bundled().service(id).expect("a preset")
}

#[test]
#[ignore = "needs a desktop"]
fn the_links_of_a_service_open_in_the_browser_by_pointer_by_key_and_by_a_screen_reader() {
    let window = Window::open("light");
    let mut expected = Vec::new();
    for id in ["quickbooks", "google", "slack", "microsoft"] {
        let service = service(id);
        window.choose(&service.name);
        window.reader.press("Next");
        let links = [(CONSOLE, &service.links.console), (DOCUMENTATION, &service.links.documentation)];
        for (name, url) in links.into_iter().filter_map(|(name, url)| Some((name, url.clone()?))) {
            let by_pointer = || {
                // The page may be scrolling still.
                window.desktop.rest();
                let (x, y) = window.reader.middle_of(name);
                window
                    .desktop
                    .display
                    .click(x.try_into().expect("on the screen"), y.try_into().expect("on the screen"));
            };
            let by_key = || {
                window.reader.focus(name);
                window.desktop.display.key("Return");
            };
            // It scrolls to where the keyboard is; then the pointer can reach it.
            for way in [&by_key as &dyn Fn(), &by_pointer, &|| window.reader.press(name)] {
                way();
                expected.push(url.clone());
                until(&url, || (window.desktop.opened().len() == expected.len()).then_some(()));
            }
        }
        window.reader.press("New profile");
    }
    assert_eq!(window.desktop.opened(), expected);
    assert!(expected.len() >= 18, "{expected:?}");
}

#[test]
#[ignore = "needs a desktop"]
fn an_address_that_no_browser_takes_is_told_and_can_be_copied() {
    let window = Window::open("dark");
    let failing = window.desktop.program.home().join("failing");
    write_program(&failing, "#!/bin/sh\nexit 3\n");
    window.desktop.set_browser(&failing);
    let service = service("quickbooks");
    let url = service.links.console.expect("a console");
    window.choose(&service.name);
    window.reader.press("Next");
    window.reader.press(CONSOLE);
    window.reader.wait(&url);
    window.desktop.picture("desktop-link-not-opened-dark");
    window.reader.press("Copy address");
    until("the address", || (window.desktop.pasted(Selection::Clipboard) == url).then_some(()));
    window.reader.press("Dismiss");
    until("the message gone", || (!window.reader.names().contains(&url)).then_some(()));
}

#[test]
#[ignore = "needs a desktop"]
fn the_reference_of_a_message_opens_in_the_browser() {
    let window = Window::open("light");
    window.choose("Practice service");
    window.reader.press("Next");
    window.reader.press("Start authorization");
    let url = until("the browser", || window.desktop.opened().first().cloned());
    window.paste("Pasted response", "ctrl+v", "http://127.0.0.1/?code=one&code=two");
    window.reader.press("Use pasted response");
    let reference = "https://www.rfc-editor.org/rfc/rfc6749#section-3.1";
    window.reader.press(reference);
    until("the reference", || (window.desktop.opened() == [url.as_str(), reference]).then_some(()));
    window.desktop.picture("desktop-reference-light");
}
