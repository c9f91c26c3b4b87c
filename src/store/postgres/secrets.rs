//! The statements about secrets, leases and the vault, one function each. Each write can be done again when it is not known
//! whether it was committed: it finds by its [`Mark`] that it was.

use std::time::Duration;

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, GenericClient, Row, Transaction};

use crate::store::engine::{Mark, Plain, Sealed, SecretId, Seen, Stored, VaultLock, Version, Written};
use crate::store::postgres::connection::Failed;

/// How many generations are stored: the newest, and those to go back to in case it is damaged.
const GENERATIONS: i64 = 3;

pub(in crate::store) async fn secrets(client: &Client) -> Result<Vec<String>, Failed> {
    let rows = client.query_typed("SELECT name FROM tokenwright.secret", &[]).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

/// Whether a secret of this id was removed on purpose, maybe by another machine.
pub(in crate::store) async fn is_removed(
    client: &impl GenericClient,
    name: &str,
    id: &SecretId,
) -> Result<bool, Failed> {
    let statement = "SELECT 1 FROM tokenwright.removed WHERE name = $1 AND id = $2";
    Ok(client.query_typed_opt(statement, &[(&name, Type::TEXT), (&&id[..], Type::BYTEA)]).await?.is_some())
}

const STORED: &str = "s.id, s.generation, s.fence, s.in_flight, b.fence, b.body, \
     greatest(0, extract(epoch FROM now() - s.in_flight_at))::bigint";
const SECRET: &str = "tokenwright.secret s LEFT JOIN tokenwright.sealed b \
     ON b.name = s.name AND b.generation = s.generation";

pub(in crate::store) async fn stored(client: &Client, name: &str) -> Result<Option<Stored>, Failed> {
    let statement = format!("SELECT {STORED} FROM {SECRET} WHERE s.name = $1");
    let row = client.query_typed_opt(&statement, &[(&name, Type::TEXT)]).await?;
    row.as_ref().map(|row| read_stored(row, 0)).transpose()
}

fn read_stored(row: &Row, at: usize) -> Result<Stored, Failed> {
    let (id, version) = (array(row, at)?, Version { generation: number(row, at + 1)?, fence: number(row, at + 2)? });
    let body: Option<Vec<u8>> = row.try_get(at + 5)?;
    let newest = match body {
        Some(body) => Some(Sealed { id, version: Version { fence: number(row, at + 4)?, ..version }, body }),
        None => None,
    };
    let age: Option<i64> = row.try_get(at + 6)?;
    let in_flight_age = Some(Duration::from_secs(age.unwrap_or_default().unsigned_abs()));
    Ok(Stored { id, version, in_flight: row.try_get(at + 3)?, in_flight_age, newest })
}

/// Those of these profiles that exist, with their secrets.
pub(in crate::store) async fn read_many(
    client: &Client,
    names: &[String],
) -> Result<Vec<(String, Plain, Option<Stored>)>, Failed> {
    let statement = format!(
        "SELECT p.name, p.definition, p.draft, p.sinks, {STORED} FROM tokenwright.profile p \
         LEFT JOIN ({SECRET}) ON s.name = p.name WHERE p.name = ANY($1)"
    );
    let rows = client.query_typed(&statement, &[(&names, Type::TEXT_ARRAY)]).await?;
    let read = |row: &Row| {
        let plain = Plain { definition: row.try_get(1)?, draft: row.try_get(2)?, sinks: row.try_get(3)? };
        let id: Option<&[u8]> = row.try_get(4)?;
        Ok((row.try_get(0)?, plain, id.map(|_| read_stored(row, 4)).transpose()?))
    };
    rows.iter().map(read).collect()
}

/// The id and version of a secret.
pub(in crate::store) async fn version(client: &Client, name: &str) -> Result<Option<Seen>, Failed> {
    let statement = "SELECT id, generation, fence FROM tokenwright.secret WHERE name = $1";
    let row = client.query_typed_opt(statement, &[(&name, Type::TEXT)]).await?;
    row.as_ref().map(seen).transpose()
}

/// The bodies of the generations before the newest, newest first.
pub(in crate::store) async fn earlier(client: &Client, name: &str) -> Result<Vec<Sealed>, Failed> {
    let statement = "SELECT s.id, b.generation, b.fence, b.body FROM tokenwright.secret s \
                     JOIN tokenwright.sealed b ON b.name = s.name \
                     WHERE s.name = $1 AND b.generation < s.generation ORDER BY b.generation DESC";
    let rows = client.query_typed(statement, &[(&name, Type::TEXT)]).await?;
    let read = |row: &Row| {
        let version = Version { generation: number(row, 1)?, fence: number(row, 2)? };
        Ok(Sealed { id: array(row, 0)?, version, body: row.try_get(3)? })
    };
    rows.iter().map(read).collect()
}

/// A write of a body.
pub(in crate::store) struct Put<'a> {
    pub name: &'a str,
    pub expected: Option<Version>,
    pub next: &'a Sealed,
    pub answers: bool,
    /// Of the key that it is sealed with.
    pub key: Option<&'a Mark>,
    /// Of this write.
    pub writer: Mark,
    /// What those are told who watch.
    pub news: &'a str,
}

/// All in one round trip: each statement finds by itself whether the ones before it have written.
pub(in crate::store) async fn put(client: &Client, put: &Put<'_>) -> Result<Written, Failed> {
    let Put { name, expected, next, answers, key, writer, news } = put;
    let (generation, fence) = (next.version.generation.cast_signed(), next.version.fence.cast_signed());
    let (id, body, writer, key) = (&next.id[..], &next.body[..], &writer[..], key.map(|key| &key[..]));
    let found = expected.map(|version| (version.generation.cast_signed(), version.fence.cast_signed()));
    let (found_generation, found_fence) = found.unzip();
    let values: [(&(dyn ToSql + Sync), Type); 9] = [
        (name, Type::TEXT),
        (&id, Type::BYTEA),
        (&generation, Type::INT8),
        (&fence, Type::INT8),
        (&writer, Type::BYTEA),
        (&key, Type::BYTEA),
        (answers, Type::BOOL),
        (&found_generation, Type::INT8),
        (&found_fence, Type::INT8),
    ];
    let (row, values) = if expected.is_none() { (INSERT, &values[..6]) } else { (UPDATE, &values[..]) };
    let body: [(&(dyn ToSql + Sync), Type); 5] = [
        (name, Type::TEXT),
        (&generation, Type::INT8),
        (&fence, Type::INT8),
        (&body, Type::BYTEA),
        (&writer, Type::BYTEA),
    ];
    let rest: [(&(dyn ToSql + Sync), Type); 4] =
        [(name, Type::TEXT), (&GENERATIONS, Type::INT8), (&writer, Type::BYTEA), (news, Type::TEXT)];
    // Sent in this order, and no answer waited for in between; whatever fails is undone by the end of the transaction.
    let (begun, there, mark, written, sealed, told, ended) = tokio::join!(
        biased;
        client.batch_execute("BEGIN"),
        there(client, name),
        client.query_typed_opt(MARK, &[]),
        client.execute_typed(row, values),
        client.execute_typed(SEAL, &body),
        client.execute_typed(TELL, &rest),
        client.batch_execute("COMMIT"),
    );
    begun?;
    let (there, mark, written) = (there?, mark?, written?);
    sealed?;
    told?;
    ended?;
    let mark = mark.map(|row| array(&row, 0)).transpose()?;
    if written == 1 || there.as_ref().is_some_and(|there| there.writer == put.writer) {
        return Ok(Written::Done);
    }
    if put.key.is_some_and(|key| mark.as_ref() != Some(key)) {
        return Ok(Written::OtherKey);
    }
    Ok(Written::Conflict { found: there.map(|there| there.version) })
}

/// Locked, so that the vault gets no other key before the commit.
pub(in crate::store) const MARK: &str = "SELECT mark FROM tokenwright.vault FOR SHARE";
const INSERT: &str = "INSERT INTO tokenwright.secret(name, id, generation, fence, writer, revision) \
     SELECT $1, $2, $3, $4, $5, nextval('tokenwright.revision') \
     WHERE $6::bytea IS NULL OR EXISTS (SELECT 1 FROM tokenwright.vault WHERE mark = $6) ON CONFLICT DO NOTHING";
const UPDATE: &str = "UPDATE tokenwright.secret SET id = $2, generation = $3, fence = $4, writer = $5, \
     revision = nextval('tokenwright.revision'), in_flight = CASE WHEN $7 THEN NULL ELSE in_flight END \
     WHERE name = $1 AND generation = $8 AND fence = $9 \
     AND ($6::bytea IS NULL OR EXISTS (SELECT 1 FROM tokenwright.vault WHERE mark = $6))";
const SEAL: &str = "INSERT INTO tokenwright.sealed(name, generation, fence, body) SELECT $1, $2, $3, $4 \
     WHERE EXISTS (SELECT 1 FROM tokenwright.secret WHERE name = $1 AND writer = $5) \
     ON CONFLICT(name, generation) DO UPDATE SET fence = $3, body = $4";
const TELL: &str = "WITH old AS (DELETE FROM tokenwright.sealed WHERE name = $1 AND generation NOT IN \
     (SELECT generation FROM tokenwright.sealed WHERE name = $1 ORDER BY generation DESC LIMIT $2)) \
     SELECT pg_notify('tokenwright', $4) FROM tokenwright.secret WHERE name = $1 AND writer = $3";

pub(in crate::store) async fn begin(
    client: &Client,
    (name, expected): (&str, Version),
    note: &str,
    writer: &Mark,
) -> Result<Written, Failed> {
    // A note that is written again is as old as it was.
    let statement = "UPDATE tokenwright.secret SET fence = fence + 1, writer = $3, in_flight = $2, \
                     in_flight_at = CASE WHEN in_flight = $2 THEN in_flight_at ELSE now() END \
                     WHERE name = $1 AND generation = $4 AND fence = $5";
    let (generation, fence) = (expected.generation.cast_signed(), expected.fence.cast_signed());
    let values: [(&(dyn ToSql + Sync), Type); 5] = [
        (&name, Type::TEXT),
        (&note, Type::TEXT),
        (&&writer[..], Type::BYTEA),
        (&generation, Type::INT8),
        (&fence, Type::INT8),
    ];
    // Committed by a message of its own: a note of a process that died while it waited for a lock would say that it sent the
    // token, which nobody did.
    let (begun, noted, there) = tokio::join!(
        biased;
        client.batch_execute("BEGIN"),
        client.execute_typed(statement, &values),
        there(client, name),
    );
    let ended = client.batch_execute("COMMIT").await;
    begun?;
    let (noted, there) = (noted?, there?);
    ended?;
    if noted == 1 {
        return Ok(Written::Done);
    }
    if there.as_ref().is_some_and(|there| there.writer == *writer) {
        return Ok(Written::Done);
    }
    Ok(Written::Conflict { found: there.map(|there| there.version) })
}

pub(in crate::store) async fn end(client: &Client, name: &str, fence: u64) -> Result<(), Failed> {
    let statement = "UPDATE tokenwright.secret SET in_flight = NULL WHERE name = $1 AND fence = $2";
    client.execute_typed(statement, &[(&name, Type::TEXT), (&fence.cast_signed(), Type::INT8)]).await?;
    Ok(())
}

pub(in crate::store) async fn remove(client: &mut Client, name: &str, news: &str) -> Result<(), Failed> {
    let step = client.transaction().await?;
    delete(&step, name, news).await?;
    Ok(step.commit().await?)
}

pub(in crate::store) async fn delete(step: &Transaction<'_>, name: &str, news: &str) -> Result<(), Failed> {
    let statement = "INSERT INTO tokenwright.removed(name, id) SELECT name, id FROM tokenwright.secret \
                     WHERE name = $1 ON CONFLICT DO NOTHING";
    step.execute(statement, &[&name]).await?;
    step.execute("DELETE FROM tokenwright.secret WHERE name = $1", &[&name]).await?;
    step.execute("DELETE FROM tokenwright.profile WHERE name = $1", &[&name]).await?;
    let statement = "SELECT pg_notify('tokenwright', $1), nextval('tokenwright.revision')";
    step.execute(statement, &[&news]).await?;
    Ok(())
}

pub(in crate::store) async fn take_out(
    client: &mut Client,
    (name, copied): (&str, Option<Seen>),
    key: Option<&Mark>,
    news: &str,
) -> Result<Written, Failed> {
    let step = client.transaction().await?;
    let mark = step.query_typed_opt(MARK, &[]).await?.map(|row| array(&row, 0)).transpose()?;
    if key.is_some_and(|key| mark.as_ref() != Some(key)) {
        return Ok(Written::OtherKey);
    }
    let statement = "SELECT id, generation, fence FROM tokenwright.secret WHERE name = $1 FOR UPDATE";
    let row = step.query_typed_opt(statement, &[(&name, Type::TEXT)]).await?;
    let found = row.as_ref().map(seen).transpose()?;
    match (found, copied) {
        (found, copied) if found == copied => {
            delete(&step, name, news).await?;
            step.commit().await?;
            Ok(Written::Done)
        }
        // Done again, since it was not known whether it was committed.
        (None, Some(copied)) if is_removed(&step, name, &copied.id).await? => Ok(Written::Done),
        (found, _) => Ok(Written::Conflict { found: found.map(|found| found.version) }),
    }
}

pub(in crate::store) fn seen(row: &Row) -> Result<Seen, Failed> {
    Ok(Seen { id: array(row, 0)?, version: Version { generation: number(row, 1)?, fence: number(row, 2)? } })
}

pub(in crate::store) async fn vault_lock(client: &impl GenericClient) -> Result<Option<VaultLock>, Failed> {
    let row = client.query_typed_opt("SELECT lock, mark FROM tokenwright.vault", &[]).await?;
    row.map(|row| Ok(VaultLock { text: row.try_get(0)?, mark: array(&row, 1)? })).transpose()
}

/// Whether the lock is the new one now.
pub(in crate::store) async fn set_vault_lock(
    client: &mut Client,
    (expected, lock): (Option<&VaultLock>, &VaultLock),
    news: &str,
) -> Result<bool, Failed> {
    let step = client.transaction().await?;
    step.execute("SELECT pg_advisory_xact_lock(hashtextextended('tokenwright', 1))", &[]).await?;
    let there = vault_lock(&step).await?;
    // Its text is drawn by chance: if it is there, it was committed before.
    if there.as_ref() == Some(lock) {
        return Ok(true);
    }
    if there.as_ref() != expected {
        return Ok(false);
    }
    let statement = "INSERT INTO tokenwright.vault(single, lock, mark) VALUES (1, $1, $2) \
                     ON CONFLICT(single) DO UPDATE SET lock = $1, mark = $2";
    step.execute(statement, &[&lock.text, &&lock.mark[..]]).await?;
    step.execute("SELECT pg_notify('tokenwright', $1)", &[&news]).await?;
    step.commit().await?;
    Ok(true)
}

/// Whether this user may write, on a server that can.
pub(in crate::store) async fn check_writable(client: &mut Client) -> Result<(), Failed> {
    let step = client.transaction().await?;
    // Refused by a standby, and without the right; nothing is changed.
    step.execute("UPDATE tokenwright.secret SET writer = writer WHERE false", &[]).await?;
    step.execute("INSERT INTO tokenwright.sealed SELECT * FROM tokenwright.sealed WHERE false", &[]).await?;
    Ok(step.rollback().await?)
}

/// Takes the row that stands for a lease, in a transaction that lasts until the client is dropped.
pub(in crate::store) async fn take_lease(client: &Client, name: &str, wait: Duration) -> Result<(), Failed> {
    let start = format!("BEGIN; SET LOCAL lock_timeout = {}", wait.as_millis().clamp(1, 3_600_000));
    let statement = "SELECT 1 FROM tokenwright.lease WHERE name = $1 FOR UPDATE";
    for _ in 0..2 {
        let values: [(&(dyn ToSql + Sync), Type); 1] = [(&name, Type::TEXT)];
        let (started, taken) =
            tokio::join!(biased; client.batch_execute(&start), client.query_typed_opt(statement, &values));
        started?;
        if taken?.is_some() {
            return Ok(());
        }
        // Committed before it is locked, so that nobody waits for it to be made.
        client.batch_execute("ROLLBACK").await?;
        let statement = "INSERT INTO tokenwright.lease(name) VALUES ($1) ON CONFLICT DO NOTHING";
        client.execute_typed(statement, &values).await?;
    }
    Err(Failed::Malformed("the table of leases"))
}

struct There {
    version: Version,
    writer: Mark,
}

async fn there(client: &Client, name: &str) -> Result<Option<There>, Failed> {
    let statement = "SELECT generation, fence, writer FROM tokenwright.secret WHERE name = $1 FOR UPDATE";
    let Some(row) = client.query_typed_opt(statement, &[(&name, Type::TEXT)]).await? else { return Ok(None) };
    let version = Version { generation: number(&row, 0)?, fence: number(&row, 1)? };
    Ok(Some(There { version, writer: array(&row, 2)? }))
}

/// A number that the tables bound from below.
pub(in crate::store) fn number(row: &Row, column: usize) -> Result<u64, Failed> {
    let number: i64 = row.try_get(column)?;
    u64::try_from(number).map_err(|_| Failed::Malformed("a number"))
}

pub(in crate::store) fn array(row: &Row, column: usize) -> Result<[u8; 16], Failed> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes.try_into().map_err(|_| Failed::Malformed("an id"))
}
