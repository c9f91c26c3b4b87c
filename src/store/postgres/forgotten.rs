//! The statements about profiles that were forgotten and can be brought back. How long ago that was, the server's clock says.

use tokio_postgres::types::Type;
use tokio_postgres::{Client, GenericClient};

use crate::store::engine::{
    Erased, FORGOTTEN_FOR, Forgetting, Forgotten, Mark, OVERDUE_FOR, Plain, Sealed, Seen, Version, Written,
};
use crate::store::postgres::connection::Failed;
use crate::store::postgres::plain;
use crate::store::postgres::secrets::{array, delete, number, seen};

/// How long a forgotten profile can be brought back, in seconds.
fn life() -> f64 {
    FORGOTTEN_FOR.as_secs_f64()
}

pub(in crate::store) async fn list(client: &Client) -> Result<Vec<Forgotten>, Failed> {
    listed(client, "at > now() - make_interval(secs => $1)").await
}

pub(in crate::store) async fn overdue(client: &Client) -> Result<Vec<Forgotten>, Failed> {
    listed(client, "at <= now() - make_interval(secs => $1) AND has_client").await
}

async fn listed(client: &Client, which: &str) -> Result<Vec<Forgotten>, Failed> {
    let statement = format!(
        "SELECT number, name, extract(epoch FROM at)::bigint, definition, id IS NOT NULL, has_client \
         FROM tokenwright.forgotten WHERE {which} ORDER BY number DESC"
    );
    let rows = client.query_typed(&statement, &[(&life(), Type::FLOAT8)]).await?;
    let read = |row: &tokio_postgres::Row| {
        let (number, name, at) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let (definition, has_secret, has_client) = (row.try_get(3)?, row.try_get(4)?, row.try_get(5)?);
        Ok(Forgotten { number, name, at, definition, has_secret, has_client })
    };
    rows.iter().map(read).collect()
}

pub(in crate::store) async fn erase(client: &Client, erased: &Erased, news: &str) -> Result<usize, Failed> {
    let erased = match erased {
        Erased::Named(name) => {
            let erased = client.execute("DELETE FROM tokenwright.forgotten WHERE name = $1", &[&name]).await?;
            client.execute("SELECT pg_notify('tokenwright', $1)", &[&news]).await?;
            erased
        }
        // What is overdue is in no list that others have to read again.
        Erased::Numbered(number) => {
            client.execute("DELETE FROM tokenwright.forgotten WHERE number = $1", &[&number]).await?
        }
        Erased::Old => erase_old(client).await?,
    };
    Ok(usize::try_from(erased).unwrap_or(usize::MAX))
}

pub(in crate::store) async fn erase_old(client: &impl GenericClient) -> Result<u64, Failed> {
    let statement = "DELETE FROM tokenwright.forgotten WHERE at <= now() - make_interval(secs => $1) \
                     AND (NOT has_client OR at <= now() - make_interval(secs => $1 + $2))";
    let overdue = OVERDUE_FOR.as_secs_f64();
    Ok(client.execute_typed(statement, &[(&life(), Type::FLOAT8), (&overdue, Type::FLOAT8)]).await?)
}

/// Done again, it finds nothing to forget.
pub(in crate::store) async fn forget(
    client: &mut Client,
    (name, news): (&str, &str),
    how: Forgetting,
) -> Result<(), Failed> {
    let step = client.transaction().await?;
    step.execute("SELECT pg_advisory_xact_lock(hashtextextended('tokenwright ' || $1, 0))", &[&name]).await?;
    erase_old(&step).await?;
    let statement = "INSERT INTO tokenwright.forgotten(name, definition, draft, sinks, id, generation, fence, \
                     in_flight, in_flight_at, has_client) SELECT $1, p.definition, p.draft, p.sinks, s.id, s.generation, s.fence, \
                     s.in_flight, s.in_flight_at, $2 FROM (SELECT $1 AS name) n \
                     LEFT JOIN tokenwright.profile p USING (name) LEFT JOIN tokenwright.secret s USING (name) \
                     WHERE p.name IS NOT NULL OR s.name IS NOT NULL RETURNING number";
    let moved = step.query_typed_opt(statement, &[(&name, Type::TEXT), (&how.has_client, Type::BOOL)]).await?;
    if let Some(row) = moved {
        let moved: i64 = row.try_get(0)?;
        let statement = "INSERT INTO tokenwright.forgotten_body(number, generation, fence, body) \
                         SELECT $1, b.generation, b.fence, b.body FROM tokenwright.sealed b \
                         JOIN tokenwright.secret s ON s.name = b.name \
                         WHERE b.name = $2 AND (NOT $3 OR b.generation = s.generation)";
        step.execute(statement, &[&moved, &name, &how.newest_only]).await?;
        delete(&step, name, news).await?;
    }
    Ok(step.commit().await?)
}

/// Also the newest version of the secret that is there again.
pub(in crate::store) async fn bring_back(
    client: &mut Client,
    (name, news): (&str, &str),
    forgotten: i64,
    writer: &Mark,
) -> Result<(Written, Option<Seen>), Failed> {
    let step = client.transaction().await?;
    step.execute("SELECT pg_advisory_xact_lock(hashtextextended('tokenwright ' || $1, 0))", &[&name]).await?;
    let statement = "SELECT id, generation, fence, definition, draft, sinks FROM tokenwright.forgotten \
                     WHERE number = $1 AND name = $2 FOR UPDATE";
    let row = step.query_typed_opt(statement, &[(&forgotten, Type::INT8), (&name, Type::TEXT)]).await?;
    let is_taken = plain::has(&step, name).await?;
    let Some(row) = row else {
        // Brought back by this very write, whose commit was not heard of, or by somebody else; or erased.
        return Ok((if is_taken { Written::Done } else { Written::Conflict { found: None } }, None));
    };
    if is_taken {
        return Ok((Written::NameTaken, None));
    }
    let id: Option<&[u8]> = row.try_get(0)?;
    let seen = id.map(|_| seen(&row)).transpose()?;
    let plain = Plain { definition: row.try_get(3)?, draft: row.try_get(4)?, sinks: row.try_get(5)? };
    plain::save(&step, name, &plain).await?;
    if let Some(Seen { id, .. }) = seen {
        let statement = "INSERT INTO tokenwright.secret(name, id, generation, fence, writer, in_flight, in_flight_at, \
                         revision) SELECT name, id, generation, fence, $2, in_flight, in_flight_at, \
                         nextval('tokenwright.revision') FROM tokenwright.forgotten WHERE number = $1";
        step.execute(statement, &[&forgotten, &&writer[..]]).await?;
        let statement = "INSERT INTO tokenwright.sealed(name, generation, fence, body) \
                         SELECT $2, generation, fence, body FROM tokenwright.forgotten_body WHERE number = $1";
        step.execute(statement, &[&forgotten, &name]).await?;
        let statement = "DELETE FROM tokenwright.removed WHERE name = $1 AND id = $2";
        step.execute(statement, &[&name, &&id[..]]).await?;
    }
    step.execute("DELETE FROM tokenwright.forgotten WHERE number = $1", &[&forgotten]).await?;
    step.execute("SELECT pg_notify('tokenwright', $1)", &[&news]).await?;
    step.commit().await?;
    Ok((Written::Done, seen))
}

pub(in crate::store) async fn bodies(client: &Client, forgotten: i64) -> Result<Vec<Sealed>, Failed> {
    let statement = "SELECT f.id, b.generation, b.fence, b.body FROM tokenwright.forgotten f \
                     JOIN tokenwright.forgotten_body b USING (number) WHERE f.number = $1 ORDER BY b.generation DESC";
    let rows = client.query_typed(statement, &[(&forgotten, Type::INT8)]).await?;
    let read = |row: &tokio_postgres::Row| {
        let version = Version { generation: number(row, 1)?, fence: number(row, 2)? };
        Ok(Sealed { id: array(row, 0)?, version, body: row.try_get(3)? })
    };
    rows.iter().map(read).collect()
}

pub(in crate::store) async fn reseal(client: &mut Client, forgotten: i64, bodies: &[Sealed]) -> Result<(), Failed> {
    let step = client.transaction().await?;
    for Sealed { version, body, .. } in bodies {
        let statement = "UPDATE tokenwright.forgotten_body SET body = $3 WHERE number = $1 AND generation = $2";
        step.execute(statement, &[&forgotten, &version.generation.cast_signed(), body]).await?;
    }
    Ok(step.commit().await?)
}
