//! Opening the database: how each connection is set, and the steps that make its tables.
//!
//! No other code of this program may open the database or the files beside it while a connection is open: closing such a
//! file would free the locks that SQLite holds on it (<https://sqlite.org/howtocorrupt.html>, section 2.2).

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, ffi};

use crate::durable::FileError;
use crate::store::StoreError;
use crate::store::error::DatabaseError;
use crate::store::lease::Leases;

/// How long a write waits for that of another process, which takes milliseconds.
pub(in crate::store) const BUSY_WAIT: Duration = Duration::from_secs(10);

/// `tokw`, in the header of the file.
const APPLICATION: i32 = 0x746f_6b77;

/// The tables, and how they change from version to version. The tables that are listed have no long texts and no bodies:
/// reading 10,000 rows past them takes twenty times as long.
const STEPS: &[&str] = &[
    "
    CREATE TABLE profile(
        name TEXT PRIMARY KEY,
        revision INTEGER NOT NULL,
        is_defined INTEGER NOT NULL,
        draft TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX draft ON profile(name) WHERE draft IS NOT NULL;
    CREATE TABLE text(
        name TEXT PRIMARY KEY REFERENCES profile(name) ON DELETE CASCADE,
        definition TEXT,
        sinks TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE summary(
        name TEXT PRIMARY KEY REFERENCES profile(name) ON DELETE CASCADE,
        plain_revision INTEGER NOT NULL,
        secret_revision INTEGER,
        display_name TEXT NOT NULL,
        service_id TEXT NOT NULL,
        service TEXT NOT NULL,
        tags TEXT NOT NULL,
        environment TEXT NOT NULL,
        keep_alive INTEGER NOT NULL,
        state INTEGER NOT NULL,
        refreshable INTEGER NOT NULL,
        first_time INTEGER,
        second_time INTEGER,
        third_time INTEGER,
        scopes TEXT,
        trouble TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE counter(
        only INTEGER PRIMARY KEY CHECK(only = 1),
        revision INTEGER NOT NULL,
        summary_key INTEGER NOT NULL
    ) STRICT;
    INSERT INTO counter VALUES (1, 0, 0);
    CREATE TABLE secret(
        name TEXT PRIMARY KEY,
        id BLOB NOT NULL CHECK(length(id) = 16),
        generation INTEGER NOT NULL CHECK(generation >= 1),
        fence INTEGER NOT NULL CHECK(fence >= 0),
        revision INTEGER NOT NULL,
        in_flight TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE sealed(
        name TEXT NOT NULL REFERENCES secret(name) ON DELETE CASCADE,
        generation INTEGER NOT NULL,
        fence INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY(name, generation)
    ) STRICT;
    CREATE TABLE forgotten(
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        at INTEGER NOT NULL,
        definition TEXT,
        draft TEXT,
        sinks TEXT,
        id BLOB CHECK(length(id) = 16),
        generation INTEGER,
        fence INTEGER,
        in_flight TEXT
    ) STRICT;
    CREATE TABLE forgotten_body(
        number INTEGER NOT NULL REFERENCES forgotten(number) ON DELETE CASCADE,
        generation INTEGER NOT NULL,
        fence INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY(number, generation)
    ) STRICT;
    CREATE TABLE vault(
        only INTEGER PRIMARY KEY CHECK(only = 1),
        lock TEXT NOT NULL,
        mark BLOB NOT NULL CHECK(length(mark) = 16)
    ) STRICT;
",
    "
    ALTER TABLE forgotten ADD COLUMN has_client INTEGER NOT NULL DEFAULT 0;
",
    "
    DROP TABLE summary;
    CREATE TABLE summary(
        name TEXT PRIMARY KEY REFERENCES profile(name) ON DELETE CASCADE,
        plain_revision INTEGER NOT NULL,
        secret_revision INTEGER,
        packed BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
",
];

const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE
    .union(OpenFlags::SQLITE_OPEN_NO_MUTEX)
    .union(OpenFlags::SQLITE_OPEN_NOFOLLOW)
    .union(OpenFlags::SQLITE_OPEN_EXRESCODE);

/// Opens the database of this path for reading and writing. It must exist; its tables are made by [`migrate`].
pub(in crate::store) fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, FLAGS)?;
    set(&connection)?;
    Ok(connection)
}

/// Opens a database to read it where SQLite finds no room for what readers share, and keeps everybody else out meanwhile.
pub(in crate::store) fn open_alone(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, FLAGS)?;
    // Before anything is read, or room is asked for all the same.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    set(&connection)?;
    Ok(connection)
}

/// The same on a disk that cannot be written. Only right if no commits wait in the log beside it.
pub(in crate::store) fn open_unchanging(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let mut url = url::Url::from_file_path(path).map_err(|()| rusqlite::Error::InvalidPath(path.to_owned()))?;
    url.set_query(Some("immutable=1"));
    Connection::open_with_flags(url.as_str(), flags)
}

/// An empty database that is gone with its connection.
pub(in crate::store) fn open_in_memory() -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    set(&connection)?;
    Ok(connection)
}

fn set(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_WAIT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Else a statement is planned anew each time, since its plan for an index of some rows depends on what is asked.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // A command that writes once would else copy the log and remove it at its end: four flushes more.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; \
         PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;",
    )
}

/// The version of a database's tables; 0 for a new one.
pub(in crate::store) fn version(connection: &Connection, path: &Path) -> Result<usize, StoreError> {
    let failed = |error| failed("read", path, &error);
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0)).map_err(failed)?;
    // Last: another process may make the tables just now, and sets all three in one commit.
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(failed)?;
    if application != APPLICATION && (version > 0 || tables > 0) {
        return Err(StoreError::NotOurs { path: path.to_owned() });
    }
    match usize::try_from(version) {
        Ok(known) if known <= STEPS.len() => Ok(known),
        _ => Err(StoreError::NewerFormat { path: path.to_owned(), version }),
    }
}

/// Whether a database of this version lacks tables.
pub(in crate::store) fn is_behind(version: usize) -> bool {
    version < STEPS.len()
}

/// Brings the tables to the newest version. A second process waits, then finds nothing to do.
pub(in crate::store) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let failed = |error| failed("write", path, &error);
    write_ahead(connection).map_err(failed)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    for (done, step) in STEPS.iter().enumerate().skip(version(&transaction, path)?) {
        transaction.execute_batch(step).map_err(failed)?;
        transaction.pragma_update(None, "user_version", i64::try_from(done + 1).unwrap_or(i64::MAX)).map_err(failed)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION).map_err(failed)?;
    Ok(transaction.commit().map_err(failed)?)
}

/// Lets the database have a log, which is kept in the file. One in memory has none and says so.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let began = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && began.elapsed() < BUSY_WAIT => {
                // waits: where several processes make the tables at once, SQLite does not wait itself.
                thread::sleep(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

/// What the database said. It holds no value of a row.
pub(in crate::store) fn failed(action: &'static str, path: &Path, error: &rusqlite::Error) -> DatabaseError {
    let code = error.sqlite_error().map_or(ffi::SQLITE_ERROR, |error| error.extended_code);
    let reason = match error {
        rusqlite::Error::SqliteFailure(_, Some(reason)) => reason.clone(),
        other => other.to_string(),
    };
    DatabaseError { action, path: path.to_owned(), code, reason }
}

/// Makes the file before SQLite does, for this user only: the files beside it get its rights.
pub(in crate::store) fn create_file(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        // Another process made it meanwhile. It is not opened here, which would free the locks of connections.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(FileError::at("create", path)(error).into()),
    }
}

/// A connection to a database whose tables are of this program's version, and why it can only be read if so.
pub(in crate::store) fn open_migrated(
    path: &Path,
    leases: &Leases,
) -> Result<(Connection, Option<DatabaseError>), StoreError> {
    // SQLite is told not to follow a link in place of the database, but follows those beside it.
    for path in [path.to_owned(), beside(path, "-wal"), beside(path, "-shm")] {
        if fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink()) {
            let is_link = std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is a symbolic link");
            return Err(FileError::at("open", path)(is_link).into());
        }
    }
    let with_version = |opened: rusqlite::Result<Connection>| -> Result<(usize, Connection), StoreError> {
        let connection = opened.map_err(|error| failed("open", path, &error))?;
        Ok((version(&connection, path)?, connection))
    };
    let (found, mut connection) = match with_version(open(path)) {
        Ok(opened) => opened,
        Err(StoreError::Database(error)) if cannot_share(&error) => {
            // Only right if no commits wait in the log.
            let alone = if has_log(path) { open_alone(path) } else { open_unchanging(path) };
            let (_, connection) = with_version(alone).map_err(|_| error.clone())?;
            return Ok((connection, Some(error)));
        }
        Err(error) => return Err(error),
    };
    // Another process that has made the tables meanwhile may have saved secrets as well.
    if found == 0 && leases.names_seen().next().is_some() && version(&connection, path)? == 0 {
        return Err(StoreError::Lost { path: path.to_owned(), empty: true });
    }
    if is_behind(found) {
        migrate(&mut connection, path)?;
    }
    Ok((connection, None))
}

/// Whether SQLite could not make the files that connections share: on a disk that is full or cannot be written.
fn cannot_share(error: &DatabaseError) -> bool {
    matches!(error.primary(), ffi::SQLITE_CANTOPEN | ffi::SQLITE_READONLY | ffi::SQLITE_IOERR)
}

/// Whether commits wait in the log beside the database.
fn has_log(path: &Path) -> bool {
    fs::metadata(beside(path, "-wal")).is_ok_and(|found| found.len() > 0)
}

/// A file that SQLite keeps beside the database.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(end);
    beside.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::engine::{Engine as _, Revision, Summary};
    use crate::store::sqlite::Sqlite;

    /// A database as the version with so many steps made it: one profile, and what a list showed of it.
    fn earlier(path: &Path, steps: usize) {
        let connection = Connection::open(path).expect("made");
        connection.execute_batch("PRAGMA journal_mode = wal").expect("a log");
        for step in &STEPS[..steps] {
            connection.execute_batch(step).expect("a step");
        }
        connection.pragma_update(None, "user_version", i64::try_from(steps).expect("few")).expect("set");
        connection.pragma_update(None, "application_id", APPLICATION).expect("set");
        connection
            .execute_batch(
                "INSERT INTO profile VALUES ('demo', 1, 1, NULL); INSERT INTO text VALUES ('demo', 'a definition', NULL);
                 INSERT INTO secret VALUES ('demo', zeroblob(16), 1, 0, 2, NULL);
                 INSERT INTO sealed VALUES ('demo', 1, 0, x'010203');",
            )
            .expect("a profile");
        if steps < 3 {
            let summary = "INSERT INTO summary VALUES ('demo', 1, 2, 'Demo', 'acme', 'Acme', '', '', 1, 0, 1, 5, NULL, NULL, NULL, NULL)";
            connection.execute_batch(summary).expect("a line of a list");
        }
    }

    #[test]
    fn a_database_of_each_earlier_version_keeps_its_profiles_and_learns_what_a_list_shows_anew() {
        for steps in 1..=STEPS.len() {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("profiles.db");
            earlier(&path, steps);
            let store = Sqlite::open(folder.path(), false).expect("opened").expect("there");
            let plain = store.profile("demo").expect("read");
            assert_eq!(plain.definition.as_deref(), Some("a definition"), "of version {steps}");
            let body = store.stored("demo").expect("read").and_then(|stored| stored.newest).map(|newest| newest.body);
            assert_eq!(body, Some(vec![1, 2, 3]), "of version {steps}");
            let revision = Revision { plain: 1, secret: Some(2) };
            let listed = |store: &Sqlite| store.list(7).expect("listed").pop().map(|row| (row.revision, row.summary));
            assert_eq!(listed(&store), Some((revision, None)), "of version {steps}");
            let summary = Summary { display_name: "Demo".to_owned(), ..Summary::default() };
            store.remember(7, vec![("demo".to_owned(), revision, summary.clone())]).expect("remembered");
            assert_eq!(listed(&store), Some((revision, Some(summary))), "of version {steps}");
            drop(store);
            let connection = Connection::open(&path).expect("opened");
            assert_eq!(version(&connection, &path).expect("read"), STEPS.len());
        }
    }
}
