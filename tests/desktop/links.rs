//! Links: the browser is asked for exactly the address, or the window says that it could not be.

use std::fs;

use crate::hand::Window;
use crate::support::desktop::{Selection, until, write_program};
use crate::support::tokenwright::Tokenwright;
use tokenwright::service::Catalog;

#[test]
fn the_links_of_a_service_open_in_the_browser_by_pointer_by_key_and_by_a_screen_reader() {
    let catalog = Catalog::bundled();
    let window = Window::open("light");
    for id in ["quickbooks", "google", "microsoft"] {
        let service = catalog.service(id).expect("a preset");
        window.choose(&service.name);
        let links = [("Open the service's console", &service.links.console), ("Read its documentation", &service.links.documentation)];
        for (name, url) in links {
            let Some(url) = url else { continue };
            let opened = || window.desktop.opened().last() == Some(url);
            let ways: [&dyn Fn(); 2] = [&|| window.reader.press(name), &|| {
                window.reader.focus(name);
                window.desktop.rest();
                window.desktop.display.key("Return");
            }];
            for way in ways {
                let before = window.desktop.opened().len();
                way();
                until(url, || (opened() && window.desktop.opened().len() == before + 1).then_some(()));
            }
        }
        window.reader.press("New profile");
    }
}

#[test]
fn an_address_that_cannot_be_opened_is_told_and_can_be_copied() {
    let service = Catalog::bundled().service("quickbooks").expect("a preset");
    let url = service.links.console.expect("a console");
    let window = Window::with(Tokenwright::with_vault(), "dark", |command| {
        // No launcher at all.
        command.env("PATH", "/nonexistent");
    });
    window.choose(&service.name);
    window.reader.press("Open the service's console");
    window.reader.wait("the system could not open a browser");
    window.desktop.picture("desktop-link-not-opened");
    window.reader.press("Copy address");
    until("the address", || (window.desktop.pasted(Selection::Clipboard) == url).then_some(()));
    window.reader.press("Dismiss");
    until("the message gone", || {
        (!window.reader.names().iter().any(|name| name.contains("could not open"))).then_some(())
    });
}

#[test]
fn a_browser_that_fails_is_told() {
    let window = Window::open("light");
    let home = window.desktop.program.home().join("failing");
    write_program(&home, "#!/bin/sh\nexit 3\n");
    window.desktop.set_browser(&home);
    window.choose("QuickBooks");
    window.reader.press("Open the service's console");
    window.reader.wait("the system could not open a browser");
    assert!(fs::metadata(&home).is_ok());
}
