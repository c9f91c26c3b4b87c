//! Variables: for shells, for what reads a `.env` file, for Terraform.

use crate::export::quote::{dotenv_value, fish_word, hcl_string, powershell_word};
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text, shell_word, variable};

/// A `.env` file that all its readers understand alike.
pub(super) const DOTENV: ExportFormat = ExportFormat {
    id: "dotenv",
    name: ".env file",
    reader: "python-dotenv, npm dotenv, node --env-file, docker env_file, gh secret set -f",
    file_name: "{profile}.env",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(dotenv),
    next: "node --env-file={file} app.js",
    ..ExportFormat::BLANK
};

fn dotenv(subject: &Subject) -> Result<Text, ExportError> {
    let mut text = String::new();
    for field in subject.fields() {
        let value = dotenv_value(field.value.expose()).map_err(|why| ExportError::CannotCarry {
            format: DOTENV.id,
            field: field.name.clone(),
            why,
        })?;
        text.push_str(&format!("{}={value}\n", variable(&field.name)));
    }
    Text::whole(text)
}

pub(super) const SHELL: ExportFormat = ExportFormat {
    id: "shell",
    name: "Shell variables",
    reader: "bash, zsh, dash and other POSIX shells",
    file_name: "{profile}.sh",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(shell),
    live: Some(shell_live),
    next: ". {file}",
    ..ExportFormat::BLANK
};

fn shell(subject: &Subject) -> Result<Text, ExportError> {
    lines(subject, SHELL.id, |name, value| format!("export {name}={}", shell_word(value)))
}

/// Only the token, which is what changes; `tokenwright exec` sets the retained values as well. `export X="$(…)"` would
/// succeed where the command in it fails, and a script would go on with an empty token. No `exit`, since people source
/// the file in interactive shells.
fn shell_live(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(format!(
        "if OAUTH_ACCESS_TOKEN=\"$(tokenwright token {})\"; then\n  export OAUTH_ACCESS_TOKEN\nelse\n  \
         unset OAUTH_ACCESS_TOKEN\n  false\nfi\n",
        subject.profile
    ))
}

pub(super) const FISH: ExportFormat = ExportFormat {
    id: "fish",
    name: "fish variables",
    reader: "fish",
    file_name: "{profile}.fish",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(fish),
    live: Some(fish_live),
    next: "source {file}",
    ..ExportFormat::BLANK
};

fn fish(subject: &Subject) -> Result<Text, ExportError> {
    lines(subject, FISH.id, |name, value| format!("set --global --export {name} {}", fish_word(value)))
}

/// Without a token the variable is erased, not empty.
fn fish_live(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(format!(
        "set --global --export OAUTH_ACCESS_TOKEN (tokenwright token {})\nor begin\n    \
         set --erase --global OAUTH_ACCESS_TOKEN\n    false\nend\n",
        subject.profile
    ))
}

pub(super) const POWERSHELL: ExportFormat = ExportFormat {
    id: "powershell",
    name: "PowerShell variables",
    reader: "PowerShell 5 and 7",
    file_name: "{profile}.ps1",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(powershell),
    live: Some(powershell_live),
    next: ". {file}",
    ..ExportFormat::BLANK
};

fn powershell(subject: &Subject) -> Result<Text, ExportError> {
    lines(subject, POWERSHELL.id, |name, value| format!("$env:{name} = {}", powershell_word(value)))
}

/// PowerShell goes on after a program that fails, hence the `throw`.
fn powershell_live(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(format!(
        "$env:OAUTH_ACCESS_TOKEN = tokenwright token {0}\nif ($LASTEXITCODE -ne 0) {{ throw 'no token of {0}' }}\n",
        subject.profile
    ))
}

/// An `.envrc`, which direnv runs in bash at each change of directory.
pub(super) const ENVRC: ExportFormat = ExportFormat {
    id: "envrc",
    name: "direnv .envrc",
    reader: "direnv",
    file_name: ".envrc",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(shell),
    live: Some(shell_live),
    next: "direnv allow {file}",
    ..ExportFormat::BLANK
};

/// Variables for Terraform and `OpenTofu`, in HCL.
pub(super) const TERRAFORM: ExportFormat = ExportFormat {
    id: "terraform",
    name: "Terraform variables",
    reader: "terraform -var-file, tofu -var-file",
    file_name: "{profile}.tfvars",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(terraform),
    next: "terraform apply -var-file={file}",
    ..ExportFormat::BLANK
};

/// An identifier has letters, digits, `_` and `-`, and starts with a letter.
fn terraform(subject: &Subject) -> Result<Text, ExportError> {
    let mut text = String::new();
    for field in subject.fields() {
        let name: String =
            field.name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
        text.push_str(&format!("{name} = {}\n", hcl_string(field.value.expose())));
    }
    Text::whole(text)
}

/// One variable a line; `line` writes it from name and value.
fn lines(subject: &Subject, format: &'static str, line: fn(&str, &str) -> String) -> Result<Text, ExportError> {
    let mut text = String::new();
    for field in subject.fields() {
        if field.value.expose().contains('\0') {
            let why = "a variable cannot hold a zero byte";
            return Err(ExportError::CannotCarry { format, field: field.name, why });
        }
        text.push_str(&line(&variable(&field.name), field.value.expose()));
        text.push('\n');
    }
    Text::whole(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::subject::tests::subject;
    use crate::secret::Secret;

    #[test]
    fn values_are_bare_or_quoted_and_one_that_readers_disagree_about_is_refused() {
        let mut subject = subject();
        subject.tokens.refresh_token = None;
        let text = dotenv(&subject).expect("written").text;
        let expected = "OAUTH_ACCESS_TOKEN=at-1\nOAUTH_TOKEN_TYPE=Bearer\nOAUTH_EXPIRES_AT='2026-11-21T03:00:00Z'\n\
            OAUTH_SCOPE='a b'\nOAUTH_REALM_ID=9130\n";
        assert_eq!(text.expose(), expected);
        subject.tokens.access_token = Secret::new("it's $5");
        let error = dotenv(&subject).expect_err("refused").to_string();
        assert!(error.starts_with("the format `dotenv` cannot carry `access_token`: "), "{error}");
    }
}
