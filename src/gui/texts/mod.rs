//! Every text of the window that a person reads, a file for each page. The screens say where a text stands; what it
//! says is here alone, so that a label is found by searching for it, and another language is another version of this
//! folder.
//!
//! A text is a constant; one with a value in it is a function. Texts begin with a capital letter, except those that
//! stand beside a name as its value, and what is wrong with a field, which is told as the core tells it. Sentences end
//! with a full stop; labels, hints of buttons and reasons why a button is off do not.

pub mod authorization;
pub mod calendar;
pub mod call;
pub mod calls;
pub mod client;
pub mod client_certificate;
pub mod common;
pub mod details;
pub mod endpoints;
pub mod export;
pub mod home;
pub mod import;
pub mod inspect;
mod intents;
pub mod key;
pub mod keys;
pub mod notices;
pub mod profiles;
pub mod questions;
pub mod registered_client;
pub mod requests;
pub mod service;
pub mod settings;
pub mod share;
pub mod team;
pub mod tokens;
pub mod vault;
pub mod widgets;
pub mod window;
