//! Waiting for the browser costs almost no processor time, as measured by the system.

use std::time::Duration;

use crate::desktop::sign_in::{agreeing, machine, start_sign_in, ticks, window_of};
use crate::support::desktop::Desktop;
use crate::support::process::Process;
use crate::support::scripted::Scripted;

/// Ticks of the system in a second (`getconf CLK_TCK`), on every Linux there is.
const TICKS_A_SECOND: u64 = 100;

/// Processor time in hundredths of one core while nothing is touched.
fn load(window: &Process, seconds: u64) -> u64 {
    let before = ticks(window);
    // waits: what a process costs over a time is what is asked for
    std::thread::sleep(Duration::from_secs(seconds));
    (ticks(window) - before) * 100 / (seconds * TICKS_A_SECOND)
}

#[test]
#[ignore = "needs a desktop"]
fn waiting_for_the_browser_leaves_the_processor_alone() {
    for theme in ["light", "dark"] {
        let server = Scripted::start(agreeing(3600));
        let desktop = Desktop::start(machine(&server), theme);
        let window = desktop.open_window();
        start_sign_in(&desktop);
        // waits: the browser is opened a moment before the window shows that it waits
        std::thread::sleep(Duration::from_secs(1));
        desktop.picture(&format!("desktop-waiting-{theme}"));
        let waiting = load(&window, 8);
        eprintln!("waiting: {waiting} % of a core");
        // In software, on a machine that is busy with other tests; a wheel that turns takes half a core.
        assert!(waiting <= 6, "{waiting} % of a core while waiting");
        if theme == "dark" {
            continue;
        }
        desktop.output("xdotool", &["windowminimize", "--sync", &window_of(&desktop)]);
        // waits: the window manager's own work with it is over
        std::thread::sleep(Duration::from_secs(1));
        let minimised = load(&window, 5);
        eprintln!("minimised: {minimised} % of a core");
        assert!(minimised <= 1, "{minimised} % of a core while minimised");
    }
}
