//! The last configuration without mistakes, kept in the state folder. Components start from it, so that a bad edit
//! of `vjbus.toml` in the middle of a show cannot keep one from coming back.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::{Layers, Mistake, TARGETS_FOR};

/// Name of the file in the state folder.
const FILE: &str = "vjbus.good.toml";

/// Writes what `layers` say, with every relative folder made absolute. Gives the file.
///
/// # Errors
/// When the layers have mistakes or the state folder cannot be written.
pub fn snapshot(layers: &Layers, state_dir: &Path) -> Result<PathBuf, Vec<Mistake>> {
    let mut tree = layers.merged()?;
    tree.insert("state_dir".into(), absolute(state_dir).into());
    name_targets_dir(&mut tree, layers);
    let path = state_dir.join(FILE);
    let failed =
        |message: String| vec![Mistake { source: path.display().to_string(), key: String::new(), message }];
    let text = toml::to_string(&without_nulls(Value::Object(tree))).map_err(|e| failed(e.to_string()))?;
    replace(&path, &text).map_err(|e| {
        failed(format!(
            "cannot be written: {e}; make the state folder writable, or set state_dir to another one"
        ))
    })?;
    Ok(path)
}

fn name_targets_dir(tree: &mut Map<String, Value>, layers: &Layers) {
    let Some(own) = layers.folder().map(|folder| folder.join("targets")).filter(|folder| folder.is_dir())
    else {
        return;
    };
    for table in
        tree.get_mut("instances").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut)
    {
        if let Some(fields) =
            table.as_object_mut().filter(|t| t.get("component").is_some_and(|c| c == TARGETS_FOR))
        {
            fields.entry("targets_dir").or_insert_with(|| absolute(&own).into());
        }
    }
}

/// A value without its nulls: TOML has none.
pub fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k, without_nulls(v))).collect(),
        ),
        other => other,
    }
}

fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
}

// Beside and renamed, so that a component that starts meanwhile reads the old or the new file, never half of one.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let new = path.with_extension("new");
    private(&new)?.write_all(text.as_bytes())?;
    std::fs::rename(&new, path)
}

// Values from the environment may be secret.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
