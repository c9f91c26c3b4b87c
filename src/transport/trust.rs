//! Checks the root certificates named in the environment. `SSL_CERT_FILE` and `SSL_CERT_DIR` replace the system's. The
//! library silently ignores files that it cannot read; then no server is trusted, and no error says why.

use std::path::Path;

/// What is wrong with the certificates named in the environment; `None` if none are named or all are fine.
pub(crate) fn trouble() -> Option<String> {
    // Other systems use their own store, whatever the environment says.
    if cfg!(any(windows, target_vendor = "apple")) {
        return None;
    }
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let file = named("SSL_CERT_FILE").and_then(|file| of_file(Path::new(&file)));
    let folders = named("SSL_CERT_DIR").into_iter();
    let folders = folders.flat_map(|list| std::env::split_paths(&list).collect::<Vec<_>>());
    let folder = || folders.filter(|folder| !folder.as_os_str().is_empty()).find_map(|folder| of_folder(&folder));
    file.or_else(folder)
}

fn of_file(file: &Path) -> Option<String> {
    let named = format!("`SSL_CERT_FILE` names `{}`", printable(file));
    match std::fs::read(file) {
        Err(error) => Some(format!("{named}, which cannot be read: {}", reason(&error))),
        Ok(text) if !holds_certificate(&text) => Some(format!("{named}, which has no certificate in PEM")),
        Ok(_) => None,
    }
}

fn of_folder(folder: &Path) -> Option<String> {
    let error = std::fs::read_dir(folder).err()?;
    Some(format!("`SSL_CERT_DIR` names `{}`, which cannot be read: {}", printable(folder), reason(&error)))
}

fn holds_certificate(text: &[u8]) -> bool {
    const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
    text.windows(BEGIN.len()).any(|window| window == BEGIN)
}

fn printable(path: &Path) -> String {
    path.display().to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "it does not exist".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_certificate_is_named_with_what_is_wrong_with_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("roots.pem");
        assert!(of_file(&file).is_some_and(|words| words.ends_with("which cannot be read: it does not exist")));
        std::fs::write(&file, "\u{0}der").expect("written");
        assert!(of_file(&file).is_some_and(|words| words.ends_with("which has no certificate in PEM")));
        std::fs::write(&file, "# mine\n-----BEGIN CERTIFICATE-----\n").expect("written");
        assert_eq!(of_file(&file), None);
        assert_eq!(of_folder(folder.path()), None);
        assert!(of_folder(&file).is_some_and(|words| words.starts_with("`SSL_CERT_DIR` names `")));
    }
}
