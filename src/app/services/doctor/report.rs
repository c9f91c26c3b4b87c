//! The report of a comparison: what can be handed in as a change to the preset.

use toml::{Table, Value};

use crate::app::services::doctor::{Examination, Point, Verdict};
use crate::diagnosis::printable;

impl Examination {
    /// The keys of the preset that have to change, as TOML; empty if none is known.
    pub fn changes(&self) -> String {
        let mut changes = Table::new();
        for (key, value) in self.differences().flat_map(|point| &point.change) {
            set(&mut changes, key, value.clone());
        }
        // A table of texts, flags and lists can always be written.
        toml::to_string_pretty(&changes).unwrap_or_default()
    }

    /// The report in Markdown.
    pub fn report(&self) -> String {
        let mut lines = vec![format!("# The preset `{}` and its service, {}", self.id, self.date)];
        lines.extend(["", "Compared with:", ""].map(str::to_owned));
        lines.extend(self.sources.iter().map(|source| format!("- {}", code(source))));
        lines.extend(self.notes.iter().map(|note| format!("- noticed: {}", code(note))));
        let head = ["", "| point | result | preset | service | told by |", "|---|---|---|---|---|"];
        lines.extend(head.map(str::to_owned));
        lines.extend(self.points.iter().map(row));
        let changes = self.changes();
        let unchanged: Vec<&Point> = self.differences().filter(|point| point.change.is_empty()).collect();
        if !changes.is_empty() {
            lines.extend([String::new(), "## Keys to change".into(), String::new(), "```toml".into()]);
            lines.extend([changes.trim_end().to_owned(), "```".into()]);
        }
        if !unchanged.is_empty() {
            lines.extend([String::new(), "## To decide by hand".into(), String::new()]);
            let says = |point: &&Point| {
                let (preset, service) = (code(&point.preset), code(&point.service));
                format!("- {}: the preset says {preset}, the service {service}", point.name)
            };
            lines.extend(unchanged.iter().map(says));
        }
        lines.join("\n") + "\n"
    }
}

impl Point {
    /// What both say, for people.
    pub fn words(&self) -> String {
        match self.verdict {
            Verdict::Same | Verdict::NotTold => self.preset.clone(),
            Verdict::Offered if self.preset.is_empty() => self.service.clone(),
            Verdict::Differs | Verdict::Offered => {
                let said = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
                format!("the preset says {}, the service {}", said(&self.preset), said(&self.service))
            }
        }
    }
}

fn row(point: &Point) -> String {
    let [preset, service, told_by] = [&point.preset, &point.service, point.told_by].map(code);
    format!("| {} | {} | {preset} | {service} | {told_by} |", point.name, point.verdict.label())
}

/// A foreign text as code, on one line, that cannot end its cell.
fn code(text: &str) -> String {
    if text.is_empty() {
        "nothing".to_owned()
    } else {
        format!("`{}`", printable(text).replace('|', "\\|").replace('`', "'"))
    }
}

/// Sets the key at the end of a path of tables.
fn set(table: &mut Table, path: &str, value: Value) {
    let Some((first, rest)) = path.split_once('.') else {
        table.insert(path.to_owned(), value);
        return;
    };
    let inner = table.entry(first).or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(inner) = inner {
        set(inner, rest, value);
    }
}
