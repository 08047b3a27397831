//! The page for newcomers, run as it stands: `just new` makes components that fit into the tree and compile.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use testkit::{Program, tool};

/// A check of the new crates and of everything that they stand on, from nothing.
const BUILD: Duration = Duration::from_secs(450);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn run(program: &Path, args: &[&str], dir: &Path, env: &[(&str, &Path)]) -> Result<String> {
    let done = Program::new(program).args(args).envs(env.iter().copied()).dir(dir).run(BUILD)?;
    ensure!(done.status.success(), "{} {args:?}:\n{}\n{}", program.display(), done.stdout, done.stderr);
    Ok(done.stdout)
}

/// The tracked and the new files of the tree, without its history and builds.
fn copy_of_the_tree(to: &Path) -> Result<()> {
    let git = tool::find("git")?;
    let files = run(&git, &["ls-files", "--cached", "--others", "--exclude-standard"], &root(), &[])?;
    for file in files.lines() {
        let (from, to) = (root().join(file), to.join(file));
        if from.is_file() {
            std::fs::create_dir_all(to.parent().context("a file without a folder")?)?;
            std::fs::copy(from, to)?;
        }
    }
    Ok(())
}

#[test]
fn each_kind_of_new_component_compiles_and_is_registered() -> Result<()> {
    let tree = tempfile::tempdir()?;
    copy_of_the_tree(tree.path())?;
    for (kind, name) in [("producer", "newone"), ("processor", "newtwo"), ("sink", "newthree")] {
        run(&tree.path().join("templates/new"), &[kind, name], tree.path(), &[])?;
    }
    let registry = std::fs::read_to_string(tree.path().join("crates/vjbus/src/registry.rs"))?;
    for name in ["newone::Newone", "newtwo::Newtwo", "newthree::Newthree"] {
        ensure!(registry.contains(name), "{name} is not registered:\n{registry}");
    }
    // A folder of its own: cargo would take the copy for the original and overwrite its builds.
    let target = root().join("target/newcomer");
    let cargo = PathBuf::from(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let crates = ["-p", "vjbus-newone", "-p", "vjbus-newtwo", "-p", "vjbus-newthree"];
    run(
        &cargo,
        &[&["check", "--offline", "--tests"], &crates[..]].concat(),
        tree.path(),
        &[("CARGO_TARGET_DIR", &target)],
    )?;
    Ok(())
}
