//! The window on a real desktop: what another program pastes, what the browser opens, what the screen shows.
#![cfg(target_os = "linux")]

mod acme;
mod clipboard;
mod drafts;
mod fields;
mod hand;
mod links;
mod notices;
mod panic;
mod scripts;
mod tray;
mod waiting;
mod wayland;
mod window;
