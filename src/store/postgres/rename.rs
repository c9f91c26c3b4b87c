//! The statements that give a profile another name.

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use crate::store::engine::{Mark, Resealed, Sealed, Written};
use crate::store::postgres::connection::Failed;
use crate::store::postgres::secrets::{MARK, array, delete, seen};

/// A profile to rename.
pub(in crate::store) struct Rename<'a> {
    /// The old one and the new one.
    pub names: [&'a str; 2],
    pub secret: Option<&'a Resealed>,
    /// Of the key that it is sealed with.
    pub key: Option<&'a Mark>,
    /// Of this write.
    pub writer: Mark,
    /// What those are told who watch: of the old name, and of the new one.
    pub news: [&'a str; 2],
}

pub(in crate::store) async fn rename(client: &mut Client, order: &Rename<'_>) -> Result<Written, Failed> {
    let Rename { names: [from, to], secret, key, writer, news } = order;
    let step = client.transaction().await?;
    let mark = step.query_typed_opt(MARK, &[]).await?.map(|row| array(&row, 0)).transpose()?;
    if key.is_some_and(|key| mark.as_ref() != Some(key)) {
        return Ok(Written::OtherKey);
    }
    // As whoever changes a plain part does; always in the same order.
    for name in [from.min(to), from.max(to)] {
        step.execute("SELECT pg_advisory_xact_lock(hashtextextended('tokenwright ' || $1, 0))", &[name]).await?;
    }
    let statement = "SELECT id, generation, fence FROM tokenwright.secret WHERE name = $1 FOR UPDATE";
    let row = step.query_typed_opt(statement, &[(from, Type::TEXT)]).await?;
    let (found, read) = (row.as_ref().map(seen).transpose()?, secret.map(|secret| secret.read));
    let statement = "SELECT (SELECT id FROM tokenwright.secret WHERE name = $2), \
                     EXISTS (SELECT 1 FROM tokenwright.profile WHERE name = $1), EXISTS (SELECT 1 \
                     FROM tokenwright.profile WHERE name = $2 AND (definition IS NOT NULL OR draft IS NOT NULL))";
    let row = step.query_typed_one(statement, &[(from, Type::TEXT), (to, Type::TEXT)]).await?;
    let (id, is_here, is_defined): (Option<&[u8]>, bool, bool) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    let next = secret.and_then(Resealed::seen);
    // Done again, since it was not known whether it was committed: nobody else can have moved what this one has leased.
    let is_ours = id == next.as_ref().map(|next| &next.id[..]);
    if found.is_none() && !is_here && is_ours && (next.is_some() || is_defined) {
        return Ok(Written::Done);
    }
    if found != read {
        return Ok(Written::Conflict { found: found.map(|found| found.version) });
    }
    if id.is_some() || is_defined {
        return Ok(Written::NameTaken);
    }
    step.execute("DELETE FROM tokenwright.profile WHERE name = $1", &[to]).await?;
    step.execute("DELETE FROM tokenwright.summary WHERE name = $1", &[from]).await?;
    let statement = "UPDATE tokenwright.profile SET name = $2, revision = nextval('tokenwright.revision') \
                     WHERE name = $1";
    step.execute(statement, &[from, to]).await?;
    if let (Some(secret), Some(next)) = (secret, next) {
        let statement = "INSERT INTO tokenwright.secret(name, id, generation, fence, writer, in_flight, in_flight_at, \
                         revision) SELECT $2, $3, generation, fence, $4, in_flight, in_flight_at, \
                         nextval('tokenwright.revision') FROM tokenwright.secret WHERE name = $1";
        step.execute(statement, &[from, to, &&next.id[..], &&writer[..]]).await?;
        for Sealed { version, body, .. } in &secret.bodies {
            let (generation, fence) = (version.generation.cast_signed(), version.fence.cast_signed());
            let statement = "INSERT INTO tokenwright.sealed(name, generation, fence, body) VALUES ($1, $2, $3, $4)";
            step.execute(statement, &[to, &generation, &fence, body]).await?;
        }
    }
    delete(&step, from, news[0]).await?;
    step.execute("SELECT pg_notify('tokenwright', $1)", &[&news[1]]).await?;
    step.commit().await?;
    Ok(Written::Done)
}
