//! Desktop notifications: a few words that appear while the person looks elsewhere.
//!
//! Invariant: a notification holds no token, no code and nothing of an account, since desktops keep a history of them. One
//! that cannot be shown is dropped; nothing fails because of it.

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub title: String,
    pub text: String,
}

#[cfg(all(unix, not(target_os = "macos")))]
pub use self::shown::show;

#[cfg(all(unix, not(target_os = "macos")))]
mod shown {
    use std::thread;

    use notify_rust::{Hint, Notification, get_capabilities};

    use crate::desktop::Notice;

    /// The name of a press on the notice itself (Desktop Notifications Specification 1.2, "Basic Design").
    const DEFAULT: &str = "default";

    /// Shows it, and calls `press` when the person presses it. On a thread of its own: the desktop may be slow to answer,
    /// and the press is waited for as long as the notice is there.
    pub fn show(notice: Notice, press: impl FnOnce() + Send + 'static) {
        let run = move || {
            let Ok(capabilities) = get_capabilities() else { return };
            let can = |name: &str| capabilities.iter().any(|capability| capability == name);
            let mut notification = Notification::new();
            let text = if can("body-markup") { escaped(&notice.text) } else { notice.text };
            notification.appname("Tokenwright").summary(&notice.title).body(&text);
            notification.icon("tokenwright").hint(Hint::DesktopEntry("tokenwright".to_owned()));
            if can("actions") {
                notification.action(DEFAULT, "Show Tokenwright");
            }
            let Ok(shown) = notification.show() else { return };
            shown.wait_for_action(|action| {
                if action == DEFAULT {
                    press();
                }
            });
        };
        // Without a thread there is no notice.
        let _ = thread::Builder::new().name("notice".into()).spawn(run);
    }

    /// The text of a body that is read as markup.
    fn escaped(text: &str) -> String {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    }

    #[cfg(test)]
    mod tests {
        use super::escaped;

        #[test]
        fn what_a_service_is_called_is_no_markup() {
            assert_eq!(escaped("<b>A & B</b>"), "&lt;b&gt;A &amp; B&lt;/b&gt;");
        }
    }
}

/// Not available on this system.
#[cfg(not(all(unix, not(target_os = "macos"))))]
pub fn show(_notice: Notice, _press: impl FnOnce() + Send + 'static) {}
