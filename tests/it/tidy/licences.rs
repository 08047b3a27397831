//! What is linked in may be shipped under GPL-3.0-or-later.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use testkit::Program;

use super::{none, read, root};

#[test]
fn every_dependency_has_an_allowed_licence() {
    let deny: toml::Table = read(Path::new("deny.toml")).parse().unwrap();
    let allowed: Vec<&str> =
        deny["licenses"]["allow"].as_array().unwrap().iter().filter_map(|licence| licence.as_str()).collect();
    let metadata = Program::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &host()])
        .dir(root())
        .run(Duration::from_secs(60))
        .unwrap();
    let metadata: Value =
        serde_json::from_str(&metadata.stdout).unwrap_or_else(|_| panic!("{}", metadata.stderr));
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "the dependencies are found");
    let refused =
        packages.iter().filter(|p| !is_allowed(p["license"].as_str().unwrap_or_default(), &allowed));
    let offences: Vec<String> =
        refused.map(|p| format!("{} {}: {}", p["name"], p["version"], p["license"])).collect();
    none("licences are those of deny.toml", &offences);
}

/// The platform of this build: packages of others need not be on this machine.
fn host() -> String {
    let version = Program::new("rustc").arg("-vV").dir(root()).run(Duration::from_secs(60)).unwrap().stdout;
    version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

/// Whether an SPDX expression can be met with allowed licences: some side of each `OR`, both of each `AND`.
/// Old manifests write `/` for `OR`. Parentheses here only ever group alternatives.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let expression = expression.replace('/', " OR ");
    let single =
        |licence: &str| allowed.contains(&licence.trim_matches(|c: char| c == '(' || c == ')' || c == ' '));
    if expression.contains('(') {
        return expression.split(" AND ").all(|part| part.split(" OR ").any(single));
    }
    expression.split(" OR ").any(|part| part.split(" AND ").all(single))
}

#[test]
fn expressions_are_understood() {
    let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"];
    for yes in [
        "MIT",
        "Foo OR MIT",
        "Foo/MIT",
        "MIT AND ISC",
        "(Foo OR MIT) AND ISC",
        "Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(is_allowed(yes, &allowed), "{yes}");
    }
    for no in ["", "Foo", "MIT AND Foo", "(MIT OR Foo) AND Bar", "Apache-2.0"] {
        assert!(!is_allowed(no, &allowed), "{no}");
    }
}
