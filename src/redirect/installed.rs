//! The browsers of this machine, for a sign-in in another one or in a window that keeps nothing.

use std::ffi::OsStr;
use std::path::Path;

use crate::redirect::Browser;

/// A browser that can be started here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledBrowser {
    pub name: &'static str,
    pub usual: Browser,
    /// The same with a window of its own that forgets the sign-in when it is closed.
    pub private: Browser,
}

/// A browser's name, its programs, the first found of which is used, and what opens a private window.
struct Known {
    name: &'static str,
    programs: &'static [&'static str],
    private: &'static str,
}

const fn known(name: &'static str, programs: &'static [&'static str], private: &'static str) -> Known {
    Known { name, programs, private }
}

/// The options are those of the browsers' own manual pages.
const KNOWN: [Known; 9] = [
    known("Firefox", &["firefox", "firefox-esr"], "--private-window"),
    known("Chrome", &["google-chrome", "google-chrome-stable"], "--incognito"),
    known("Chromium", &["chromium", "chromium-browser"], "--incognito"),
    known("Edge", &["microsoft-edge", "microsoft-edge-stable"], "--inprivate"),
    known("Brave", &["brave-browser", "brave"], "--incognito"),
    known("Vivaldi", &["vivaldi", "vivaldi-stable"], "--incognito"),
    known("Opera", &["opera"], "--private"),
    known("LibreWolf", &["librewolf"], "--private-window"),
    known("GNOME Web", &["epiphany"], "--incognito-mode"),
];

/// The browsers that are found in the folders of this search path (the value of `PATH`). Blocks for a look at the disk.
pub fn installed(search_path: &OsStr) -> Vec<InstalledBrowser> {
    let folders: Vec<_> = std::env::split_paths(search_path).filter(|folder| folder.is_absolute()).collect();
    let is_there = |program: &&&str| folders.iter().any(|folder| is_program(&folder.join(program)));
    let found = |known: &Known| {
        let program = known.programs.iter().find(is_there)?;
        let private = Browser::Command(format!("{program} {} %s", known.private));
        Some(InstalledBrowser { name: known.name, usual: Browser::Command((*program).to_owned()), private })
    };
    KNOWN.iter().filter_map(found).collect()
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.with_extension("exe").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn those_that_can_be_started_are_found_with_their_private_windows() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        for (name, mode) in [("firefox-esr", 0o755), ("chromium", 0o755), ("opera", 0o644)] {
            let path = folder.path().join(name);
            std::fs::write(&path, "").expect("written");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("ours");
        }
        std::fs::create_dir(folder.path().join("brave")).expect("a folder is no program");
        let found = installed(folder.path().as_os_str());
        let shown: Vec<_> = found.iter().map(|browser| (browser.name, &browser.private)).collect();
        let firefox = Browser::Command("firefox-esr --private-window %s".to_owned());
        let chromium = Browser::Command("chromium --incognito %s".to_owned());
        assert_eq!(shown, [("Firefox", &firefox), ("Chromium", &chromium)]);
        assert_eq!(found[0].usual, Browser::Command("firefox-esr".to_owned()));
    }
}
