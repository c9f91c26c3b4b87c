//! The scripts of the world on the screen: drawn where a font has them, and a box where none has.

use std::collections::BTreeSet;
use std::fs;

use crate::hand::Window;
use crate::support::desktop::Selection;
use crate::support::tokenwright::Tokenwright;

/// Two signs each: they must look different from one another, so they are no boxes.
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

/// Fonts of the system: DejaVu alone.
const DEJAVU: &str = "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig>\
    <dir>/usr/share/fonts/truetype/dejavu</dir><cachedir>CACHE</cachedir></fontconfig>";

#[test]
fn the_scripts_of_the_world_are_drawn_where_they_are_typed() {
    let window = Window::open("light");
    for (script, one, other) in SCRIPTS {
        let pictures: BTreeSet<Vec<u8>> = ["", one, other].map(|text| typed(&window, text)).into();
        assert_eq!(pictures.len(), 3, "{script} is not drawn");
    }
    typed(&window, &SCRIPTS.map(|(_, one, other)| format!("{one}{other}")).join(" "));
    window.desktop.picture("desktop-scripts-light");
}

#[test]
fn a_sign_that_no_font_has_is_a_box() {
    let program = Tokenwright::with_vault();
    let file = program.home().join("fonts.conf");
    fs::write(&file, DEJAVU.replace("CACHE", &program.home().join("fonts").display().to_string())).expect("our file");
    let window = Window::with(program, "dark", |command| {
        command.env("FONTCONFIG_FILE", &file);
    });
    let (nothing, chinese, thai) = (typed(&window, ""), typed(&window, "简"), typed(&window, "ก"));
    assert_ne!(nothing, chinese, "nothing is drawn");
    assert_eq!(chinese, thai, "two signs that no font has are the same box");
    assert_ne!(typed(&window, "ש"), chinese, "DejaVu has Hebrew");
    typed(&window, "株式会社 ไทย हिन्दी 🎉 שלום");
    window.desktop.picture("desktop-boxes-dark");
}

/// What the screen shows of the search with this text in it.
fn typed(window: &Window, text: &str) -> Vec<u8> {
    window.reader.focus("Search services");
    window.desktop.display.key("ctrl+a");
    window.desktop.display.key("Delete");
    if !text.is_empty() {
        let _outside = window.desktop.copy(Selection::Clipboard, text);
        window.desktop.display.key("ctrl+v");
        window.desktop.rest();
    }
    let (x, y) = window.reader.middle_of("Search services");
    // The left of the field: its text, and not the list that it narrows.
    let (_, place) = (x, format!("120x24+{}+{}", window.reader.left_of("Search services"), y - 12));
    window.desktop.rest();
    let file = window.desktop.program.home().join("field.ppm");
    let name = file.to_str().expect("a path that is text");
    window.desktop.output("import", &["-window", "root", "-crop", &place, "+repage", name]);
    fs::read(&file).expect("a picture")
}
