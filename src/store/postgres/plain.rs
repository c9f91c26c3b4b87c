//! The statements about plain parts, and about what lists remember of profiles.

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, GenericClient, Row, Transaction};

use crate::store::engine::{Listed, Plain, Revision, Summary};
use crate::store::postgres::connection::Failed;

/// How many rows are written by one statement.
const MANY: usize = 1000;

pub(in crate::store) async fn list(client: &Client, key: i64) -> Result<Vec<Listed>, Failed> {
    let statement = "SELECT p.name, p.draft IS NOT NULL, p.revision, s.revision, m.display_name, m.service_id, \
                     m.service, m.tags, m.environment, m.keep_alive, m.state, m.refreshable, m.times, m.scopes, m.trouble \
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
            let (state, times): (i32, Vec<Option<i64>>) = (row.try_get(10)?, row.try_get(12)?);
            Some(Summary {
                display_name,
                service_id: row.try_get(5)?,
                service: row.try_get(6)?,
                tags: row.try_get(7)?,
                environment: row.try_get(8)?,
                keep_alive: row.try_get(9)?,
                state: u8::try_from(state).map_err(|_| Failed::Malformed("a summary"))?,
                refreshable: row.try_get(11)?,
                times: times.try_into().map_err(|_| Failed::Malformed("a summary"))?,
                scopes: row.try_get(13)?,
                trouble: row.try_get(14)?,
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
    step.execute_typed(old, &[(&key, Type::INT8)]).await?;
    for summaries in summaries.chunks(MANY) {
        remember_many(&step, key, summaries).await?;
    }
    Ok(step.commit().await?)
}

fn column<'a, T>(
    summaries: &'a [(String, Revision, Summary)],
    of: impl Fn(&'a str, &'a Revision, &'a Summary) -> T,
) -> Vec<T> {
    summaries.iter().map(|(name, revision, summary)| of(name, revision, summary)).collect()
}

// flat: one line a column
async fn remember_many(
    client: &impl GenericClient,
    key: i64,
    summaries: &[(String, Revision, Summary)],
) -> Result<(), Failed> {
    // A profile that was forgotten meanwhile has no row to be remembered by.
    let statement = "INSERT INTO tokenwright.summary(name, key, plain_revision, secret_revision, display_name, \
                     service_id, service, tags, environment, keep_alive, state, refreshable, times, scopes, trouble) \
                     SELECT n.name, $1, n.plain, n.secret, n.display_name, n.service_id, n.service, n.tags, \
                     n.environment, n.keep_alive, \
                     n.state, n.refreshable, ARRAY[n.first, n.second, n.third], n.scopes, n.trouble \
                     FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], \
                     $8::text[], $9::text[], $10::boolean[], $11::integer[], $12::boolean[], $13::bigint[], \
                     $14::bigint[], $15::bigint[], $16::text[], $17::text[]) AS n(name, plain, secret, \
                     display_name, service_id, service, tags, environment, keep_alive, state, refreshable, first, second, third, scopes, trouble) \
                     JOIN tokenwright.profile USING (name) ON CONFLICT(name, key) DO UPDATE SET at = now(), \
                     plain_revision = excluded.plain_revision, secret_revision = excluded.secret_revision, \
                     display_name = excluded.display_name, service_id = excluded.service_id, \
                     service = excluded.service, tags = excluded.tags, \
                     environment = excluded.environment, keep_alive = excluded.keep_alive, state = excluded.state, \
                     refreshable = excluded.refreshable, times = excluded.times, scopes = excluded.scopes, \
                     trouble = excluded.trouble";
    let times = [0, 1, 2].map(|at| column(summaries, |_, _, summary| summary.times[at]));
    let values: [(&(dyn ToSql + Sync), Type); 17] = [
        (&key, Type::INT8),
        (&column(summaries, |name, _, _| name), Type::TEXT_ARRAY),
        (&column(summaries, |_, revision, _| revision.plain), Type::INT8_ARRAY),
        (&column(summaries, |_, revision, _| revision.secret), Type::INT8_ARRAY),
        (&column(summaries, |_, _, summary| &summary.display_name), Type::TEXT_ARRAY),
        (&column(summaries, |_, _, summary| &summary.service_id), Type::TEXT_ARRAY),
        (&column(summaries, |_, _, summary| &summary.service), Type::TEXT_ARRAY),
        (&column(summaries, |_, _, summary| &summary.tags), Type::TEXT_ARRAY),
        (&column(summaries, |_, _, summary| &summary.environment), Type::TEXT_ARRAY),
        (&column(summaries, |_, _, summary| summary.keep_alive), Type::BOOL_ARRAY),
        (&column(summaries, |_, _, summary| i32::from(summary.state)), Type::INT4_ARRAY),
        (&column(summaries, |_, _, summary| summary.refreshable), Type::BOOL_ARRAY),
        (&times[0], Type::INT8_ARRAY),
        (&times[1], Type::INT8_ARRAY),
        (&times[2], Type::INT8_ARRAY),
        (&column(summaries, |_, _, summary| summary.scopes.as_deref()), Type::TEXT_ARRAY),
        (&column(summaries, |_, _, summary| summary.trouble.as_deref()), Type::TEXT_ARRAY),
    ];
    client.execute_typed(statement, &values).await?;
    Ok(())
}

pub(in crate::store) async fn drafts(client: &Client) -> Result<Vec<String>, Failed> {
    let statement = "SELECT name FROM tokenwright.profile WHERE draft IS NOT NULL ORDER BY name COLLATE \"C\"";
    let rows = client.query_typed(statement, &[]).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

pub(in crate::store) async fn has(client: &impl GenericClient, name: &str) -> Result<bool, Failed> {
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
    save(&step, name, &next(profile(&step, name).await?)?).await?;
    step.execute("SELECT pg_notify('tokenwright', $1)", &[&news]).await?;
    Ok(step.commit().await?)
}

/// Writes the plain part of a profile.
pub(in crate::store) async fn save(step: &Transaction<'_>, name: &str, plain: &Plain) -> Result<(), Failed> {
    let Plain { definition, draft, sinks } = plain;
    if definition.is_none() && draft.is_none() && sinks.is_none() {
        step.execute("DELETE FROM tokenwright.profile WHERE name = $1", &[&name]).await?;
    } else {
        let statement = "INSERT INTO tokenwright.profile(name, revision, definition, draft, sinks) \
                         VALUES ($1, nextval('tokenwright.revision'), $2, $3, $4) ON CONFLICT(name) DO UPDATE SET \
                         revision = excluded.revision, definition = $2, draft = $3, sinks = $4";
        step.execute(statement, &[&name, definition, draft, sinks]).await?;
    }
    Ok(())
}
