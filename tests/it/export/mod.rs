//! Exports: what is previewed, where a file may stand, and what the target tool makes of it.

mod commands;
mod readers;
