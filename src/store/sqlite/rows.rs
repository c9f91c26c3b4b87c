//! The statements, one function each.

use std::cmp::Ordering;

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Result, Row, Rows, params};

use crate::store::engine::{
    Listed, Mark, Plain, Resealed, Revision, Sealed, Seen, Stored, Summary, VaultLock, Version, Written,
};
use crate::store::sqlite::packed::{pack, unpack};

/// How many generations are stored: the newest, and those to go back to in case it is damaged.
const GENERATIONS: i64 = 3;

/// What the list shows. Three tables are read side by side in the order of their names, as they are at one moment: to look up each
/// of 10,000 names takes five times as long.
pub(in crate::store) fn list(connection: &Connection, key: i64) -> Result<Vec<Listed>> {
    let moment = connection.unchecked_transaction()?;
    let mut profiles = moment
        .prepare_cached("SELECT name, draft IS NOT NULL, revision FROM profile WHERE is_defined ORDER BY name")?;
    let mut secrets = moment.prepare_cached("SELECT name, revision FROM secret ORDER BY name")?;
    let mut summaries = moment.prepare_cached(
        "SELECT name, plain_revision, secret_revision, packed FROM summary \
         WHERE ?1 = (SELECT summary_key FROM counter) ORDER BY name",
    )?;
    let (mut secrets, mut summaries) = (ByName::new(secrets.query(())?)?, ByName::new(summaries.query([key])?)?);
    let mut listed = Vec::new();
    let mut profiles = profiles.query(())?;
    while let Some(row) = profiles.next()? {
        let name: String = row.get(0)?;
        let secret = secrets.at(&name)?.map(|row| row.get(1)).transpose()?;
        let revision = Revision { plain: row.get(2)?, secret };
        let summary = summaries.at(&name)?.map(|row| summary(row, revision)).transpose()?.flatten();
        listed.push(Listed { name, is_draft: row.get(1)?, revision, summary });
    }
    Ok(listed)
}

/// What was remembered of a profile, if that was in this revision.
fn summary(row: &Row<'_>, revision: Revision) -> Result<Option<Summary>> {
    if (Revision { plain: row.get(1)?, secret: row.get(2)? }) != revision {
        return Ok(None);
    }
    Ok(unpack(row.get_ref(3)?.as_blob()?))
}

/// Rows in the order of their first column, a name, which are asked for in that order.
struct ByName<'s>(Rows<'s>);

impl<'s> ByName<'s> {
    fn new(mut rows: Rows<'s>) -> Result<Self> {
        rows.advance()?;
        Ok(Self(rows))
    }

    fn at(&mut self, name: &str) -> Result<Option<&Row<'s>>> {
        while let Some(row) = self.0.get() {
            match row.get_ref(0)?.as_bytes()?.cmp(name.as_bytes()) {
                Ordering::Less => self.0.advance()?,
                Ordering::Equal => break,
                Ordering::Greater => return Ok(None),
            }
        }
        Ok(self.0.get())
    }
}

pub(in crate::store) fn remember(
    connection: &Connection,
    key: i64,
    summaries: &[(String, Revision, Summary)],
) -> Result<()> {
    if connection.prepare_cached("UPDATE counter SET summary_key = ?1 WHERE summary_key <> ?1")?.execute([key])? > 0 {
        connection.execute("DELETE FROM summary", ())?;
    }
    // A profile that was forgotten meanwhile has no row to be remembered by.
    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO summary SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM profile WHERE name = ?1)",
    )?;
    for (name, revision, summary) in summaries {
        statement.execute(params![name, revision.plain, revision.secret, pack(summary)])?;
    }
    Ok(())
}

pub(in crate::store) fn drafts(connection: &Connection) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached("SELECT name FROM profile WHERE draft IS NOT NULL ORDER BY name")?;
    statement.query_map((), |row| row.get(0))?.collect()
}

pub(in crate::store) fn has(connection: &Connection, name: &str) -> Result<bool> {
    let mut statement = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM secret WHERE name = ?1) \
         OR EXISTS (SELECT 1 FROM profile WHERE name = ?1 AND (is_defined OR draft IS NOT NULL))",
    )?;
    statement.query_row([name], |row| row.get(0))
}

pub(in crate::store) fn profile(connection: &Connection, name: &str) -> Result<Plain> {
    let mut statement = connection.prepare_cached(
        "SELECT t.definition, p.draft, t.sinks FROM profile p LEFT JOIN text t ON t.name = p.name WHERE p.name = ?1",
    )?;
    let read = |row: &Row<'_>| Ok(Plain { definition: row.get(0)?, draft: row.get(1)?, sinks: row.get(2)? });
    Ok(statement.query_row([name], read).optional()?.unwrap_or_default())
}

pub(in crate::store) fn save_profile(connection: &Connection, name: &str, plain: &Plain) -> Result<()> {
    if plain.is_empty() {
        connection.prepare_cached("DELETE FROM profile WHERE name = ?1")?.execute([name])?;
        return Ok(());
    }
    let revision = next_revision(connection)?;
    connection
        .prepare_cached(
            "INSERT INTO profile(name, revision, is_defined, draft) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT(name) DO UPDATE SET revision = ?2, is_defined = ?3, draft = ?4",
        )?
        .execute(params![name, revision, plain.definition.is_some(), plain.draft])?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO text(name, definition, sinks) VALUES (?1, ?2, ?3)")?
        .execute(params![name, plain.definition, plain.sinks])
        .map(drop)
}

pub(in crate::store) fn next_revision(connection: &Connection) -> Result<i64> {
    let mut statement = connection.prepare_cached("UPDATE counter SET revision = revision + 1 RETURNING revision")?;
    statement.query_row((), |row| row.get(0))
}

pub(in crate::store) fn secrets(connection: &Connection) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached("SELECT name FROM secret ORDER BY name")?;
    statement.query_map((), |row| row.get(0))?.collect()
}

pub(in crate::store) fn stored(connection: &Connection, name: &str) -> Result<Option<Stored>> {
    let mut statement = connection.prepare_cached(
        "SELECT s.id, s.generation, s.fence, s.in_flight, b.fence, b.body FROM secret s \
         LEFT JOIN sealed b ON b.name = s.name AND b.generation = s.generation WHERE s.name = ?1",
    )?;
    let read = |row: &Row<'_>| {
        let (id, version) = (row.get(0)?, Version { generation: number(row, 1)?, fence: number(row, 2)? });
        let body: Option<Vec<u8>> = row.get(5)?;
        let newest = match body {
            Some(body) => {
                let version = Version { generation: version.generation, fence: number(row, 4)? };
                Some(Sealed { id, version, body })
            }
            None => None,
        };
        Ok(Stored { id, version, in_flight: row.get(3)?, in_flight_age: None, newest })
    };
    statement.query_row([name], read).optional()
}

/// The bodies of the generations before the newest, newest first.
pub(in crate::store) fn earlier(connection: &Connection, name: &str) -> Result<Vec<Sealed>> {
    let mut statement = connection.prepare_cached(
        "SELECT s.id, b.generation, b.fence, b.body FROM secret s JOIN sealed b ON b.name = s.name \
         WHERE s.name = ?1 AND b.generation < s.generation ORDER BY b.generation DESC",
    )?;
    let read = |row: &Row<'_>| {
        let version = Version { generation: number(row, 1)?, fence: number(row, 2)? };
        Ok(Sealed { id: row.get(0)?, version, body: row.get(3)? })
    };
    statement.query_map([name], read)?.collect()
}

pub(in crate::store) fn put(
    connection: &Connection,
    name: &str,
    expected: Option<Version>,
    next: &Sealed,
    answers: bool,
    mark: Option<&Mark>,
) -> Result<Written> {
    if is_other_key(connection, mark)? {
        return Ok(Written::OtherKey);
    }
    let (found, in_flight) = version(connection, name)?.unzip();
    if found != expected {
        return Ok(Written::Conflict { found });
    }
    let in_flight: Option<String> = in_flight.flatten().filter(|_| !answers);
    let (generation, fence) = (next.version.generation.cast_signed(), next.version.fence.cast_signed());
    let revision = next_revision(connection)?;
    connection
        .prepare_cached(
            "INSERT INTO secret(name, id, generation, fence, revision, in_flight) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT(name) DO UPDATE SET id = ?2, generation = ?3, fence = ?4, revision = ?5, in_flight = ?6",
        )?
        .execute(params![name, next.id, generation, fence, revision, in_flight])?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO sealed(name, generation, fence, body) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![name, generation, fence, next.body])?;
    connection
        .prepare_cached(
            "DELETE FROM sealed WHERE name = ?1 AND generation NOT IN \
             (SELECT generation FROM sealed WHERE name = ?1 ORDER BY generation DESC LIMIT ?2)",
        )?
        .execute(params![name, GENERATIONS])?;
    Ok(Written::Done)
}

pub(in crate::store) fn begin(connection: &Connection, name: &str, expected: Version, note: &str) -> Result<Written> {
    let found = version(connection, name)?.map(|(version, _)| version);
    if found != Some(expected) {
        return Ok(Written::Conflict { found });
    }
    connection
        .prepare_cached("UPDATE secret SET fence = fence + 1, in_flight = ?2 WHERE name = ?1")?
        .execute(params![name, note])?;
    Ok(Written::Done)
}

pub(in crate::store) fn end(connection: &Connection, name: &str, fence: u64) -> Result<()> {
    let mut statement =
        connection.prepare_cached("UPDATE secret SET in_flight = NULL WHERE name = ?1 AND fence = ?2")?;
    statement.execute(params![name, fence.cast_signed()]).map(drop)
}

pub(in crate::store) fn remove_secret(connection: &Connection, name: &str) -> Result<()> {
    connection.prepare_cached("DELETE FROM secret WHERE name = ?1")?.execute([name]).map(drop)
}

pub(in crate::store) fn remove(connection: &Connection, name: &str) -> Result<()> {
    remove_secret(connection, name)?;
    connection.prepare_cached("DELETE FROM profile WHERE name = ?1")?.execute([name]).map(drop)
}

pub(in crate::store) fn take_out(
    connection: &Connection,
    name: &str,
    copied: Option<Seen>,
    mark: Option<&Mark>,
) -> Result<Written> {
    if is_other_key(connection, mark)? {
        return Ok(Written::OtherKey);
    }
    let found = stored(connection, name)?.map(|stored| Seen { id: stored.id, version: stored.version });
    if found != copied {
        return Ok(Written::Conflict { found: found.map(|found| found.version) });
    }
    remove(connection, name).map(|()| Written::Done)
}

pub(in crate::store) fn rename(
    connection: &Connection,
    (from, to): (&str, &str),
    secret: Option<&Resealed>,
    mark: Option<&Mark>,
) -> Result<Written> {
    if is_other_key(connection, mark)? {
        return Ok(Written::OtherKey);
    }
    let found = stored(connection, from)?;
    let seen = found.as_ref().map(|found| Seen { id: found.id, version: found.version });
    if seen != secret.map(|secret| secret.read) {
        return Ok(Written::Conflict { found: seen.map(|seen| seen.version) });
    }
    if has(connection, to)? {
        return Ok(Written::NameTaken);
    }
    save_profile(connection, to, &profile(connection, from)?)?;
    remove(connection, from)?;
    let Some((secret, id)) = secret.and_then(|secret| Some((secret, secret.seen()?.id))) else {
        return Ok(Written::Done);
    };
    let (version, in_flight) = (secret.read.version, found.and_then(|found| found.in_flight));
    let revision = next_revision(connection)?;
    connection
        .prepare_cached(
            "INSERT INTO secret(name, id, generation, fence, revision, in_flight) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![to, id, version.generation.cast_signed(), version.fence.cast_signed(), revision, in_flight])?;
    for Sealed { version, body, .. } in &secret.bodies {
        connection
            .prepare_cached("INSERT INTO sealed(name, generation, fence, body) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![to, version.generation.cast_signed(), version.fence.cast_signed(), body])?;
    }
    Ok(Written::Done)
}

/// Whether the vault has another key than the one with this mark.
fn is_other_key(connection: &Connection, mark: Option<&Mark>) -> Result<bool> {
    let Some(mark) = mark else { return Ok(false) };
    Ok(vault_lock(connection)?.is_none_or(|lock| lock.mark != *mark))
}

pub(in crate::store) fn vault_lock(connection: &Connection) -> Result<Option<VaultLock>> {
    let mut statement = connection.prepare_cached("SELECT lock, mark FROM vault")?;
    statement.query_row((), |row| Ok(VaultLock { text: row.get(0)?, mark: row.get(1)? })).optional()
}

pub(in crate::store) fn set_vault_lock(connection: &Connection, lock: &VaultLock) -> Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO vault(only, lock, mark) VALUES (1, ?1, ?2)")?
        .execute(params![lock.text, lock.mark])
        .map(drop)
}

fn version(connection: &Connection, name: &str) -> Result<Option<(Version, Option<String>)>> {
    let mut statement = connection.prepare_cached("SELECT generation, fence, in_flight FROM secret WHERE name = ?1")?;
    let read = |row: &Row<'_>| Ok((Version { generation: number(row, 0)?, fence: number(row, 1)? }, row.get(2)?));
    statement.query_row([name], read).optional()
}

/// A number that the tables bound from below.
pub(in crate::store) fn number(row: &Row<'_>, column: usize) -> Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, Box::new(error)))
}
