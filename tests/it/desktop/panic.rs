//! On the terminal, a panic is reported as a fault of the program, and a missing library as that.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use x11rb::protocol::xproto::ConnectionExt as _;

use crate::desktop::sign_in::window_of;
use crate::support::desktop::Desktop;
use crate::support::process::Process;
use crate::support::tokenwright::Tokenwright;

#[test]
#[ignore = "needs a desktop"]
fn a_window_that_is_destroyed_from_outside_is_told_as_a_fault_and_not_as_a_missing_library() {
    let desktop = Desktop::start(Tokenwright::with_vault(), "light");
    let window = desktop.open_window();
    desktop.rest();
    let number: u32 = window_of(&desktop).parse().expect("a number");
    let (screen, _) = x11rb::connect(Some(desktop.display.name())).expect("a screen");
    screen.destroy_window(number).expect("sent").check().expect("destroyed");
    let finished = window.finish();
    assert_eq!(finished.code, 1, "{}", finished.stderr);
    let told: Vec<&str> = finished.stderr.lines().filter(|line| !line.starts_with('[')).collect();
    assert!(told[0].starts_with("error: a fault in the program: it panicked at `"), "{}", finished.stderr);
    assert!(told[0].ends_with(" in the thread `main`"), "{}", finished.stderr);
    let file = desktop.program.data().join("crash.txt");
    let hint = told[1].strip_prefix("hint: report it ").expect("where to");
    assert!(hint.contains(&format!("with the file `{}`", file.display())), "{hint}");
    assert!(!finished.stderr.contains("library"), "{}", finished.stderr);
    let text = fs::read_to_string(&file).expect("the file");
    for part in ["tokenwright ", " on linux ", "where: ", "thread: main", "what: "] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(fs::metadata(&file).expect("the file").permissions().mode() & 0o777, 0o600);
}

#[test]
#[ignore = "needs a desktop"]
fn a_library_that_is_missing_is_told_as_that() {
    let desktop = Desktop::start(Tokenwright::with_vault(), "light");
    let broken = desktop.program.home().join("broken");
    fs::create_dir_all(&broken).expect("our own folder");
    for library in ["libxkbcommon-x11.so.0", "libxkbcommon-x11.so"] {
        fs::write(broken.join(library), "no library").expect("our own file");
    }
    let finished = Process::start(desktop.window_command().env("LD_LIBRARY_PATH", &broken)).finish();
    assert_eq!(finished.code, 1, "{}", finished.stderr);
    assert!(finished.stderr.contains("needs a system library that is missing"), "{}", finished.stderr);
    assert!(!finished.stderr.contains("fault"), "{}", finished.stderr);
    assert!(!desktop.program.data().join("crash.txt").exists());
}
