//! Every component can be started.

use std::path::Path;

use super::manifests::members;
use super::{none, read};

const REGISTRY: &str = "crates/vjbus/src/registry.rs";

#[test]
fn every_component_is_registered() {
    let registry = read(Path::new(REGISTRY));
    let mut offences = Vec::new();
    let mut components = 0;
    for (file, manifest) in members() {
        if !["producers", "processors", "sinks"].iter().any(|folder| file.starts_with(folder)) {
            continue;
        }
        components += 1;
        let library = manifest["lib"]["name"].as_str().unwrap();
        if !registry
            .lines()
            .any(|line| !line.trim_start().starts_with("//") && line.contains(&format!("{library}::")))
        {
            offences.push(format!("{}: add {library} to {REGISTRY}", file.parent().unwrap().display()));
        }
    }
    assert!(components > 3, "the components are found");
    none("a component that is not in the table cannot be started", &offences);
}
