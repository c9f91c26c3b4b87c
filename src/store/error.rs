//! Why the store was not read or written: which file, the cause, and what to do.

use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::durable::FileError;

/// What the database said.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("cannot {action} `{path}`: {reason}")]
pub struct DatabaseError {
    /// What was tried: `open`, `read`, `write`.
    pub action: &'static str,
    pub path: PathBuf,
    /// The extended result code, see <https://sqlite.org/rescode.html>.
    pub code: i32,
    pub reason: String,
}

/// What the server of a team's store said, or that it said nothing.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("cannot {action} `{place}`: {reason}")]
pub struct ServerError {
    /// What was tried: `open`, `read`, `write`, `lock`.
    pub action: &'static str,
    pub place: PathBuf,
    pub fault: ServerFault,
    pub reason: String,
}

/// What is wrong with a server, as far as it tells what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerFault {
    /// It cannot be reached, or does not answer.
    Unreachable,
    /// The connection was lost.
    Lost,
    /// It starts or stops at the moment.
    Starting,
    TooMany,
    /// User or password.
    SignIn,
    /// Its certificate is not trusted, or is another server's.
    Certificate,
    /// It has no TLS, or wants a password where there is none.
    Handshake,
    NoDatabase,
    /// A right is missing.
    Denied,
    ReadOnly,
    Full,
    Other,
}

#[derive(Debug, Error)]
pub enum StoreError {
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The address is not repeated: it may hold a password.
    #[error("the address of the team's database is not valid: {reason}")]
    BadAddress { reason: &'static str },
    #[error("this machine cannot connect to the team's database: {reason}")]
    Client { reason: String },
    #[error("the server of `{place}` is PostgreSQL {found}; {least} or later is needed")]
    OldServer { place: PathBuf, found: i32, least: i32 },
    /// A file beside the database could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The database is gone or empty, and profiles were in it.
    #[error("the database `{path}` is {}, but held profiles before", if *empty { "empty" } else { "missing" })]
    Lost { path: PathBuf, empty: bool },
    /// Another program's database.
    #[error("`{path}` is not a database of this program")]
    NotOurs { path: PathBuf },
    #[error("`{path}` has format {version}, which this version of the program does not know")]
    NewerFormat { path: PathBuf, version: i64 },
    #[error("`{folder}` belongs to user {owner}, and this program runs as user {user}")]
    ForeignFolder { folder: PathBuf, owner: u32, user: u32 },
    #[error("another process is writing to `{path}`; waited {} s", waited.as_secs_f32())]
    Busy { path: PathBuf, waited: Duration },
    #[error("`{path}` is no reply that can be read")]
    DamagedReply { path: PathBuf },
    /// Another writer ended while it wrote for this one as well.
    #[error("nothing was written to `{path}`: another writer stopped half way")]
    Interrupted { path: PathBuf },
}

impl DatabaseError {
    /// The primary result code.
    pub(in crate::store) fn primary(&self) -> i32 {
        self.code & 0xff
    }
}

impl StoreError {
    /// Whether a server cannot be reached for now.
    pub(in crate::store) fn is_away(&self) -> bool {
        let Self::Server(error) = self else { return false };
        matches!(
            error.fault,
            ServerFault::Unreachable | ServerFault::Lost | ServerFault::Starting | ServerFault::TooMany
        )
    }

    /// Whether the database could not grow.
    pub(in crate::store) fn is_full(&self) -> bool {
        matches!(self, Self::Database(error) if error.primary() == rusqlite::ffi::SQLITE_FULL)
    }
}

impl ServerFault {
    fn hint(self) -> &'static str {
        match self {
            Self::Unreachable | Self::Lost | Self::Starting => {
                "check that the server runs under this address; until then nothing is refreshed"
            }
            Self::TooMany => "raise `max_connections` of the server, or let an agent ask for all on this machine",
            Self::SignIn => {
                "check the user in the address, and the password in its file: `password_file` of the team in the settings, \
                 or `TOKENWRIGHT_TEAM_PASSWORD_FILE`"
            }
            Self::Certificate => {
                "use the name that is in the certificate, and name its authority: `?sslrootcert=/path/to/ca.pem`"
            }
            Self::Handshake => {
                "give a password with `--password-file` or `TOKENWRIGHT_TEAM_PASSWORD_FILE`, or turn on `ssl` in the server; \
                 in a network that you trust, add `?sslmode=disable`"
            }
            Self::NoDatabase => "make it on the server with `createdb`, or correct the name in the address",
            Self::Denied => {
                "give the user the right: `GRANT CREATE ON DATABASE` to make the store, then all on what is in the \
                 schema `tokenwright`"
            }
            Self::ReadOnly => "name the primary server in the address; a standby cannot be written",
            Self::Full => "make room on the server's disk, then try again",
            Self::Other => "the server's log says more",
        }
    }
}

impl Diagnose for StoreError {
    // flat: one arm a variant
    fn diagnose(&self) -> Diagnosis {
        use rusqlite::ffi;

        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Database(error) if error.code == ffi::SQLITE_IOERR_SHMSIZE => {
                diagnosis.hint("make room on the disk, then try again")
            }
            Self::Database(error) => diagnosis.hint(match error.primary() {
                ffi::SQLITE_FULL => "make room on the disk, then try again",
                ffi::SQLITE_READONLY => "set `TOKENWRIGHT_HOME` to a folder that can be written",
                ffi::SQLITE_CANTOPEN | ffi::SQLITE_PERM | ffi::SQLITE_AUTH => {
                    "give this user the right to read and write there, or set `TOKENWRIGHT_HOME`"
                }
                ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB => {
                    "restore the file from a backup; without one, move it away and sign in again"
                }
                _ => "check the disk, or set `TOKENWRIGHT_HOME` to another folder",
            }),
            Self::Server(error) => diagnosis.hint(error.fault.hint()),
            Self::BadAddress { .. } => {
                diagnosis.hint("write it as `postgres://user@host/database`, with special characters as `%XX`")
            }
            Self::Client { .. } => diagnosis.hint("check the certificates of this system"),
            Self::OldServer { .. } => diagnosis.hint("use a newer server"),
            Self::File(error) => diagnosis.hint(error.advice()),
            Self::Lost { path, .. } => {
                let folder = path.parent().unwrap_or(path).display();
                diagnosis.hint(format!("restore it from a backup; to begin anew, remove the folder `{folder}`"))
            }
            Self::NotOurs { .. } => diagnosis.hint("move it away, or set `TOKENWRIGHT_HOME` to another folder"),
            Self::NewerFormat { .. } => diagnosis.hint("use the newer version of the program"),
            Self::ForeignFolder { .. } => {
                diagnosis.hint("run the program as that user, or use another folder with `TOKENWRIGHT_HOME`")
            }
            Self::Busy { .. } => diagnosis.hint("end the other process if it hangs, then try again"),
            Self::DamagedReply { .. } => diagnosis.hint("remove it; if the profile cannot be refreshed, sign in again"),
            Self::Interrupted { .. } => diagnosis.hint("try again"),
        }
    }
}
