//! Python programs as foreign peers: python-osc and nats-py were written by nobody here.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::process::Program;
use crate::tool;

/// A Python program given as text; arguments follow as `sys.argv[1:]`.
///
/// # Errors
/// When python or one of `modules` is missing; the message says how to install it.
pub fn program(text: &str, modules: &[&str]) -> Result<Program> {
    let python = tool::python()?;
    for module in modules {
        let found =
            Program::new(&python).args(["-c", &format!("import {module}")]).run(Duration::from_secs(30))?;
        ensure!(
            found.status.success(),
            "python module {module} is not installed: run `pip install python-osc nats-py`, or `./bootstrap test` for all that tests need"
        );
    }
    Ok(Program::new(python).args(["-u", "-c", text]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peers_of_the_tests_are_there() {
        let done = program("import sys; print(sys.argv[1:])", &["pythonosc", "nats"]).unwrap();
        let done = done.arg("a b").run(Duration::from_secs(30)).unwrap();
        assert_eq!(done.stdout, "['a b']\n");
    }

    #[test]
    fn a_missing_module_is_named_with_its_cure() {
        let error = program("", &["no_such_module"]).unwrap_err().to_string();
        assert!(error.contains("no_such_module") && error.contains("pip install"), "{error}");
    }
}
