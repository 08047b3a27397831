//! Live changes of an instance, kept across its generations in a file that only the owner may read.

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::files::{FileError, remove_quietly};
use crate::record::{read_json, write_json};
use crate::state_dir::StateDir;

/// Largest overlay that is kept, in bytes of JSON.
const MAX_BYTES: usize = 64 << 10;

/// The live changes of one instance.
#[derive(Debug)]
pub(crate) struct Overlay {
    path: PathBuf,
    kept: Value,
}

impl Overlay {
    /// What an earlier supervisor kept.
    pub(crate) fn open(dir: &StateDir, instance: &str) -> Overlay {
        let path = dir.overlay(instance);
        let kept = read_json(&path).unwrap_or_else(|| Value::Object(Map::new()));
        Overlay { path, kept }
    }

    /// Takes over what a heartbeat says; a heartbeat without an overlay says that there are no live
    /// changes. Writes only what is new.
    pub(crate) fn update(&mut self, said: Option<&Value>) -> Result<(), FileError> {
        let none = Value::Object(Map::new());
        let said = said.unwrap_or(&none);
        if *said == self.kept {
            return Ok(());
        }
        if !said.is_object() || said.to_string().len() > MAX_BYTES {
            tracing::warn!(path = %self.path.display(), "live changes are no object of at most {MAX_BYTES} bytes and are not kept");
            return Ok(());
        }
        if *said == none {
            remove_quietly(&self.path);
        } else {
            write_json(&self.path, said)?;
        }
        self.kept = said.clone();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn live_changes_outlive_a_supervisor_and_can_be_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let dir = StateDir::new(folder.path());
        let change = json!({"offset_ms": -12});
        Overlay::open(&dir, "osc").update(Some(&change)).unwrap();
        let mut next = Overlay::open(&dir, "osc");
        assert_eq!(next.kept, change);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(dir.overlay("osc")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        next.update(None).unwrap();
        assert!(!dir.overlay("osc").exists());
    }

    #[test]
    fn what_is_too_large_or_no_object_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let dir = StateDir::new(folder.path());
        let mut overlay = Overlay::open(&dir, "osc");
        overlay.update(Some(&json!([1]))).unwrap();
        overlay.update(Some(&json!({"a": "x".repeat(MAX_BYTES)}))).unwrap();
        assert!(!dir.overlay("osc").exists());
    }
}
