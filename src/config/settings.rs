//! The settings, a TOML file that a person may edit. Unknown keys are ignored.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use crate::config::{CallSettings, ConfigError, HookSettings, NetworkSettings, Sources};

/// The least and the most magnification of the window; within it everything can be read and reached.
const SCALE: (f32, f32) = (0.5, 3.0);
/// The least and the most length of a window's side, in points. A window outside of these cannot be used.
const SIDE: (f32, f32) = (100.0, 20_000.0);
/// The longest time without a key or a click, in minutes: a day.
const MOST_MINUTES: u64 = 24 * 60;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The kind of vault that was chosen: `keyring`, `passphrase` or `memory`; `None` before the choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vault: Option<String>,
    pub theme: Theme,
    /// Whether closing the window hides it in the tray while profiles have keep-alive.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub tray: bool,
    /// Whether the window shows the token request before it is sent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stop_before_token_call: bool,
    /// The team that this machine belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamSettings>,
    /// Width and height when it was last closed, in points.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "window_size")]
    pub window_size: Option<(f32, f32)>,
    /// How much larger than usual everything in the window is drawn.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "scale")]
    pub scale: Option<f32>,
    /// The command line that opens the browser, as for `--browser`; `None` is the system's default browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    /// The PKCS#11 module by which keys that stay in a token are used: a library of the token's maker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pkcs11_module: Option<PathBuf>,
    /// Whether the desktop never says anything for the program.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub quiet: bool,
    /// After how many minutes without a key or a click the window locks the vault.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "minutes")]
    pub lock_after: Option<u64>,
    /// How the window lists the saved profiles.
    #[serde(skip_serializing_if = "is_usual")]
    pub list: ListSettings,
    /// The lines of checklists that are ticked.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ticks: Ticks,
    /// How calls leave this machine.
    #[serde(skip_serializing_if = "NetworkSettings::is_usual")]
    pub network: NetworkSettings,
    /// What is told when a profile breaks and when it is well again.
    #[serde(skip_serializing_if = "HookSettings::is_none")]
    pub hooks: HookSettings,
    /// What is kept of the calls that were made.
    #[serde(skip_serializing_if = "CallSettings::is_usual")]
    pub calls: CallSettings,
    /// Where values of profiles are read that are not in the vault, by profile and value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: Sources,
    /// Programs with their arguments, which such values may name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub commands: BTreeMap<String, Vec<String>>,
}

/// What is ticked of the checklist of a service: by its ID, the places of the lines, from 0.
pub type Ticks = BTreeMap<String, BTreeSet<usize>>;

/// How the window lists the saved profiles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListSettings {
    pub sort: ListSort,
    pub group: ListGroup,
    /// Width of the list, in points; `None` as long as nobody changed it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "list_width")]
    pub width: Option<f32>,
}

/// The order of the listed profiles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListSort {
    #[default]
    Name,
    Service,
    /// Whose tokens end soonest comes first.
    Ends,
}

/// What the listed profiles are grouped by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListGroup {
    #[default]
    None,
    Service,
    /// A profile is in the group of each of its tags.
    Tag,
    Environment,
}

/// How to get to the store of a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamSettings {
    /// The database, `postgres://user@host/database`, without a password.
    pub store: String,
    /// The file with the password of the database's user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_file: Option<PathBuf>,
    /// The file with the key of this member, if it is not in the vault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
}

/// The colours of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Settings {
    /// The path is for the error only.
    pub(in crate::config) fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| broken(text, path, &error))
    }

    /// Reads one part only, so that a mistake elsewhere in the file does not stop what needs no more.
    pub(in crate::config) fn parse_part<T: DeserializeOwned>(text: &str, path: &Path) -> Result<T, ConfigError> {
        toml::from_str(text).map_err(|error| broken(text, path, &error))
    }

    /// Leaves out an unusable size, which would be refused the next time.
    pub(in crate::config) fn to_text(&self) -> String {
        let mut settings = self.clone();
        settings.window_size.take_if(|size| !is_size(*size));
        settings.list.width.take_if(|width| !is_side(*width));
        settings.scale.take_if(|scale| !is_scale(*scale));
        toml::to_string(&settings).expect("text, names and finite numbers are TOML")
    }
}

fn broken(text: &str, path: &Path, error: &toml::de::Error) -> ConfigError {
    let at = error.span().map_or(0, |span| span.start);
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count();
    ConfigError::BrokenSettings {
        path: path.to_owned(),
        line: line + 1,
        key: text.lines().nth(line).and_then(key),
        reason: error.message().lines().collect::<Vec<_>>().join(", "),
    }
}

fn window_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<(f32, f32)>, D::Error> {
    let size = <(f32, f32)>::deserialize(deserializer)?;
    if !is_size(size) {
        let (least, most) = SIDE;
        return Err(serde::de::Error::custom(format_args!("each side is a number from {least} to {most}")));
    }
    Ok(Some(size))
}

fn list_width<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f32>, D::Error> {
    let width = f32::deserialize(deserializer)?;
    if !is_side(width) {
        let (least, most) = SIDE;
        return Err(serde::de::Error::custom(format_args!("the width is a number from {least} to {most}")));
    }
    Ok(Some(width))
}

fn scale<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f32>, D::Error> {
    let scale = f32::deserialize(deserializer)?;
    if !is_scale(scale) {
        let (least, most) = SCALE;
        return Err(serde::de::Error::custom(format_args!("the scale is a number from {least} to {most}")));
    }
    Ok(Some(scale))
}

fn is_scale(scale: f32) -> bool {
    (SCALE.0..=SCALE.1).contains(&scale)
}

fn minutes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let minutes = u64::deserialize(deserializer)?;
    if !(1..=MOST_MINUTES).contains(&minutes) {
        return Err(serde::de::Error::custom(format_args!("a number of minutes from 1 to {MOST_MINUTES}")));
    }
    Ok(Some(minutes))
}

fn is_size((width, height): (f32, f32)) -> bool {
    is_side(width) && is_side(height)
}

fn is_side(side: f32) -> bool {
    (SIDE.0..=SIDE.1).contains(&side)
}

fn is_usual(list: &ListSettings) -> bool {
    *list == ListSettings::default()
}

fn key(line: &str) -> Option<String> {
    let (key, _) = line.split_once('=')?;
    Some(key.trim().to_owned()).filter(|key| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Connections, ProxySetting, SourceSetting};

    fn parse(text: &str) -> Result<Settings, String> {
        Settings::parse(text, Path::new("settings.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn settings_are_read_as_they_were_written() {
        let source = SourceSetting { from: "env:TOKEN".into(), to: "https://as.test".into() };
        let settings = Settings {
            vault: Some("memory".into()),
            theme: Theme::Dark,
            team: None,
            window_size: Some((1024.5, 700.0)),
            tray: false,
            stop_before_token_call: true,
            scale: Some(1.5),
            browser: Some("firefox --private-window %s".into()),
            pkcs11_module: Some("/usr/lib/token.so".into()),
            quiet: true,
            lock_after: Some(15),
            list: ListSettings { sort: ListSort::Ends, group: ListGroup::Service, width: Some(300.0) },
            ticks: [("google".to_owned(), [0, 2].into())].into(),
            network: NetworkSettings { proxy: Some(ProxySetting::None), timeout: Some(60), ..Default::default() },
            hooks: HookSettings { command: vec!["tell".into(), "it".into()], post: None },
            calls: CallSettings { keep: false },
            sources: [("acme".to_owned(), [("subject_token".to_owned(), source)].into())].into(),
            commands: [("jwt".to_owned(), vec!["print".to_owned(), "it".to_owned()])].into(),
        };
        assert_eq!(
            settings.to_text(),
            "vault = \"memory\"\ntheme = \"dark\"\nstop_before_token_call = true\nwindow_size = [1024.5, 700.0]\n\
             scale = 1.5\nbrowser = \"firefox --private-window %s\"\npkcs11_module = \"/usr/lib/token.so\"\nquiet = true\nlock_after = 15\n\n\
             [list]\nsort = \"ends\"\ngroup = \"service\"\nwidth = 300.0\n\n\
             [ticks]\ngoogle = [0, 2]\n\n\
             [network]\nproxy = \"none\"\ntimeout = 60\n\n[hooks]\ncommand = [\"tell\", \"it\"]\n\n\
             [calls]\nkeep = false\n\n\
             [sources.acme.subject_token]\nfrom = \"env:TOKEN\"\nto = \"https://as.test\"\n\n\
             [commands]\njwt = [\"print\", \"it\"]\n"
        );
        assert_eq!(parse(&settings.to_text()), Ok(settings));
        assert_eq!(parse(&Settings::default().to_text()), Ok(Settings::default()));
        assert_eq!(parse(""), Ok(Settings::default()));
    }

    #[test]
    fn keys_of_a_later_version_are_passed_over() {
        let text = "theme = \"light\"\nzoom = 2\n[later]\nx = 1\n";
        assert_eq!(parse(text), Ok(Settings { theme: Theme::Light, ..Default::default() }));
    }

    #[test]
    fn what_is_wrong_is_named_by_line_and_key() {
        let check = |text: &str, expected: &str| assert_eq!(parse(text), Err(expected.to_owned()));
        check("\nvault = 7\n", "line 2 of `settings.toml`, key `vault`: invalid type: integer `7`, expected a string");
        check(
            "window_size = [1, 700]",
            "line 1 of `settings.toml`, key `window_size`: each side is a number from 100 to 20000",
        );
        check(
            "window_size = [nan, inf]",
            "line 1 of `settings.toml`, key `window_size`: each side is a number from 100 to 20000",
        );
        check("scale = 9.5", "line 1 of `settings.toml`, key `scale`: the scale is a number from 0.5 to 3");
        check("lock_after = 0", "line 1 of `settings.toml`, key `lock_after`: a number of minutes from 1 to 1440");
        check("[network]\ntimeout = 0", "line 2 of `settings.toml`, key `timeout`: a number of seconds from 1 to 600");
        check(
            "[network]\nproxy = \"ftp://p.test\"",
            "line 2 of `settings.toml`, key `proxy`: a proxy has an http, https or socks5 URL",
        );
        check(
            "[calls]\nkeep = 1",
            "line 2 of `settings.toml`, key `keep`: invalid type: integer `1`, expected a boolean",
        );
        check("[list]\nwidth = 3", "line 2 of `settings.toml`, key `width`: the width is a number from 100 to 20000");
    }

    #[test]
    fn the_network_is_read_beside_a_mistake_elsewhere() {
        let network = |text| {
            let read: Result<Connections, _> = Settings::parse_part(text, Path::new("settings.toml"));
            read.map(|connections| connections.network).map_err(|error| error.to_string())
        };
        let read = network("theme = \"blue\"\n[network]\ntimeout = 5\n");
        assert_eq!(read, Ok(NetworkSettings { timeout: Some(5), ..Default::default() }));
        assert_eq!(network(""), Ok(NetworkSettings::default()));
        // A name that is mistyped must not send a call past the proxy.
        let error = network("[network]\nproxi = \"http://p.test\"\n").expect_err("no such key");
        assert!(error.contains("key `proxi`") && error.contains("`proxy`"), "{error}");
        let error = network("theme = \"blue\"\n[network]\ntimeout = -5\n").expect_err("no number of seconds");
        assert!(error.starts_with("line 3 of `settings.toml`, key `timeout`: "), "{error}");
    }

    #[test]
    fn a_text_that_is_no_toml_is_named_by_line() {
        let error = parse("theme = \"dark\"\nvault =\n").expect_err("no value");
        assert!(error.starts_with("line 2 of `settings.toml`, key `vault`: "), "{error}");
        let error = parse("theme = \"dark\"\n???\n").expect_err("no key");
        assert!(error.starts_with("line 2 of `settings.toml`: "), "{error}");
    }

    #[test]
    fn a_window_without_size_is_not_written_down() {
        for size in [(0.0, 500.0), (f32::NAN, 500.0), (f32::INFINITY, 500.0)] {
            let settings = Settings { window_size: Some(size), ..Default::default() };
            assert_eq!(settings.to_text(), "theme = \"system\"\n");
        }
    }
}
