//! Every child process is built here, so that none inherits a secret: an environment is readable for as long as a process
//! lives, and by its own children.

use std::ffi::{OsStr, OsString};
use std::io;
use std::process::Command;

/// Variables that hold a secret or the path of one.
const SECRETS: [&str; 5] = [
    "TOKENWRIGHT_CLIENT_SECRET",
    "TOKENWRIGHT_CLIENT_CERTIFICATE_PASSPHRASE",
    "TOKENWRIGHT_KEY_PIN",
    "TOKENWRIGHT_PASSWORD",
    "TOKENWRIGHT_REFRESH_TOKEN",
];
/// The prefixes of others: the vault's passphrase or its file, the team's address, password and key files, and the inputs of a
/// service.
const SECRET_KINDS: [&str; 3] = ["TOKENWRIGHT_PASSPHRASE", "TOKENWRIGHT_TEAM", "TOKENWRIGHT_SECRET_"];
/// What locks shared profiles, and the folder of the credentials that systemd decrypted for this service alone.
const OTHERS: [&str; 2] = ["TOKENWRIGHT_SHARE_PASSPHRASE", "CREDENTIALS_DIRECTORY"];

/// What is left of our environment for a program that decides for itself what to read: enough to find its files.
const FEW: [&str; 9] =
    ["PATH", "HOME", "XDG_CONFIG_HOME", "USERPROFILE", "APPDATA", "SYSTEMROOT", "SYSTEMDRIVE", "TEMP", "TMPDIR"];

/// A child with this environment, except the secrets.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    without_secrets(Command::new(program))
}

/// A child with only what is needed to find programs and the user's own files.
pub fn bare_command(program: impl AsRef<OsStr>) -> Command {
    let mut command = empty_command(program);
    command.envs(FEW.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    command
}

/// A child with an empty environment.
pub fn empty_command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear();
    command
}

/// Becomes another program of this package, which is beside this one or else on the path. It gets the whole environment, since
/// it does this one's work. Returns only why that failed.
pub fn become_program(name: &str, arguments: &[OsString]) -> io::Error {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let here = std::env::current_exe().ok().map(|here| here.with_file_name(&file)).filter(|path| path.exists());
    let mut command = Command::new(here.unwrap_or_else(|| file.into()));
    command.args(arguments);
    #[cfg(unix)]
    return std::os::unix::process::CommandExt::exec(&mut command);
    #[cfg(not(unix))]
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}

/// Becomes another program of this package that is beside this one and answers `--version` with this line; else returns. It keeps
/// the number of this process and gets its whole environment, since it does this one's work.
#[cfg(unix)]
pub fn become_sibling(name: &str, version: &str, arguments: &[&str]) {
    let Ok(here) = std::env::current_exe() else { return };
    let path = here.with_file_name(name);
    let mut asking = command(&path);
    let said = asking.arg("--version").stdin(std::process::Stdio::null()).stderr(std::process::Stdio::null()).output();
    if said.is_ok_and(|said| said.stdout.trim_ascii_end() == version.as_bytes()) {
        // Returns only where that failed, and then this program does the work.
        let _ = std::os::unix::process::CommandExt::exec(Command::new(path).args(arguments));
    }
}

/// What opens a URL on this desktop, the likeliest first.
pub fn openers(url: &str) -> Vec<Command> {
    open::commands(url).into_iter().map(without_secrets).collect()
}

/// The words of a command line that a person configured, split at white space outside `'…'` and `"…"`; no shell sees it. A
/// backslash is an ordinary character: Windows paths are full of them. The error is a quote that is not closed.
pub fn words(line: &str) -> Result<Vec<String>, char> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, _) if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.map_or(Ok(words), Err)
}

fn without_secrets(mut command: Command) -> Command {
    for name in secret_names(std::env::vars_os().map(|(name, _)| name)) {
        command.env_remove(name);
    }
    command
}

/// The names that a child must not inherit. Windows ignores their case.
fn secret_names(names: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let is_secret = |name: &OsString| {
        let name = name.to_string_lossy().to_ascii_uppercase();
        SECRETS.contains(&name.as_str())
            || OTHERS.contains(&name.as_str())
            || SECRET_KINDS.iter().any(|kind| name.starts_with(kind))
    };
    names.filter(is_secret).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_a_secret_is_taken_out_and_the_rest_stays() {
        let kept =
            ["PATH", "HOME", "TOKENWRIGHT_HOME", "TOKENWRIGHT_VAULT", "TOKENWRIGHT_AGENT", "DISPLAY", "MY_SECRET"];
        let taken = [
            "TOKENWRIGHT_PASSPHRASE",
            "TOKENWRIGHT_PASSPHRASE_FILE",
            "TOKENWRIGHT_TEAM",
            "TOKENWRIGHT_TEAM_KEY_FILE",
            "TOKENWRIGHT_CLIENT_SECRET",
            "TOKENWRIGHT_CLIENT_CERTIFICATE_PASSPHRASE",
            "TOKENWRIGHT_KEY_PIN",
            "TOKENWRIGHT_PASSWORD",
            "TOKENWRIGHT_REFRESH_TOKEN",
            "TOKENWRIGHT_SECRET_API_KEY",
            "TOKENWRIGHT_SHARE_PASSPHRASE",
            "CREDENTIALS_DIRECTORY",
            "tokenwright_passphrase",
        ];
        assert_eq!(secret_names(kept.into_iter().chain(taken).map(OsString::from)), taken.map(OsString::from));
    }
}
