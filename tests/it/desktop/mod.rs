//! The window on a real desktop: what another program pastes, what the browser opens, what the screen shows.
#![cfg(target_os = "linux")]

mod clipboard;
mod drafts;
mod fields;
mod links;
mod list;
mod notices;
mod open_window;
mod panic;
mod reader;
mod scripts;
mod sign_in;
mod tray;
mod waiting;
mod wayland;
mod window;
