//! One store for several machines: homes that share a PostgreSQL database, at a service that takes each refresh token once and
//! ends the whole sign-in when one comes twice.
#![cfg(unix)]

mod forget;
mod kill;
mod members;
mod rename;
mod server;
mod team;
mod unshare;
mod walk;
mod watch;
