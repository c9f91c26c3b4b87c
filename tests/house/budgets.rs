//! The most lines of a file and of a function.

use crate::text::{Source, is_test_file};

/// Lines of a file, its tests apart.
const FILE: usize = 400;
const MEDIAN_FILE: usize = 150;
/// Lines of a function, from `fn` to its closing brace.
const FUNCTION: usize = 60;
/// Lines of a function under a comment `// flat:` that says why: one flat `match`, or the layout of one screen.
const FLAT_FUNCTION: usize = 100;
const MEDIAN_FUNCTION: usize = 12;

/// Every file and function of `sources` over its budget, and the medians.
pub fn complaints(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut functions = Vec::new();
    let sources: Vec<&Source> = sources.iter().filter(|source| !is_test_file(&source.path)).collect();
    for source in &sources {
        if source.length() > FILE {
            complaints.push(format!("{}: {} lines, more than {FILE}", source.path, source.length()));
        }
        for function in source.functions() {
            let (first, length) = (*function.lines.start(), function.lines.count());
            let budget = if is_flat(source, first) { FLAT_FUNCTION } else { FUNCTION };
            if length > budget {
                complaints.push(format!(
                    "{}:{first}: `{}` has {length} lines, more than {budget}",
                    source.path, function.name
                ));
            }
            functions.push(length);
        }
    }
    complaints.extend(over_median("file", sources.iter().map(|source| source.length()).collect(), MEDIAN_FILE));
    complaints.extend(over_median("function", functions, MEDIAN_FUNCTION));
    complaints
}

/// Whether a line `// flat:` stands right above the function, its attributes and its documentation.
fn is_flat(source: &Source, first: usize) -> bool {
    let above = source.lines[..first - 1].iter().rev().map(|line| line.trim());
    above.take_while(|line| line.starts_with("//") || line.starts_with("#[")).any(|line| line.starts_with("// flat:"))
}

fn over_median(what: &str, mut lengths: Vec<usize>, budget: usize) -> Option<String> {
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).copied().unwrap_or(0);
    (median > budget).then(|| format!("the median {what} has {median} lines, more than {budget}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function_of(lines: usize, above: &str) -> Source {
        Source::new("src/a.rs", &format!("{above}fn long() {{\n{}}}\n", "    step();\n".repeat(lines - 2)))
    }

    #[test]
    fn a_function_over_its_budget_is_named() {
        let short = Source::new("src/b.rs", &"fn short() {}\n".repeat(4));
        let named = ["src/a.rs:1: `long` has 61 lines, more than 60"];
        assert_eq!(complaints(&[function_of(61, ""), short]), named);
    }

    #[test]
    fn a_flat_function_has_a_larger_budget() {
        let short = || Source::new("src/b.rs", &"fn short() {}\n".repeat(4));
        let above = "// flat: one arm per command\n/// Runs it.\n#[inline]\n";
        assert_eq!(complaints(&[function_of(100, above), short()]), [""; 0]);
        assert_eq!(
            complaints(&[function_of(101, above), short()]),
            ["src/a.rs:4: `long` has 101 lines, more than 100"]
        );
    }

    #[test]
    fn a_file_over_its_budget_is_named_and_its_tests_are_not_counted() {
        let text = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", "const A: u8 = 0;\n".repeat(400), "\n".repeat(500));
        let small = || Source::new("src/b.rs", "");
        assert_eq!(complaints(&[Source::new("src/a.rs", &text), small(), small()]), [""; 0]);
        let longer = Source::new("src/a.rs", &"const A: u8 = 0;\n".repeat(401));
        assert_eq!(complaints(&[longer, small(), small()]), ["src/a.rs: 401 lines, more than 400"]);
    }

    #[test]
    fn a_median_over_its_budget_is_named() {
        assert_eq!(complaints(&[function_of(13, "")]), ["the median function has 13 lines, more than 12"]);
    }
}
