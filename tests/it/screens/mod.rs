//! The screens, drawn without a display and read by the names that a screen reader gives, in both themes.

mod alive;
mod by_name;
mod canary;
mod export;
mod fit;
mod home;
mod idle;
mod import;
mod keep;
mod key;
mod keyboard;
mod lists;
mod machine;
mod preset;
mod queries;
mod reading;
mod rehearsal;
mod scenes;
mod screen;
mod steps;
mod take;
mod team;
mod texts;
mod vault;
mod whole;
