//! Figures as Markdown tables: the same text on the terminal and in `docs/performance.md`.

use std::fmt::Write as _;

use crate::stats::Spread;

/// One measurement: what was done, and its tables.
#[derive(Debug)]
pub(crate) struct Section {
    title: String,
    parts: Vec<String>,
}

impl Section {
    /// An empty section.
    pub(crate) fn new(title: &str) -> Section {
        Section { title: title.to_owned(), parts: Vec::new() }
    }

    /// Adds a paragraph.
    pub(crate) fn text(mut self, paragraph: impl Into<String>) -> Section {
        self.parts.push(paragraph.into());
        self
    }

    /// Adds a table.
    pub(crate) fn table(mut self, table: Table) -> Section {
        self.parts.push(table.render());
        self
    }

    /// As Markdown.
    pub(crate) fn render(&self) -> String {
        format!("## {}\n\n{}\n", self.title, self.parts.join("\n\n"))
    }
}

/// Rows under a head; columns are padded, so that it reads well on a terminal too.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these column titles.
    pub(crate) fn new(head: &[&str]) -> Table {
        Table { rows: vec![head.iter().map(|&title| title.to_owned()).collect()] }
    }

    /// Adds a row.
    pub(crate) fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width =
            |n: usize| self.rows.iter().filter_map(|row| row.get(n)).map(|cell| cell.chars().count()).max();
        let widths: Vec<usize> = (0..columns).map(|n| width(n).unwrap_or(0).max(3)).collect();
        let mut lines = self.rows.iter().map(|row| line(row, &widths));
        let head = lines.next().unwrap_or_default();
        let rule: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
        let body = lines.fold(String::new(), |text, line| text + "\n" + &line);
        format!("{head}\n{}{body}", line(&rule, &widths))
    }
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let mut text = String::from("|");
    for (n, &width) in widths.iter().enumerate() {
        let cell = cells.get(n).map_or("", String::as_str);
        // Writing into a String cannot fail.
        let _infallible = write!(text, " {cell:width$} |");
    }
    text
}

/// Figures beside their budgets.
#[derive(Debug)]
pub(crate) struct Budgets {
    table: Table,
    missed: usize,
}

impl Budgets {
    /// None yet.
    pub(crate) fn new() -> Budgets {
        Budgets { table: Table::new(&["what", "measured", "budget", ""]), missed: 0 }
    }

    /// Adds one.
    pub(crate) fn add(&mut self, what: &str, measured: impl Into<String>, budget: &str, met: bool) {
        let verdict = if met { "met" } else { "**missed**" };
        self.missed += usize::from(!met);
        self.table.row([what, &measured.into(), budget, verdict]);
    }

    /// The table, and how many were missed.
    pub(crate) fn into_table(self) -> (Table, usize) {
        (self.table, self.missed)
    }
}

/// Percentiles in milliseconds, for rows of a table.
pub(crate) fn ms(spread: &Spread) -> [String; 4] {
    [spread.p50, spread.p99, spread.p999, spread.max].map(|ns| format!("{:.3}", ns / 1e6))
}

/// Nanoseconds as milliseconds with their unit.
pub(crate) fn in_ms(ns: f64) -> String {
    format!("{:.2} ms", ns / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_markdown_and_aligned() {
        let mut table = Table::new(&["what", "ns"]);
        table.row(["field", "12"]);
        table.row(["expression", "1234"]);
        let text = Section::new("Cost").text("Why.").table(table).render();
        let wanted = "## Cost\n\nWhy.\n\n| what       | ns   |\n| ---------- | ---- |\n| field      | 12   |\n| expression | 1234 |\n";
        assert_eq!(text, wanted);
    }

    #[test]
    fn what_misses_its_budget_is_marked_and_counted() {
        let mut budgets = Budgets::new();
        budgets.add("restart", "0.4 s", "< 1 s", true);
        budgets.add("memory", "250 MB", "< 200 MB", false);
        let (table, missed) = budgets.into_table();
        assert_eq!(missed, 1);
        assert!(table.render().contains("**missed**"));
    }
}
