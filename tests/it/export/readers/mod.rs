//! Every form of export, read by the tool it is for: the real tool has to get at the practice service's protected
//! resource with it, which refuses any other token, and has to give back every value as it was put in.
//!
//! The tools are installed by `tests/run`: Debian packages, `tests/peers/package.json`, `tests/peers/requirements.txt`.

mod command;
mod live;
mod machine;
mod python;
mod values;
