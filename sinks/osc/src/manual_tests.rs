//! Keeps `docs/targets.md` true: every example in it is tried, every error in it is the real one.

use crate::config::Config;
use crate::mapping::{Feed, Target};
use crate::target::SHIPPED;

const MANUAL: &str = include_str!("../../../docs/targets.md");

/// Fenced blocks: what stands after the fence, and the text.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let parts: Vec<_> = MANUAL.split("```").collect();
    parts.iter().skip(1).step_by(2).map(|block| block.split_once('\n').expect("a fence and a text")).collect()
}

/// A file with one mapping, in which `lines` begin at line 5.
fn file(lines: &str) -> String {
    format!(
        "title = \"T\"\nevidence = \"unverified\"\naddress = \"127.0.0.1:9000\"\n[[send]]\n{lines}\nosc = \"/x\"\n"
    )
}

#[test]
fn files_configurations_and_expressions_of_the_manual_work() {
    let mut tried = 0;
    for (kind, text) in blocks() {
        tried += 1;
        match kind.split_once(' ').unwrap_or((kind, "")) {
            ("toml", "") => drop(Target::compile(text).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))),
            ("toml", "config") => drop(toml::from_str::<Config>(text).unwrap()),
            ("expr", from) => {
                let lines =
                    format!("from = \"{from}\"\nargs = [{{ type = \"f\", expr = \"{}\" }}]", text.trim());
                drop(
                    Target::compile(&file(&lines)).unwrap_or_else(|mistakes| panic!("{text}: {mistakes:?}")),
                );
            }
            _ => tried -= 1,
        }
    }
    assert!(tried >= 6, "the manual has lost its examples");
}

#[test]
fn mistakes_of_the_manual_are_the_real_ones() {
    let blocks = blocks();
    let pairs: Vec<_> = blocks.windows(2).filter(|pair| pair[0].0 == "mistake").collect();
    assert!(pairs.len() >= 8, "the manual has lost its mistakes");
    for pair in pairs {
        let mistakes = Target::compile(&file(pair[0].1.trim())).expect_err(pair[0].1);
        assert_eq!(mistakes.iter().map(ToString::to_string).collect::<Vec<_>>(), [pair[1].1.trim()]);
    }
}

#[test]
fn every_subject_function_and_shipped_target_is_in_the_manual() {
    let functions =
        ["clamp(", "sqrt(", "round(", "db(", "min(", "max(", "upper(", "join("].map(str::to_owned);
    let subjects = Feed::names().into_iter().map(|name| format!("`{name}`"));
    let shipped = SHIPPED.iter().map(|(name, _)| format!("`{name}`"));
    for word in functions.into_iter().chain(subjects).chain(shipped) {
        assert!(MANUAL.contains(&word), "{word}");
    }
}
