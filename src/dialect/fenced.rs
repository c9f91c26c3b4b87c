//! The blocks of code in a page of Markdown, each of which may be a document of its own.

/// A page has dozens.
const MOST: usize = 200;

/// What stands between lines of three backquotes, or of more around a block that has three.
pub(in crate::dialect) fn blocks(text: &str) -> Vec<&str> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        let trimmed = line.trim();
        let fence = &trimmed[..trimmed.len() - trimmed.trim_start_matches('`').len()];
        match open {
            None if fence.len() >= 3 => open = Some((fence, end)),
            Some((opened, from)) if fence.len() >= opened.len() && trimmed.len() == fence.len() => {
                blocks.push(&text[from..at]);
                open = None;
            }
            _ => {}
        }
        if blocks.len() == MOST {
            break;
        }
        at = end;
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_block_is_what_stands_between_its_fences() {
        let page = "# A\n```json\n{}\n```\ntext `x` ```\n  ```\na\nb\n  ```\n````md\n```\ninner\n```\n````\n```\nopen";
        assert_eq!(blocks(page), ["{}\n", "a\nb\n", "```\ninner\n```\n"]);
        assert_eq!(blocks("no block"), Vec::<&str>::new());
    }
}
