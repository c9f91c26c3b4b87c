//! The command line as scripts use it: what is saved, what is printed, and the exit codes.

mod bundle;
pub mod calendar;
mod calls;
mod describe;
mod doctor;
mod edit;
mod evidence;
mod profiles;
mod pushed;
mod rehearse;
mod services;
mod sign_in;
mod trial;
mod upkeep;
