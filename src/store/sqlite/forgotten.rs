//! The statements about profiles that were forgotten and can be brought back. Their rows are in tables of their own, so that
//! nothing that looks for a profile finds one.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Result, params};

use crate::store::engine::{
    Erased, FORGOTTEN_FOR, Forgetting, Forgotten, OVERDUE_FOR, Plain, Sealed, Seen, Version, Written,
};
use crate::store::sqlite::rows;

/// Since when a profile must have been forgotten to be there still, and since when one that has a client, in seconds since 1970.
fn oldest() -> (i64, i64) {
    let now = jiff::Timestamp::now().as_second();
    let before = |life: Duration| now.saturating_sub(i64::try_from(life.as_secs()).unwrap_or(i64::MAX));
    (before(FORGOTTEN_FOR), before(FORGOTTEN_FOR + OVERDUE_FOR))
}

pub(in crate::store) fn list(connection: &Connection) -> Result<Vec<Forgotten>> {
    listed(connection, "at > ?1")
}

pub(in crate::store) fn overdue(connection: &Connection) -> Result<Vec<Forgotten>> {
    listed(connection, "at <= ?1 AND has_client")
}

fn listed(connection: &Connection, which: &str) -> Result<Vec<Forgotten>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT number, name, at, definition, id IS NOT NULL, has_client FROM forgotten WHERE {which} ORDER BY number DESC",
    ))?;
    let rows = statement.query_map([oldest().0], |row| {
        let (number, name, at) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (definition, has_secret, has_client) = (row.get(3)?, row.get(4)?, row.get(5)?);
        Ok(Forgotten { number, name, at, definition, has_secret, has_client })
    })?;
    rows.collect()
}

pub(in crate::store) fn erase(connection: &Connection, erased: &Erased) -> Result<usize> {
    match erased {
        Erased::Named(name) => connection.prepare_cached("DELETE FROM forgotten WHERE name = ?1")?.execute([name]),
        Erased::Numbered(number) => {
            connection.prepare_cached("DELETE FROM forgotten WHERE number = ?1")?.execute([number])
        }
        Erased::Old => erase_old(connection),
    }
}

/// Whether there is any is asked first: most writes find none, and need not wait for a lock.
pub(in crate::store) fn erase_old(connection: &Connection) -> Result<usize> {
    const OLD: &str = "at <= ?1 AND (NOT has_client OR at <= ?2)";
    let (oldest, oldest_with_client) = oldest();
    let mut found = connection.prepare_cached(&format!("SELECT EXISTS (SELECT 1 FROM forgotten WHERE {OLD})"))?;
    if !found.query_row([oldest, oldest_with_client], |row| row.get(0))? {
        return Ok(0);
    }
    connection.prepare_cached(&format!("DELETE FROM forgotten WHERE {OLD}"))?.execute([oldest, oldest_with_client])
}

pub(in crate::store) fn forget(connection: &Connection, name: &str, how: Forgetting) -> Result<()> {
    let Plain { definition, draft, sinks } = rows::profile(connection, name)?;
    let stored = rows::stored(connection, name)?;
    if stored.is_none() && definition.is_none() && draft.is_none() && sinks.is_none() {
        return Ok(());
    }
    let (id, version) = stored.as_ref().map(|stored| (stored.id, stored.version)).unzip();
    let (generation, fence) = version.map(|Version { generation, fence }| (generation, fence)).unzip();
    let in_flight = stored.as_ref().and_then(|stored| stored.in_flight.as_deref());
    connection
        .prepare_cached(
            "INSERT INTO forgotten(name, at, definition, draft, sinks, id, generation, fence, in_flight, has_client) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            name,
            jiff::Timestamp::now().as_second(),
            definition,
            draft,
            sinks,
            id,
            generation.map(u64::cast_signed),
            fence.map(u64::cast_signed),
            in_flight,
            how.has_client,
        ])?;
    let least = generation.filter(|_| how.newest_only).map_or(0, u64::cast_signed);
    connection
        .prepare_cached(
            "INSERT INTO forgotten_body(number, generation, fence, body) \
             SELECT ?1, generation, fence, body FROM sealed WHERE name = ?2 AND generation >= ?3",
        )?
        .execute(params![connection.last_insert_rowid(), name, least])?;
    rows::remove(connection, name)
}

/// Also the newest version of the secret that is there again.
pub(in crate::store) fn bring_back(
    connection: &Connection,
    name: &str,
    number: i64,
) -> Result<(Written, Option<Seen>)> {
    let mut statement = connection.prepare_cached(
        "SELECT definition, draft, sinks, id, generation, fence, in_flight FROM forgotten WHERE number = ?1 AND name = ?2",
    )?;
    let found = statement.query_row(params![number, name], |row| {
        let plain = Plain { definition: row.get(0)?, draft: row.get(1)?, sinks: row.get(2)? };
        let seen = match row.get(3)? {
            None => None,
            Some(id) => {
                let version = Version { generation: rows::number(row, 4)?, fence: rows::number(row, 5)? };
                Some(Seen { id, version })
            }
        };
        Ok((plain, seen, row.get::<_, Option<String>>(6)?))
    });
    let is_taken = rows::has(connection, name)?;
    let Some((plain, seen, in_flight)) = found.optional()? else {
        // Somebody else has brought it back, or it was erased.
        return Ok((if is_taken { Written::Done } else { Written::Conflict { found: None } }, None));
    };
    if is_taken {
        return Ok((Written::NameTaken, None));
    }
    rows::save_profile(connection, name, &plain)?;
    if let Some(Seen { id, version }) = seen {
        let revision = rows::next_revision(connection)?;
        let (generation, fence) = (version.generation.cast_signed(), version.fence.cast_signed());
        connection
            .prepare_cached(
                "INSERT INTO secret(name, id, generation, fence, revision, in_flight) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![name, id, generation, fence, revision, in_flight])?;
        connection
            .prepare_cached(
                "INSERT INTO sealed(name, generation, fence, body) \
                 SELECT ?1, generation, fence, body FROM forgotten_body WHERE number = ?2",
            )?
            .execute(params![name, number])?;
    }
    connection.prepare_cached("DELETE FROM forgotten WHERE number = ?1")?.execute([number])?;
    Ok((Written::Done, seen))
}

pub(in crate::store) fn bodies(connection: &Connection, number: i64) -> Result<Vec<Sealed>> {
    let mut statement = connection.prepare_cached(
        "SELECT f.id, b.generation, b.fence, b.body FROM forgotten f JOIN forgotten_body b ON b.number = f.number \
         WHERE f.number = ?1 ORDER BY b.generation DESC",
    )?;
    let rows = statement.query_map([number], |row| {
        let version = Version { generation: rows::number(row, 1)?, fence: rows::number(row, 2)? };
        Ok(Sealed { id: row.get(0)?, version, body: row.get(3)? })
    })?;
    rows.collect()
}

pub(in crate::store) fn reseal(connection: &Connection, number: i64, bodies: &[Sealed]) -> Result<()> {
    let mut statement =
        connection.prepare_cached("UPDATE forgotten_body SET body = ?3 WHERE number = ?1 AND generation = ?2")?;
    for Sealed { version, body, .. } in bodies {
        statement.execute(params![number, version.generation.cast_signed(), body])?;
    }
    Ok(())
}
