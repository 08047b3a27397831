//! Finding a broker program that is new enough, and saying clearly why none was.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::platform;
use crate::process::{Launch, output};
use crate::state_dir::StateDir;

/// Oldest version that will do: the first that answers a direct get of many last values (`multi_last`).
pub const OLDEST: (u32, u32) = (2, 11);
/// Longest wait for `nats-server -v`.
const PATIENCE: Duration = Duration::from_secs(10);

/// A program that will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its file.
    pub program: PathBuf,
    /// Its version, `2.15.1`.
    pub version: String,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// None at all.
    #[error(
        "nats-server is neither on PATH nor in {}: run `./bootstrap`, or install nats-server {}.{} or newer, or set [broker] mode = \"external\"",
        bin.display(), OLDEST.0, OLDEST.1
    )]
    Absent {
        /// The folder of the state folder that was searched.
        bin: PathBuf,
    },
    /// Only old ones.
    #[error(
        "{} is version {version}, and {}.{} or newer is needed: older ones cannot hand over all last values at once, and 2.9 ignores \
         filters of consumers without an error. Run `./bootstrap`, or install a newer nats-server",
        program.display(), OLDEST.0, OLDEST.1
    )]
    TooOld {
        /// The newest one that was found.
        program: PathBuf,
        /// Its version.
        version: String,
    },
    /// It is there and does not run.
    #[error("{} does not tell its version: is it a nats-server for this machine? {said}", program.display())]
    Broken {
        /// Its file.
        program: PathBuf,
        /// What it said, or why it did not start.
        said: String,
    },
}

/// Finds a broker program on PATH or in the state folder.
///
/// # Errors
/// See [`FindError`].
pub async fn find(dir: &StateDir) -> Result<Found, FindError> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).chain([dir.bin()]).collect();
    find_in(&folders, &dir.bin()).await
}

async fn find_in(folders: &[PathBuf], bin: &Path) -> Result<Found, FindError> {
    let mut refusal = None;
    for program in
        folders.iter().map(|folder| folder.join(platform::program("nats-server"))).filter(|p| p.is_file())
    {
        match version_of(&program).await {
            Ok(version) if new_enough(&version) => return Ok(Found { program, version }),
            Ok(version) => refusal = Some(FindError::TooOld { program, version }),
            // One that is only old says more than one that does not run.
            Err(broken) => refusal = refusal.or(Some(broken)),
        }
    }
    Err(refusal.unwrap_or_else(|| FindError::Absent { bin: bin.to_owned() }))
}

async fn version_of(program: &Path) -> Result<String, FindError> {
    let broken = |said: String| FindError::Broken { program: program.to_owned(), said };
    let launch = Launch { program: program.to_owned(), args: vec!["-v".into()], ..Launch::default() };
    let output = output(&launch, PATIENCE).await.map_err(|error| broken(error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    parse(&text).ok_or_else(|| broken(text.trim().chars().take(200).collect()))
}

/// The version in `nats-server: v2.15.1`.
fn parse(text: &str) -> Option<String> {
    let version = text.trim().strip_prefix("nats-server: v")?;
    numbers(version).map(|_| version.to_owned())
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn new_enough(version: &str) -> bool {
    numbers(version).is_some_and(|found| found >= OLDEST)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    // A link to a program that answers `-v` with "-v": a script just written could still be open in a forked test.
    fn no_broker(folder: &Path) {
        std::fs::create_dir_all(folder).unwrap();
        std::os::unix::fs::symlink("/bin/echo", folder.join("nats-server")).unwrap();
    }

    #[test]
    fn versions_compare_as_numbers() {
        for (text, enough) in
            [("2.9.10", false), ("2.10.25", false), ("2.11.0", true), ("2.15.1", true), ("3.0.0-beta", true)]
        {
            assert_eq!(new_enough(text), enough, "{text}");
        }
        assert_eq!(parse("nats-server: v2.15.1\n").as_deref(), Some("2.15.1"));
        assert_eq!(parse("hello"), None);
    }

    #[tokio::test]
    async fn none_is_told_from_one_that_does_not_run() {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("bin");
        let none = find_in(std::slice::from_ref(&bin), &bin).await.unwrap_err();
        assert!(matches!(none, FindError::Absent { .. }) && none.to_string().contains("bootstrap"), "{none}");
        no_broker(&bin);
        let broken = find_in(std::slice::from_ref(&bin), &bin).await.unwrap_err();
        assert!(matches!(broken, FindError::Broken { .. }), "{broken}");
    }

    #[tokio::test]
    async fn the_one_of_this_machine_is_found_and_new_enough() {
        let folder = tempfile::tempdir().unwrap();
        let found = find(&StateDir::new(folder.path()))
            .await
            .expect("nats-server is needed for tests: run ./bootstrap");
        assert!(new_enough(&found.version));
    }
}
