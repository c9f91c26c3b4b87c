//! The screens, told by what a person reads and presses: drawn without a display, found by the names that a screen
//! reader gives them, in the light and in the dark dress.

mod alive;
mod canary;
mod export;
mod fit;
mod hand;
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
mod stage;
mod steps;
mod take;
mod texts;
mod vault;
mod whole;
