//! The icon in the desktop's tray (`StatusNotifierItem`), with a menu, where the desktop has a tray.
//!
//! Invariant: every press is reported, and so is a tray that goes away, since a window hidden in it would be lost.

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};

/// The program's mark: RGBA, a byte each, rows from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrayIcon {
    pub width: u32,
    pub height: u32,
    pub rgba: Vec<u8>,
}

/// What the person or the desktop did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrayPress {
    Show,
    Quit,
    /// The desktop's tray has gone, and the icon with it.
    Gone,
}

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TrayError {
    /// The desktop has no tray.
    #[error("this desktop has no tray")]
    NoTray,
    /// There is no session bus, or it refuses.
    #[error("the desktop cannot be reached: {0}")]
    NoBus(String),
}

impl Diagnose for TrayError {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string()).hint("leave the window open, or run `tokenwright agent`")
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
pub use self::item::Tray;

#[cfg(all(unix, not(target_os = "macos")))]
mod item {
    use ksni::menu::StandardItem;
    use ksni::{Handle, Icon, MenuItem, OfflineReason, TrayMethods as _};

    use crate::desktop::{TrayError, TrayIcon, TrayPress};

    /// An icon in the tray, until it is dropped.
    pub struct Tray(Handle<Item>);

    struct Item {
        lines: Vec<String>,
        icon: Icon,
        tell: Box<dyn Fn(TrayPress) + Send + Sync>,
    }

    impl Tray {
        /// Shows it; its menu shows `lines` as text.
        pub async fn show(
            lines: Vec<String>,
            icon: TrayIcon,
            tell: impl Fn(TrayPress) + Send + Sync + 'static,
        ) -> Result<Self, TrayError> {
            let item = Item { lines, icon: argb(icon), tell: Box::new(tell) };
            item.spawn().await.map(Self).map_err(|error| match error {
                ksni::Error::Dbus(error) => TrayError::NoBus(error.to_string()),
                _ => TrayError::NoTray,
            })
        }

        pub async fn set_lines(&self, lines: Vec<String>) {
            // It has gone, which was told.
            let _ = self.0.update(|item| item.lines = lines).await;
        }
    }

    impl Drop for Tray {
        fn drop(&mut self) {
            drop(self.0.shutdown());
        }
    }

    impl ksni::Tray for Item {
        fn id(&self) -> String {
            "tokenwright".to_owned()
        }

        fn title(&self) -> String {
            "Tokenwright".to_owned()
        }

        fn icon_pixmap(&self) -> Vec<Icon> {
            vec![self.icon.clone()]
        }

        fn activate(&mut self, _x: i32, _y: i32) {
            (self.tell)(TrayPress::Show);
        }

        fn menu(&self) -> Vec<MenuItem<Self>> {
            let press = |label: &str, press| {
                let activate: Box<dyn Fn(&mut Self) + Send> = Box::new(move |item: &mut Self| (item.tell)(press));
                MenuItem::from(StandardItem { label: label.to_owned(), activate, ..StandardItem::default() })
            };
            // An underscore marks the letter after it, two are one.
            let line = |text: &String| StandardItem {
                label: text.replace('_', "__"),
                enabled: false,
                ..StandardItem::default()
            };
            let mut menu = vec![press("Show Tokenwright", TrayPress::Show), MenuItem::Separator];
            menu.extend(self.lines.iter().map(|text| line(text).into()));
            menu.extend([MenuItem::Separator, press("Quit", TrayPress::Quit)]);
            menu
        }

        fn watcher_offline(&self, _reason: OfflineReason) -> bool {
            (self.tell)(TrayPress::Gone);
            false
        }
    }

    /// ARGB in network byte order, as the desktop wants it.
    fn argb(icon: TrayIcon) -> Icon {
        let mut data = icon.rgba;
        for pixel in data.chunks_exact_mut(4) {
            pixel.rotate_right(1);
        }
        let side = |length: u32| i32::try_from(length).unwrap_or_default();
        Icon { width: side(icon.width), height: side(icon.height), data }
    }
}

/// Not available on this system.
#[cfg(not(all(unix, not(target_os = "macos"))))]
pub struct Tray(std::convert::Infallible);

#[cfg(not(all(unix, not(target_os = "macos"))))]
impl Tray {
    #[allow(clippy::unused_async, reason = "as where there is one")]
    pub async fn show(
        _lines: Vec<String>,
        _icon: TrayIcon,
        _tell: impl Fn(TrayPress) + Send + Sync + 'static,
    ) -> Result<Self, TrayError> {
        Err(TrayError::NoTray)
    }

    #[allow(clippy::unused_async, reason = "as where there is one")]
    pub async fn set_lines(&self, _lines: Vec<String>) {
        match self.0 {}
    }
}
