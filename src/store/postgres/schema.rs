//! The tables of a team's store, how they change from version to version, and whether a database has them.

use tokio_postgres::{Client, GenericClient};

use crate::store::StoreError;
use crate::store::postgres::connection::{Failed, Server};
use crate::store::postgres::forgotten;

/// The oldest server whose behaviour the engine relies on.
const LEAST_SERVER: i32 = 13;

/// The tables, as SQLite has them; and besides, rows to lock for a lease, and what was removed on purpose, so that another
/// machine does not take it for lost. `writer` is drawn for each write, see `secrets.rs`.
const STEPS: &[&str] = &[
    "
    CREATE SCHEMA IF NOT EXISTS tokenwright;
    CREATE TABLE tokenwright.store(
        single integer PRIMARY KEY DEFAULT 1 CHECK(single = 1),
        id text NOT NULL DEFAULT gen_random_uuid()::text,
        format bigint NOT NULL
    );
    INSERT INTO tokenwright.store(format) VALUES (0);
    CREATE SEQUENCE tokenwright.revision;
    CREATE TABLE tokenwright.profile(
        name text PRIMARY KEY,
        revision bigint NOT NULL,
        definition text,
        draft text,
        sinks text
    );
    CREATE TABLE tokenwright.summary(
        name text NOT NULL REFERENCES tokenwright.profile(name) ON DELETE CASCADE,
        key bigint NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        plain_revision bigint NOT NULL,
        secret_revision bigint,
        display_name text NOT NULL,
        service_id text NOT NULL,
        service text NOT NULL,
        tags text NOT NULL,
        environment text NOT NULL,
        keep_alive boolean NOT NULL,
        state integer NOT NULL,
        refreshable boolean NOT NULL,
        times bigint[] NOT NULL,
        scopes text,
        trouble text,
        PRIMARY KEY(name, key)
    );
    CREATE TABLE tokenwright.secret(
        name text PRIMARY KEY,
        id bytea NOT NULL CHECK(length(id) = 16),
        generation bigint NOT NULL CHECK(generation >= 1),
        fence bigint NOT NULL CHECK(fence >= 0),
        revision bigint NOT NULL,
        writer bytea NOT NULL CHECK(length(writer) = 16),
        in_flight text,
        in_flight_at timestamptz
    );
    CREATE TABLE tokenwright.sealed(
        name text NOT NULL REFERENCES tokenwright.secret(name) ON DELETE CASCADE,
        generation bigint NOT NULL,
        fence bigint NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY(name, generation)
    );
    CREATE TABLE tokenwright.vault(
        single integer PRIMARY KEY CHECK(single = 1),
        lock text NOT NULL,
        mark bytea NOT NULL CHECK(length(mark) = 16)
    );
    CREATE TABLE tokenwright.forgotten(
        number bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
        name text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        definition text,
        draft text,
        sinks text,
        id bytea CHECK(length(id) = 16),
        generation bigint,
        fence bigint,
        in_flight text,
        in_flight_at timestamptz
    );
    CREATE TABLE tokenwright.forgotten_body(
        number bigint NOT NULL REFERENCES tokenwright.forgotten(number) ON DELETE CASCADE,
        generation bigint NOT NULL,
        fence bigint NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY(number, generation)
    );
    CREATE TABLE tokenwright.lease(name text PRIMARY KEY);
    CREATE TABLE tokenwright.removed(
        name text NOT NULL,
        id bytea NOT NULL,
        PRIMARY KEY(name, id)
    );
",
    "
    ALTER TABLE tokenwright.forgotten ADD COLUMN has_client boolean NOT NULL DEFAULT false;
",
];

/// The id of the store in a database, once its tables are of this program's version; `None` if there are none and they are
/// not to be made.
pub(in crate::store) async fn id(server: &Server, client: &mut Client, create: bool) -> Result<Option<String>, Failed> {
    let statement = "SELECT current_setting('server_version_num')::int, to_regclass('tokenwright.store') IS NOT NULL";
    let row = client.query_one(statement, &[]).await?;
    let (version, is_there): (i32, bool) = (row.try_get(0)?, row.try_get(1)?);
    let place = || server.place().to_owned();
    if version / 10_000 < LEAST_SERVER {
        let (found, least) = (version / 10_000, LEAST_SERVER);
        return Err(Failed::Store(StoreError::OldServer { place: place(), found, least }));
    }
    if !is_there && !create {
        return Ok(None);
    }
    let (id, format) = if is_there {
        // Sent together. Where this one may not write, or finds the tables of another version, somebody else erases it.
        let (there, _) = tokio::join!(biased; read(client), forgotten::erase_old(client));
        there?
    } else {
        (String::new(), 0)
    };
    let newest = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    if format > newest {
        return Err(Failed::Store(StoreError::NewerFormat { path: place(), version: format }));
    }
    let id = if format < newest { migrate(client, newest).await? } else { id };
    // It becomes the name of a folder.
    let is_id = id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if is_id { Ok(Some(id)) } else { Err(Failed::Store(StoreError::NotOurs { path: place() })) }
}

async fn read(client: &impl GenericClient) -> Result<(String, i64), Failed> {
    let row = client.query_one("SELECT id, format FROM tokenwright.store", &[]).await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// A second machine waits, then finds nothing to do.
async fn migrate(client: &mut Client, newest: i64) -> Result<String, Failed> {
    let step = client.transaction().await?;
    step.execute("SELECT pg_advisory_xact_lock(hashtextextended('tokenwright', 0))", &[]).await?;
    let is_there = step.query_one("SELECT to_regclass('tokenwright.store') IS NOT NULL", &[]).await?.try_get(0)?;
    let format = if is_there { read(&step).await?.1 } else { 0 };
    for statements in STEPS.iter().skip(usize::try_from(format).unwrap_or_default()) {
        step.batch_execute(statements).await?;
    }
    step.execute("UPDATE tokenwright.store SET format = $1", &[&newest]).await?;
    let (id, _) = read(&step).await?;
    step.commit().await?;
    Ok(id)
}
