//! Text in the world's scripts: drawn if a font has it, else as boxes.

use std::collections::BTreeSet;
use std::fs;

use crate::desktop::open_window::Window;
use crate::support::tokenwright::Tokenwright;

/// Two characters each, which must look different: then they are not boxes.
const SCRIPTS: [(&str, &str, &str); 8] = [
    ("Chinese", "简", "体"),
    ("Japanese", "あ", "東"),
    ("Korean", "한", "국"),
    ("Arabic", "ع", "م"),
    ("Hebrew", "ש", "ל"),
    ("Thai", "ก", "ท"),
    ("Devanagari", "अ", "ह"),
    ("emoji", "🎉", "🦀"),
];

/// One name in all of them, without what is drawn from right to left.
const NAME: &str = "World 株式会社 东京 한국 ไทย 🎉";

const SEARCH: &str = "Search services";

/// Fonts of the system: `DejaVu` alone.
const DEJAVU: &str = "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig>\
    <dir>/usr/share/fonts/truetype/dejavu</dir><cachedir>CACHE</cachedir></fontconfig>";

/// A window on a machine that has no font but `DejaVu`.
fn with_dejavu_alone(program: Tokenwright, theme: &str) -> Window {
    let file = program.home().join("fonts.conf");
    fs::write(&file, DEJAVU.replace("CACHE", &program.home().join("fonts").display().to_string())).expect("our file");
    Window::with(program, theme, |command| {
        command.env("FONTCONFIG_FILE", &file);
    })
}

#[test]
#[ignore = "needs a desktop"]
fn the_scripts_of_the_world_are_drawn_where_they_are_typed() {
    let (window, bare) = (Window::open("light"), with_dejavu_alone(Tokenwright::with_vault(), "light"));
    let [empty, boxed] = [typed(&bare, SEARCH, "\u{200b}"), typed(&bare, SEARCH, "\u{10fffd}")];
    assert_ne!(empty, boxed, "a sign that no font has is drawn as nothing");
    for (script, one, other) in SCRIPTS {
        let pictures: BTreeSet<Vec<u8>> = [one, other].map(|text| typed(&window, SEARCH, text)).into();
        assert_eq!(pictures.len(), 2, "{script}: two signs look the same");
        assert!(!pictures.contains(&empty) && !pictures.contains(&boxed), "{script} is not drawn");
    }
    // What DejaVu has, and what it has not.
    for (script, one, _) in SCRIPTS {
        let has = ["Arabic", "Hebrew"].contains(&script);
        assert_eq!(typed(&bare, SEARCH, one) != boxed, has, "{script} without its font");
    }
    typed(&window, SEARCH, &SCRIPTS.map(|(_, one, other)| format!("{one}{other}")).join(" "));
    window.desktop.picture("desktop-scripts-light");
    typed(&bare, SEARCH, NAME);
    bare.desktop.picture("desktop-boxes-light");
}

#[test]
#[ignore = "needs a desktop"]
fn headings_and_fields_of_equal_widths_draw_them_too() {
    let preset = PRESET.replace("NAME", NAME);
    let program = || {
        let program = Tokenwright::with_vault();
        program.add_preset("world.toml", &preset);
        program
    };
    let windows = [("scripts", Window::of(program(), "dark")), ("boxes", with_dejavu_alone(program(), "dark"))];
    let pictures = windows.map(|(what, window)| {
        window.reader.focus(SEARCH);
        window.desktop.display.type_text("world");
        window.reader.press(NAME);
        window.desktop.display.xdotool(&["mousemove", "5", "890"]);
        let heading = picture(&window, NAME);
        window.reader.press("Next");
        let field = typed(&window, "Client ID", "株한ก");
        window.desktop.picture(&format!("desktop-{what}-dark"));
        (heading, field)
    });
    let [(heading, field), (boxes, boxed_field)] = pictures;
    assert_ne!(heading, boxes, "a heading shows boxes");
    assert_ne!(field, boxed_field, "a field of equal widths shows boxes");
}

const PRESET: &str = r#"
id = "world"
name = "NAME"
summary = "A service of the world"
asks = "optional-secret"
checked = "2026-11-21"
source = ["a test"]

[redirect]
default = "http://127.0.0.1/callback"

[authorization]
url = "https://service.example/authorize"

[token_request]
url = "https://service.example/token"
"#;

/// What the screen shows of a field with this text in it.
fn typed(window: &Window, field: &str, text: &str) -> Vec<u8> {
    window.paste(field, "ctrl+v", text);
    // The caret stands at one place, whatever the width of the text.
    window.desktop.display.key("Home");
    picture(window, field)
}

/// What the screen shows of something.
fn picture(window: &Window, name: &str) -> Vec<u8> {
    let (x, y, width, height) = window.reader.place_of(name);
    window.desktop.rest();
    let file = window.desktop.program.home().join("part.ppm");
    let path = file.to_str().expect("a path that is text");
    let place = format!("{width}x{height}+{x}+{y}");
    window.desktop.output("import", &["-window", "root", "-crop", &place, "+repage", path]);
    fs::read(&file).expect("a picture")
}
