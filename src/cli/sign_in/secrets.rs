//! Where the command line gets secrets: the environment, a prompt, standard input, or the saved profile. Never an
//! argument, which every process of the machine can read.

use crate::app::{Failure, FailureKind, ProfileSources};
use crate::cli::args::SignInOptions;
use crate::cli::prompt;
use crate::diagnosis::Diagnosis;
use crate::oauth::ProfileSecrets;
use crate::secret::Secret;
use crate::service::{Asks, Input, Service, Start};

/// All secrets that the service's calls need; `saved` are those that the profile already has, and those with a source are not
/// asked for. `is_device` is whether the sign-in is on another device.
pub(crate) fn gather(
    service: &Service,
    options: &SignInOptions,
    saved: ProfileSecrets,
    sources: &ProfileSources,
    is_device: bool,
) -> Result<ProfileSecrets, Failure> {
    let needs_secret = options.client_secret_stdin || !is_device || service.device_flow_sends_secret();
    let mut secrets = ProfileSecrets {
        client_secret: if needs_secret {
            client_secret(service, options.client_secret_stdin, saved.client_secret)?
        } else {
            saved.client_secret
        },
        second_client_secret: if options.second_secret_stdin {
            prompt::secret_from_input()?
        } else {
            saved.second_client_secret
        },
        password: password(service, options.password_stdin, saved.password)?,
        refresh_token: refresh_token(service, options.refresh_token_stdin)?,
        ..saved
    };
    for input in service.inputs.iter().filter(|input| input.secret) {
        let kept = secrets.inputs.remove(&input.name).unwrap_or_default();
        if sources.contains_key(&input.name) {
            continue;
        }
        let secret = secret_input(input, kept)?;
        secrets.inputs.insert(input.name.clone(), secret);
    }
    secrets.check_refresh_token()?;
    Ok(secrets)
}

/// A secret input cannot be given with `--set`.
pub(crate) fn refuse_as_argument(service: &Service, key: &str) -> Result<(), Failure> {
    if !service.inputs.iter().any(|input| input.name == key && input.secret) {
        return Ok(());
    }
    let diagnosis = Diagnosis::new(format!("`{key}` is a secret, and every process can see arguments"));
    Err(Failure::new(FailureKind::Usage, diagnosis.hint(format!("set `{}`, or answer the prompt", variable(key)))))
}

fn client_secret(service: &Service, from_input: bool, saved: Secret) -> Result<Secret, Failure> {
    let label = &service.labels.client_secret;
    if from_input {
        return prompt::secret_from_input();
    }
    if let Ok(secret) = std::env::var("TOKENWRIGHT_CLIENT_SECRET") {
        return Ok(Secret::new(secret));
    }
    if !saved.is_empty() || service.asks == Asks::Nothing {
        return Ok(saved);
    }
    if prompt::is_terminal() {
        let optional = if service.asks == Asks::OptionalSecret { " (empty for a public client)" } else { "" };
        return prompt::secret(&format!("{label}{optional}:"));
    }
    if service.asks == Asks::OptionalSecret {
        return Ok(Secret::default());
    }
    let hint = "set `TOKENWRIGHT_CLIENT_SECRET`, or pipe it to `--client-secret-stdin`";
    Err(Failure::new(FailureKind::Usage, Diagnosis::new(format!("{label} is missing")).hint(hint)))
}

fn password(service: &Service, from_input: bool, saved: Secret) -> Result<Secret, Failure> {
    if from_input {
        return prompt::secret_from_input();
    }
    // If a user ID is asked for with its secret, that secret is the password.
    if !service.wants_password() || service.asks == Asks::UserAndSecret {
        return Ok(saved);
    }
    if let Ok(password) = std::env::var("TOKENWRIGHT_PASSWORD") {
        return Ok(Secret::new(password));
    }
    if !saved.is_empty() {
        return Ok(saved);
    }
    if prompt::is_terminal() {
        return prompt::secret("Password:");
    }
    let hint = "set `TOKENWRIGHT_PASSWORD`, or pipe it to `--password-stdin`";
    Err(Failure::new(FailureKind::Usage, Diagnosis::new("the password is missing").hint(hint)))
}

/// An existing refresh token; required if the service issues one on its own pages, otherwise only taken if supplied.
fn refresh_token(service: &Service, from_input: bool) -> Result<Secret, Failure> {
    if from_input {
        return prompt::secret_from_input();
    }
    if let Ok(token) = std::env::var("TOKENWRIGHT_REFRESH_TOKEN") {
        return Ok(Secret::new(token));
    }
    if service.start != Start::RefreshToken {
        return Ok(Secret::default());
    }
    if prompt::is_terminal() {
        return prompt::secret("Refresh token:");
    }
    let hint = "set `TOKENWRIGHT_REFRESH_TOKEN`, or pipe it to `--refresh-token-stdin`";
    Err(Failure::new(FailureKind::Usage, Diagnosis::new("the refresh token is missing").hint(hint)))
}

fn secret_input(input: &Input, saved: Secret) -> Result<Secret, Failure> {
    let variable = variable(&input.name);
    if let Ok(secret) = std::env::var(&variable) {
        return Ok(Secret::new(secret));
    }
    if !saved.is_empty() || input.optional {
        return Ok(saved);
    }
    if prompt::is_terminal() {
        return prompt::secret(&format!("{}:", input.label));
    }
    let diagnosis = Diagnosis::new(format!("{} is missing", input.label));
    Err(Failure::new(FailureKind::Usage, diagnosis.hint(format!("set `{variable}`"))))
}

/// The environment variable of a secret input.
fn variable(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    format!("TOKENWRIGHT_SECRET_{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_input_is_refused_as_an_argument() {
        let input = |name: &str, secret| Input { name: name.into(), secret, ..Input::default() };
        let service = Service { inputs: vec![input("api-key", true), input("region", false)], ..Service::default() };
        assert_eq!(refuse_as_argument(&service, "region"), Ok(()));
        let failure = refuse_as_argument(&service, "api-key").expect_err("refused");
        assert_eq!(failure.diagnosis.hint.as_deref(), Some("set `TOKENWRIGHT_SECRET_API_KEY`, or answer the prompt"));
    }
}
