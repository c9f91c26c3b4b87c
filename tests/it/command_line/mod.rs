//! The command line as scripts use it: what is saved, what is printed where, what the exit codes say.

mod edit;
mod profiles;
mod rehearse;
mod services;
mod sign_in;
