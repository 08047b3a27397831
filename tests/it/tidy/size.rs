//! How long things may be.

use super::{none, sources};

/// Most lines of a file.
const FILE_LINES: usize = 500;
/// Most lines of a function's body, blank lines and comments left out, as clippy counts them.
const FUNCTION_LINES: usize = 60;

#[test]
fn files_are_short() {
    let long = sources().into_iter().filter(|s| s.text.lines().count() > FILE_LINES);
    let offences: Vec<String> =
        long.map(|s| format!("{}: {} lines", s.path, s.text.lines().count())).collect();
    none(&format!("at most {FILE_LINES} lines in a file"), &offences);
}

#[test]
fn functions_are_short() {
    let mut offences = Vec::new();
    for source in sources() {
        let long = functions(&source.text).into_iter().filter(|f| f.lines > FUNCTION_LINES);
        offences.extend(long.map(|f| format!("{}:{}: {} lines", source.path, f.begins, f.lines)));
    }
    none(&format!("at most {FUNCTION_LINES} lines in a function"), &offences);
}

#[test]
fn every_file_says_what_it_is() {
    let silent = sources().into_iter().filter(|s| !s.text.starts_with("//!"));
    let offences: Vec<String> = silent.map(|s| s.path).collect();
    none("a file begins with `//!` and a sentence", &offences);
}

struct Function {
    begins: usize,
    lines: usize,
}

/// Functions of formatted code: each ends with a brace at the indentation where it began.
fn functions(text: &str) -> Vec<Function> {
    let lines: Vec<&str> = text.lines().collect();
    let begins = lines.iter().enumerate().filter(|(_, line)| is_function(line));
    begins.filter_map(|(n, line)| Some(Function { begins: n + 1, lines: body(&lines[n..], line)? })).collect()
}

/// Lines of the body; `None` for one that has no body, or all of it on one line.
fn body(lines: &[&str], first: &str) -> Option<usize> {
    let indent = &first[..first.len() - first.trim_start().len()];
    let at_indent =
        |line: &&str| line.strip_prefix(indent).is_some_and(|rest| !rest.starts_with([' ', ')', 'w']));
    // The signature may take several lines.
    let opens =
        lines.iter().position(|line| line.ends_with('{') || line.ends_with(';') || line.ends_with('}'))?;
    if !lines[opens].ends_with('{') {
        return None;
    }
    let inside = lines[opens + 1..].iter().take_while(|line| line.trim().is_empty() || !at_indent(line));
    Some(inside.filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with("//")).count())
}

fn is_function(line: &str) -> bool {
    let mut words = line.split_whitespace().peekable();
    while words
        .next_if(|w| ["pub", "const", "async", "extern"].contains(w) || w.starts_with("pub("))
        .is_some()
    {}
    words.next() == Some("fn")
}

#[test]
fn lines_of_a_function_are_counted() {
    let text = "impl X {\n    pub(crate) async fn a(\n        b: u8,\n    ) -> u8 {\n        // why\n\n        b\n    }\n    fn c() -> u8 { 1 }\n    fn d();\n    fn e() {\n        x();\n        y();\n    }\n}\n";
    let counted: Vec<(usize, usize)> = functions(text).iter().map(|f| (f.begins, f.lines)).collect();
    assert_eq!(counted, [(2, 1), (11, 2)]);
}
