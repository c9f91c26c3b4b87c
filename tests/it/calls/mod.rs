//! Calls and expressions through the library: templates, JSONata.

mod expression;
mod jsonata_suite;
mod templates;
