//! The statements, one function each.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Result, Row, params};

use crate::store::engine::{Mark, Plain, Sealed, Stored, VaultLock, Version, Written};

/// How many generations are stored: the newest, and those to go back to in case it is damaged.
const GENERATIONS: i64 = 3;

pub(in crate::store) fn profiles(connection: &Connection) -> Result<Vec<(String, Plain)>> {
    let mut statement =
        connection.prepare_cached("SELECT name, definition, draft, sinks FROM profile ORDER BY name")?;
    let rows = statement.query_map((), |row| Ok((row.get(0)?, plain(row, 1)?)))?;
    rows.collect()
}

pub(in crate::store) fn profile(connection: &Connection, name: &str) -> Result<Plain> {
    let mut statement = connection.prepare_cached("SELECT definition, draft, sinks FROM profile WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| plain(row, 0)).optional()?.unwrap_or_default())
}

fn plain(row: &Row<'_>, first: usize) -> Result<Plain> {
    Ok(Plain { definition: row.get(first)?, draft: row.get(first + 1)?, sinks: row.get(first + 2)? })
}

pub(in crate::store) fn save_profile(connection: &Connection, name: &str, plain: &Plain) -> Result<()> {
    if plain.is_empty() {
        connection.prepare_cached("DELETE FROM profile WHERE name = ?1")?.execute([name])?;
        return Ok(());
    }
    let mut statement = connection.prepare_cached(
        "INSERT INTO profile(name, definition, draft, sinks) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT(name) DO UPDATE SET definition = ?2, draft = ?3, sinks = ?4",
    )?;
    statement.execute(params![name, plain.definition, plain.draft, plain.sinks]).map(drop)
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

/// The length of the newest body in bytes.
pub(in crate::store) fn length(connection: &Connection, name: &str) -> Result<u64> {
    let mut statement =
        connection.prepare_cached("SELECT coalesce(max(length(body)), 0) FROM sealed WHERE name = ?1")?;
    statement.query_row([name], |row| number(row, 0))
}

pub(in crate::store) fn put(
    connection: &Connection,
    name: &str,
    expected: Option<Version>,
    next: &Sealed,
    answers: bool,
    mark: Option<&Mark>,
) -> Result<Written> {
    if let Some(mark) = mark
        && vault_lock(connection)?.is_none_or(|lock| lock.mark != *mark)
    {
        return Ok(Written::OtherKey);
    }
    let (found, in_flight) = version(connection, name)?.unzip();
    if found != expected {
        return Ok(Written::Conflict { found });
    }
    let in_flight: Option<String> = in_flight.flatten().filter(|_| !answers);
    let (generation, fence) = (next.version.generation.cast_signed(), next.version.fence.cast_signed());
    connection
        .prepare_cached(
            "INSERT INTO secret(name, id, generation, fence, in_flight) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT(name) DO UPDATE SET id = ?2, generation = ?3, fence = ?4, in_flight = ?5",
        )?
        .execute(params![name, next.id, generation, fence, in_flight])?;
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

pub(in crate::store) fn end(connection: &Connection, name: &str) -> Result<()> {
    connection.prepare_cached("UPDATE secret SET in_flight = NULL WHERE name = ?1")?.execute([name]).map(drop)
}

pub(in crate::store) fn remove(connection: &Connection, name: &str, plain: bool) -> Result<()> {
    connection.prepare_cached("DELETE FROM secret WHERE name = ?1")?.execute([name])?;
    if plain {
        connection.prepare_cached("DELETE FROM profile WHERE name = ?1")?.execute([name])?;
    }
    Ok(())
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
fn number(row: &Row<'_>, column: usize) -> Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, Box::new(error)))
}
