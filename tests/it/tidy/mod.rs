//! Invariants of the source, as tests, so that they stay true. No rule without a check.

mod direction;
mod licences;
mod manifests;
mod registry;
mod size;
mod text;
mod timers;
mod weights;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold nothing of ours, by name, wherever they are.
const FOREIGN: &[&str] =
    &["target", "state", ".git", ".bootstrap", "node_modules", "__pycache__", "corpus", "artifacts"];

/// The root of the repository.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Every file of the repository, relative to its root, in order.
fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(root(), &mut found);
    found.sort();
    assert!(found.len() > 50, "the walk finds the repository");
    found
}

fn collect(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap()) {
        let (path, name) = (entry.path(), entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            if !FOREIGN.iter().any(|foreign| name == *foreign) {
                collect(&path, found);
            }
        } else {
            found.push(path.strip_prefix(root()).unwrap().to_owned());
        }
    }
}

fn read(file: &Path) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_default()
}

/// One Rust file.
struct Source {
    /// Relative to the root, with `/`.
    path: String,
    text: String,
}

/// All Rust files.
fn sources() -> Vec<Source> {
    let rust = files().into_iter().filter(|file| file.extension().is_some_and(|e| e == "rs"));
    rust.map(|file| Source { text: read(&file), path: file.to_string_lossy().replace('\\', "/") }).collect()
}

impl Source {
    /// Whether all of it is test code: a folder `tests`, a file `tests.rs` or `…_tests.rs`, or a bench.
    fn is_test(&self) -> bool {
        let in_tests = self.path.split('/').any(|part| part == "tests" || part == "benches");
        in_tests || self.path.ends_with("/tests.rs") || self.path.ends_with("_tests.rs")
    }

    /// Lines of the program itself, with their numbers from 1: no comments, no `#[cfg(test)]` items.
    fn code(&self) -> Vec<(usize, &str)> {
        let mut code = Vec::new();
        let mut lines = self.text.lines().enumerate();
        while let Some((number, line)) = lines.next() {
            if ["#[cfg(test)]", "#[cfg(all(test,"].iter().any(|cfg| line.trim_start().starts_with(cfg)) {
                skip_item(&mut lines);
            } else if !line.trim_start().starts_with("//") {
                code.push((number + 1, line));
            }
        }
        code
    }
}

/// Skips one item of formatted code: up to `;`, or to the brace that closes at the indentation where it began.
fn skip_item<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>) {
    let Some((_, first)) = lines.find(|(_, line)| !line.trim_start().starts_with("#[")) else { return };
    if first.trim_end().ends_with(';') || first.trim_end().ends_with('}') {
        return;
    }
    let indent = first.len() - first.trim_start().len();
    for (_, line) in lines {
        if line.len() > indent && line[indent..].starts_with('}') && line[..indent].trim().is_empty() {
            return;
        }
    }
}

/// Fails with every offence at once.
fn none(rule: &str, offences: &[String]) {
    assert!(offences.is_empty(), "{rule}:\n  {}", offences.join("\n  "));
}

#[test]
fn test_code_is_told_from_the_program() {
    let text = "fn a() {}\n// note\n#[cfg(test)]\nmod tests {\n    fn b() {\n    }\n}\nfn c() {}\n#[cfg(all(test, unix))]\n#[path = \"x\"]\nmod d;\nfn e() {}\n";
    let source = Source { path: "crates/x/src/lib.rs".into(), text: text.into() };
    let code: Vec<usize> = source.code().into_iter().map(|(number, _)| number).collect();
    assert_eq!(code, [1, 8, 12]);
    assert!(!source.is_test());
}
