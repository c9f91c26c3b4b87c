//! The command line as scripts use it: what is saved, what is printed, and the exit codes.

mod edit;
mod evidence;
mod profiles;
mod rehearse;
mod services;
mod sign_in;
mod upkeep;
