//! The program's database, read and changed from outside, as another program would.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _};

/// Refuses every write of a secret, whoever makes it.
const REFUSE: &str = "
    CREATE TRIGGER refuse_body BEFORE INSERT ON sealed BEGIN SELECT RAISE(ABORT, 'nothing is taken'); END;
    CREATE TRIGGER refuse_note BEFORE UPDATE ON secret BEGIN SELECT RAISE(ABORT, 'nothing is taken'); END;
    CREATE TRIGGER refuse_end BEFORE DELETE ON secret BEGIN SELECT RAISE(ABORT, 'nothing is taken'); END;
";
const ACCEPT: &str = "DROP TRIGGER refuse_body; DROP TRIGGER refuse_note; DROP TRIGGER refuse_end;";

/// The database in the folder `store` of a home.
#[derive(Clone, Debug)]
pub struct Database(PathBuf);

impl Database {
    /// The database of the program whose data is in this folder.
    pub fn of(data: &Path) -> Self {
        Self(data.join("store"))
    }

    pub fn folder(&self) -> PathBuf {
        self.0.clone()
    }

    pub fn file(&self) -> PathBuf {
        self.0.join("profiles.db")
    }

    pub fn connection(&self) -> Connection {
        let connection = Connection::open(self.file()).expect("the program's database");
        connection.busy_timeout(super::PATIENCE).expect("a wait");
        connection
    }

    pub fn execute(&self, statement: &str) -> usize {
        self.connection().execute(statement, ()).unwrap_or_else(|error| panic!("{statement}: {error}"))
    }

    fn text(&self, statement: &str, name: &str) -> Option<String> {
        if !self.file().exists() {
            return None;
        }
        let found = self.connection().query_row(statement, [name], |row| row.get(0)).optional();
        found.unwrap_or_else(|error| panic!("{statement}: {error}"))
    }

    /// The text of a profile.
    pub fn profile(&self, name: &str) -> Option<String> {
        self.text("SELECT definition FROM text WHERE name = ?1 AND definition IS NOT NULL", name)
    }

    /// Replaces the text of a profile.
    pub fn set_profile(&self, name: &str, text: &str) {
        let connection = self.connection();
        let statement = "UPDATE text SET definition = ?2 WHERE name = ?1";
        assert_eq!(connection.execute(statement, [name, text]).expect("an update"), 1);
        let changed = "UPDATE profile SET revision = -revision WHERE name = ?1";
        assert_eq!(connection.execute(changed, [name]).expect("an update"), 1);
    }

    /// Whether anything of this profile is stored.
    pub fn has(&self, name: &str) -> bool {
        let tables = ["profile", "secret", "sealed"];
        tables.iter().any(|table| self.text(&format!("SELECT name FROM {table} WHERE name = ?1"), name).is_some())
    }

    pub fn has_secret(&self, name: &str) -> bool {
        self.text("SELECT name FROM secret WHERE name = ?1", name).is_some()
    }

    /// Whether a vault was made.
    pub fn has_vault(&self) -> bool {
        self.text("SELECT lock FROM vault WHERE ?1 = ''", "").is_some()
    }

    /// All that is sealed for a profile.
    pub fn sealed(&self, name: &str) -> Vec<(i64, Vec<u8>)> {
        let connection = self.connection();
        let mut statement = connection
            .prepare("SELECT generation, body FROM sealed WHERE name = ?1 ORDER BY generation")
            .expect("a statement");
        let rows = statement.query_map([name], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        rows.collect::<Result<_, _>>().expect("rows")
    }

    /// Changes a byte of the newest body of a profile, or of all.
    pub fn damage(&self, name: &str, all: bool) {
        let newest = "generation = (SELECT max(generation) FROM sealed WHERE name = ?1)";
        let which = if all { "1" } else { newest };
        let statement = format!("UPDATE sealed SET body = CAST(body || x'00' AS BLOB) WHERE name = ?1 AND {which}");
        assert!(self.connection().execute(&statement, [name]).expect("an update") > 0);
    }

    /// From now on no secret can be written or removed.
    pub fn refuse_secrets(&self) {
        self.connection().execute_batch(REFUSE).expect("triggers");
    }

    /// Undoes [`Self::refuse_secrets`].
    pub fn accept_secrets(&self) {
        self.connection().execute_batch(ACCEPT).expect("triggers");
    }
}
