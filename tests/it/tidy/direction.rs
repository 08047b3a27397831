//! Who may depend on whom.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::manifests::{dependency_tables, members, parse};
use super::none;

/// Top folders whose crates are components.
const COMPONENTS: &[&str] = &["producers", "processors", "sinks"];
/// Crates for tests, and folders of what is shipped with nothing either.
const FOR_TESTS: &[&str] = &["testkit", "stage"];
const MAY_USE_THEM: &[&str] = &["benches", "crates/stage"];
/// Crates that no component may depend on: they stand above all components.
const ABOVE: &[&str] = &["supervisor", "vjbus"];

#[test]
fn each_crate_depends_only_on_what_stands_above_it() {
    let order = order();
    let mut offences = Vec::new();
    for (file, manifest) in members() {
        // What no crate depends on, such as the tests, may depend on all.
        let Some(own) = order.iter().find(|(_, (_, folder))| file.parent() == Some(folder)) else { continue };
        for dependency in shipped(&manifest) {
            if order.get(&dependency).is_some_and(|(position, _)| *position >= own.1.0) {
                offences.push(format!("{}: {dependency}", file.display()));
            }
        }
    }
    none("the order of [workspace.dependencies] is the direction of dependence", &offences);
}

#[test]
fn components_do_not_know_one_another() {
    let order = order();
    let mut offences = Vec::new();
    for (file, manifest) in members().into_iter().filter(|(file, _)| is_component(file)) {
        for dependency in shipped(&manifest) {
            let other = order.get(&dependency).is_some_and(|(_, folder)| is_component(folder));
            if other || ABOVE.contains(&&*dependency) {
                offences.push(format!("{}: {dependency}", file.display()));
            }
        }
    }
    none("a component speaks with others over the bus only", &offences);
}

#[test]
fn what_tests_stand_on_is_shipped_with_nothing() {
    let for_tests = |dependency: &String| FOR_TESTS.contains(&&**dependency);
    let users = members().into_iter().filter(|(_, manifest)| shipped(manifest).iter().any(for_tests));
    let offences: Vec<String> = users
        .filter(|(file, _)| !MAY_USE_THEM.iter().any(|folder| file.starts_with(folder)))
        .map(|(file, _)| file.display().to_string())
        .collect();
    none("testkit and stage are dev-dependencies", &offences);
}

fn is_component(path: &Path) -> bool {
    COMPONENTS.iter().any(|folder| path.starts_with(folder))
}

/// Dependencies of the program itself, without those of its tests.
fn shipped(manifest: &Table) -> Vec<String> {
    let tables = dependency_tables(manifest).into_iter().filter(|(name, _)| name != "dev-dependencies");
    tables.flat_map(|(_, table)| table.keys().cloned()).collect()
}

/// Our own crates by the name they are depended on, with position and folder. The order of the file is what
/// counts, so it is read as lines: a parsed table is sorted by name.
fn order() -> BTreeMap<String, (usize, PathBuf)> {
    let manifest = parse(Path::new("Cargo.toml"));
    let all = manifest["workspace"]["dependencies"].as_table().unwrap();
    let text = super::read(Path::new("Cargo.toml"));
    let names = text.lines().filter_map(|line| Some(line.split_once(" = ")?.0));
    let ours = names.filter_map(|name| Some((name, all.get(name)?.get("path").and_then(Value::as_str)?)));
    let order: BTreeMap<_, _> =
        ours.enumerate().map(|(n, (name, path))| (name.to_owned(), (n, PathBuf::from(path)))).collect();
    assert!(order.len() > 10, "our crates are found: {order:?}");
    order
}
