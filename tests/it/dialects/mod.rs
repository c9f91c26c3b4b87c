//! Other tools' descriptions of a service, made up in the format that each tool publishes: read, used, and written
//! again.

mod any_text;
mod check;
mod code;
pub mod core;
mod corpus;
mod curl;
mod datazen;
mod documents;
mod evolutionx;
mod ezintegrations;
mod foreign;
mod held;
mod holds;
mod import;
mod import_seeds;
mod open_places;
mod recognition;
mod requests;
mod tables;
mod told;
mod tools;
mod unknown;
mod zspec;
