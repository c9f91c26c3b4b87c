//! The statements about plain parts, and about what lists remember of profiles.

use tokio_postgres::types::Type;
use tokio_postgres::{Client, GenericClient, Row};

use crate::store::engine::{Listed, Plain, Revision, Summary};
use crate::store::postgres::connection::Failed;

pub(in crate::store) async fn list(client: &Client, key: i64) -> Result<Vec<Listed>, Failed> {
    let statement = "SELECT p.name, p.draft IS NOT NULL, p.revision, s.revision, m.display_name, m.service_id, \
                     m.service, m.keep_alive, m.state, m.refreshable, m.times, m.scopes, m.trouble \
                     FROM tokenwright.profile p LEFT JOIN tokenwright.secret s ON s.name = p.name \
                     LEFT JOIN tokenwright.summary m ON m.name = p.name AND m.key = $1 \
                     AND m.plain_revision = p.revision AND m.secret_revision IS NOT DISTINCT FROM s.revision \
                     WHERE p.definition IS NOT NULL ORDER BY p.name COLLATE \"C\"";
    let rows = client.query_typed(statement, &[(&key, Type::INT8)]).await?;
    rows.iter().map(listed).collect()
}

fn listed(row: &Row) -> Result<Listed, Failed> {
    let revision = Revision { plain: row.try_get(2)?, secret: row.try_get(3)? };
    let display_name: Option<String> = row.try_get(4)?;
    let summary = match display_name {
        None => None,
        Some(display_name) => {
            let (state, times): (i32, Vec<Option<i64>>) = (row.try_get(8)?, row.try_get(10)?);
            Some(Summary {
                display_name,
                service_id: row.try_get(5)?,
                service: row.try_get(6)?,
                keep_alive: row.try_get(7)?,
                state: u8::try_from(state).map_err(|_| Failed::Malformed("a summary"))?,
                refreshable: row.try_get(9)?,
                times: times.try_into().map_err(|_| Failed::Malformed("a summary"))?,
                scopes: row.try_get(11)?,
                trouble: row.try_get(12)?,
            })
        }
    };
    Ok(Listed { name: row.try_get(0)?, is_draft: row.try_get(1)?, revision, summary })
}

/// Machines may have different keys, so another one's is only dropped when it is old.
pub(in crate::store) async fn remember(
    client: &mut Client,
    key: i64,
    summaries: &[(String, Revision, Summary)],
) -> Result<(), Failed> {
    let step = client.transaction().await?;
    let old = "DELETE FROM tokenwright.summary WHERE key <> $1 AND at < now() - interval '1 day'";
    step.execute(old, &[&key]).await?;
    // A profile that was forgotten meanwhile has no row to be remembered by.
    let statement = "INSERT INTO tokenwright.summary(name, key, plain_revision, secret_revision, display_name, \
                     service_id, service, keep_alive, state, refreshable, times, scopes, trouble) \
                     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 \
                     WHERE EXISTS (SELECT 1 FROM tokenwright.profile WHERE name = $1) \
                     ON CONFLICT(name, key) DO UPDATE SET at = now(), plain_revision = $3, secret_revision = $4, \
                     display_name = $5, service_id = $6, service = $7, keep_alive = $8, state = $9, refreshable = $10, \
                     times = $11, scopes = $12, trouble = $13";
    let statement = step.prepare(statement).await?;
    for (name, revision, summary) in summaries {
        let Summary { display_name, service_id, service, keep_alive, state, refreshable, times, scopes, trouble } =
            summary;
        let (Revision { plain, secret }, state, times) = (revision, i32::from(*state), &times[..]);
        let values: &[&(dyn tokio_postgres::types::ToSql + Sync)] = &[
            name,
            &key,
            plain,
            secret,
            display_name,
            service_id,
            service,
            keep_alive,
            &state,
            refreshable,
            &times,
            scopes,
            trouble,
        ];
        step.execute(&statement, values).await?;
    }
    Ok(step.commit().await?)
}

pub(in crate::store) async fn drafts(client: &Client) -> Result<Vec<String>, Failed> {
    let statement = "SELECT name FROM tokenwright.profile WHERE draft IS NOT NULL ORDER BY name COLLATE \"C\"";
    let rows = client.query_typed(statement, &[]).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

pub(in crate::store) async fn has(client: &Client, name: &str) -> Result<bool, Failed> {
    let statement = "SELECT EXISTS (SELECT 1 FROM tokenwright.secret WHERE name = $1) \
                     OR EXISTS (SELECT 1 FROM tokenwright.profile \
                     WHERE name = $1 AND (definition IS NOT NULL OR draft IS NOT NULL))";
    Ok(client.query_typed_one(statement, &[(&name, Type::TEXT)]).await?.try_get(0)?)
}

pub(in crate::store) async fn profile(client: &impl GenericClient, name: &str) -> Result<Plain, Failed> {
    let statement = "SELECT definition, draft, sinks FROM tokenwright.profile WHERE name = $1";
    let row = client.query_typed_opt(statement, &[(&name, Type::TEXT)]).await?;
    Ok(row.as_ref().map(plain).transpose()?.unwrap_or_default())
}

fn plain(row: &Row) -> Result<Plain, tokio_postgres::Error> {
    Ok(Plain { definition: row.try_get(0)?, draft: row.try_get(1)?, sinks: row.try_get(2)? })
}

/// Writes the plain part of a profile that `next` makes of what is there. Nobody else changes it meanwhile.
pub(in crate::store) async fn change(
    client: &mut Client,
    (name, news): (&str, &str),
    next: impl Fn(Plain) -> Result<Plain, Failed>,
) -> Result<(), Failed> {
    let step = client.transaction().await?;
    // A row that is not there yet cannot be locked.
    step.execute("SELECT pg_advisory_xact_lock(hashtextextended('tokenwright ' || $1, 0))", &[&name]).await?;
    let Plain { definition, draft, sinks } = next(profile(&step, name).await?)?;
    if definition.is_none() && draft.is_none() && sinks.is_none() {
        step.execute("DELETE FROM tokenwright.profile WHERE name = $1", &[&name]).await?;
    } else {
        let statement = "INSERT INTO tokenwright.profile(name, revision, definition, draft, sinks) \
                         VALUES ($1, nextval('tokenwright.revision'), $2, $3, $4) ON CONFLICT(name) DO UPDATE SET \
                         revision = excluded.revision, definition = $2, draft = $3, sinks = $4";
        step.execute(statement, &[&name, &definition, &draft, &sinks]).await?;
    }
    step.execute("SELECT pg_notify('tokenwright', $1)", &[&news]).await?;
    Ok(step.commit().await?)
}
