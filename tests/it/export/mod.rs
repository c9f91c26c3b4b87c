//! Exports: the preview, where a file may be written, and what the target tool makes of it.

mod commands;
mod read_back;
mod readers;
