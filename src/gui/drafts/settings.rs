//! What is typed on the page of the settings. It is saved when a field is left.

use std::path::{Path, PathBuf};

use crate::app::{Browser, Connections, NetworkSettings, ProgramSettings, ProxySetting, SECONDS};
use crate::diagnosis::Diagnose as _;
use crate::gui::texts::settings as texts;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsDraft {
    pub browser: String,
    pub proxy: String,
    pub no_proxy: String,
    pub ca_file: String,
    pub client_certificate: String,
    pub connect_timeout: String,
    pub timeout: String,
    /// Where a bundle of presets is.
    pub bundle: String,
    /// Whether the key of the bundle that was fetched is its publisher's.
    pub trusts_key: bool,
    /// What is saved; `None` until it was read.
    saved: Option<Connections>,
}

/// What is wrong with what is typed, field by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsErrors {
    pub browser: Option<String>,
    pub proxy: Option<&'static str>,
    pub ca_file: Option<&'static str>,
    pub client_certificate: Option<&'static str>,
    pub connect_timeout: Option<String>,
    pub timeout: Option<String>,
}

impl SettingsDraft {
    /// Fills the fields with what was read from the file.
    pub fn take_in(&mut self, settings: &ProgramSettings) {
        let Connections { browser, network } = settings.connections.clone();
        let path = |path: Option<PathBuf>| path.map(|path| path.display().to_string()).unwrap_or_default();
        let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
        *self = Self {
            browser: browser.unwrap_or_default(),
            proxy: match network.proxy {
                None => String::new(),
                Some(ProxySetting::None) => "none".to_owned(),
                Some(ProxySetting::Url(url)) => url,
            },
            no_proxy: network.no_proxy.unwrap_or_default(),
            ca_file: path(network.ca_file),
            client_certificate: path(network.client_certificate),
            connect_timeout: number(network.connect_timeout),
            timeout: number(network.timeout),
            saved: Some(settings.connections.clone()),
            bundle: std::mem::take(&mut self.bundle),
            trusts_key: self.trusts_key,
        };
    }

    /// Whether the file was read, so that the fields can be typed in.
    pub fn is_read(&self) -> bool {
        self.saved.is_some()
    }

    pub fn errors(&self) -> SettingsErrors {
        let path = |text: &str| {
            (!text.trim().is_empty() && !Path::new(text.trim()).is_absolute()).then_some(texts::NOT_WHOLE_PATH)
        };
        SettingsErrors {
            browser: filled(&self.browser)
                .and_then(|line| Browser::Command(line).check().err())
                .map(|error| error.diagnose().summary),
            proxy: filled(&self.proxy).and_then(|text| ProxySetting::parse(&text).err()),
            ca_file: path(&self.ca_file),
            client_certificate: path(&self.client_certificate),
            connect_timeout: seconds(&self.connect_timeout).err(),
            timeout: seconds(&self.timeout).err(),
        }
    }

    /// What is to be saved: `None` where nothing was changed, or something typed cannot be used.
    pub fn changed(&self) -> Option<Connections> {
        let saved = self.saved.as_ref()?;
        if self.errors() != SettingsErrors::default() {
            return None;
        }
        let typed = Connections {
            browser: filled(&self.browser),
            network: NetworkSettings {
                proxy: filled(&self.proxy).and_then(|text| ProxySetting::parse(&text).ok()),
                no_proxy: filled(&self.no_proxy),
                ca_file: filled(&self.ca_file).map(PathBuf::from),
                client_certificate: filled(&self.client_certificate).map(PathBuf::from),
                connect_timeout: seconds(&self.connect_timeout).ok().flatten(),
                timeout: seconds(&self.timeout).ok().flatten(),
            },
        };
        (typed != *saved).then_some(typed)
    }

    pub fn saved(&mut self, connections: Connections) {
        self.saved = Some(connections);
    }
}

fn filled(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn seconds(text: &str) -> Result<Option<u64>, String> {
    let (least, most) = SECONDS;
    let Some(text) = filled(text) else { return Ok(None) };
    let seconds = text.parse().ok().filter(|seconds| (least..=most).contains(seconds));
    seconds.map(Some).ok_or_else(|| texts::not_seconds(least, most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Places;

    fn read(network: NetworkSettings) -> SettingsDraft {
        let places = Places { data: PathBuf::from("/data"), settings: PathBuf::from("/settings") };
        let connections = Connections { browser: Some("firefox %s".to_owned()), network };
        let mut draft = SettingsDraft::default();
        draft.take_in(&ProgramSettings { connections, places });
        draft
    }

    #[test]
    fn what_was_read_is_not_changed_and_what_is_typed_is() {
        let network = NetworkSettings { proxy: Some(ProxySetting::None), timeout: Some(60), ..Default::default() };
        let mut draft = read(network.clone());
        assert_eq!(draft.changed(), None);
        draft.ca_file = " /etc/corp.pem ".to_owned();
        let ca_file = Some(PathBuf::from("/etc/corp.pem"));
        let expected = NetworkSettings { ca_file, ..network };
        assert_eq!(draft.changed().map(|changed| changed.network), Some(expected));
        draft.browser.clear();
        assert_eq!(draft.changed().map(|changed| changed.browser), Some(None));
    }

    #[test]
    fn nothing_is_saved_while_something_cannot_be_used() {
        for (field, text) in [("proxy", "proxy:3128"), ("timeout", "0"), ("ca", "corp.pem"), ("browser", "fire 'fox")] {
            let mut draft = read(NetworkSettings::default());
            "localhost".clone_into(&mut draft.no_proxy);
            assert!(draft.changed().is_some());
            let place = match field {
                "proxy" => &mut draft.proxy,
                "timeout" => &mut draft.timeout,
                "ca" => &mut draft.ca_file,
                _ => &mut draft.browser,
            };
            text.clone_into(place);
            assert!(draft.errors() != SettingsErrors::default() && draft.changed().is_none(), "{field}");
        }
        // Before the file was read, nothing is known to be changed.
        let unread = SettingsDraft { proxy: "none".to_owned(), ..SettingsDraft::default() };
        assert_eq!(unread.changed(), None);
    }
}
