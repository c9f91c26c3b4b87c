//! The certificate for `https://localhost`: generated once and saved in the vault, so that the browser warns once and not
//! at every sign-in.

use jiff::{SignedDuration, Timestamp};

use crate::app::Failure;
use crate::app::handle::App;
use crate::oauth::ProfileSecrets;
use crate::redirect::LocalCertificate;
use crate::secret::Secret;
use crate::vault::{Contents, Entry, How};

/// The record in the vault. It is no profile's name: those begin with a letter or digit.
const RECORD: &str = "_https-localhost";
const CERTIFICATE: &str = "certificate";
const KEY: &str = "key";
/// A certificate that expires sooner is replaced, so that it does not expire during a sign-in.
const LEAST_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// The saved certificate, or a new one.
pub(crate) async fn local(app: &App) -> Result<LocalCertificate, Failure> {
    let now = (app.ports.now)();
    if !app.has_vault() {
        return Ok(LocalCertificate::generate(now)?);
    }
    let entry = app.with_vault(|vault| vault.lease_own(RECORD)).await?;
    let record = app.with_entry(&entry, Entry::get).await?;
    if let Some(saved) = record.as_ref().and_then(|record| read(&record.contents, now)) {
        return Ok(saved);
    }
    let made = LocalCertificate::generate(now)?;
    let (contents, last) = (write(&made), record.map(|record| record.number));
    app.with_entry(&entry, move |entry| entry.put(last, &contents, How::Saved)).await?;
    Ok(made)
}

fn read(contents: &Contents, now: Timestamp) -> Option<LocalCertificate> {
    let part = |name: &str| contents.secrets.inputs.get(name);
    let certificate = LocalCertificate::from_pem(part(CERTIFICATE)?.expose(), part(KEY)?).ok()?;
    (certificate.not_after().duration_since(now) > LEAST_LIFE).then_some(certificate)
}

fn write(certificate: &LocalCertificate) -> Contents {
    let (text, key) = certificate.to_pem();
    let inputs = [(CERTIFICATE.to_owned(), Secret::new(text)), (KEY.to_owned(), key)];
    let secrets = ProfileSecrets { inputs: inputs.into(), ..ProfileSecrets::default() };
    Contents { secrets, ..Contents::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_certificate_is_the_same_until_it_nearly_ends() {
        let now = Timestamp::from_second(1_800_000_000).expect("a time");
        let made = LocalCertificate::generate(now).expect("a certificate");
        let saved = read(&write(&made), now).expect("saved");
        assert_eq!(saved.fingerprint(), made.fingerprint());
        assert!(read(&write(&made), made.not_after()).is_none());
        assert!(read(&Contents::default(), now).is_none());
    }
}
