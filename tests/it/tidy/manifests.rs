//! What every member's manifest has in common.

use std::path::PathBuf;

use toml::{Table, Value};

use super::{files, none, read};

/// Tables of a manifest that list dependencies.
pub(crate) const DEPENDENCY_TABLES: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

/// Manifests of all members, relative to the root.
pub(crate) fn members() -> Vec<(PathBuf, Table)> {
    let manifests =
        files().into_iter().filter(|file| file.ends_with("Cargo.toml") && file.components().count() > 1);
    let own = manifests.filter(|file| !file.starts_with("templates") && !file.starts_with("fuzz"));
    own.map(|file| (file.clone(), parse(&file))).collect()
}

/// A manifest.
pub(crate) fn parse(file: &std::path::Path) -> Table {
    read(file).parse().unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// Every dependency table of a manifest, those of platforms included.
pub(crate) fn dependency_tables(manifest: &Table) -> Vec<(String, &Table)> {
    let mut found = Vec::new();
    let targets = manifest.get("target").and_then(Value::as_table);
    let platforms = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    for table in std::iter::once(manifest).chain(platforms) {
        for name in DEPENDENCY_TABLES {
            found.extend(table.get(*name).and_then(Value::as_table).map(|t| ((*name).to_owned(), t)));
        }
    }
    found
}

#[test]
fn lints_are_those_of_the_workspace() {
    let without = members().into_iter().filter(|(_, manifest)| {
        manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(Value::as_bool) != Some(true)
    });
    let offences: Vec<String> = without.map(|(file, _)| file.display().to_string()).collect();
    none("a member has `[lints] workspace = true`", &offences);
}

#[test]
fn versions_stand_in_the_root_only() {
    let mut offences = Vec::new();
    for (file, manifest) in members() {
        for (table, dependencies) in dependency_tables(&manifest) {
            let own = dependencies
                .iter()
                .filter(|(_, d)| d.get("workspace").and_then(Value::as_bool) != Some(true));
            offences.extend(own.map(|(name, _)| format!("{}: {table}.{name}", file.display())));
        }
        for key in ["version", "edition", "rust-version", "license", "publish"] {
            let shared =
                manifest["package"].get(key).and_then(|v| v.get("workspace")).and_then(Value::as_bool);
            if shared != Some(true) {
                offences.push(format!("{}: package.{key}", file.display()));
            }
        }
    }
    none("say `workspace = true` and set it in the root's Cargo.toml", &offences);
}
