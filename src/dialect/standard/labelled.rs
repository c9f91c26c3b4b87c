//! A page of settings as a person copies it: `Label: value` lines.

/// The values of a page by label. From one label to the next all lines belong to the first of the two; lines before the
/// first label are dropped. `label` says which label a line begins with, and the rest of the line.
pub(crate) fn labelled<'a, L>(
    text: &'a str,
    mut label: impl FnMut(&'a str) -> Option<(L, &'a str)>,
) -> Vec<(L, String)> {
    let mut found: Vec<(L, String)> = Vec::new();
    for line in text.lines() {
        match (label(line), found.last_mut()) {
            (Some((label, rest)), _) => found.push((label, rest.to_owned())),
            (None, Some((_, value))) => {
                value.push('\n');
                value.push_str(line);
            }
            (None, None) => {}
        }
    }
    found
}
