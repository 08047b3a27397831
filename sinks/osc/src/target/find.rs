//! Where target files are: the user's folder first, then those that are shipped in the program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Target files that come with vjbus: name and text.
pub const SHIPPED: &[(&str, &str)] = &[
    ("classic", include_str!("../../targets/classic.toml")),
    ("generic", include_str!("../../targets/generic.toml")),
    ("karaoke", include_str!("../../targets/karaoke.toml")),
    ("resolume", include_str!("../../targets/resolume.toml")),
    ("touchdesigner", include_str!("../../targets/touchdesigner.toml")),
];
// A target file is a few kB; anything larger is another file by mistake.
const MAX_BYTES: u64 = 256 * 1024;

/// A target file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where: a path, or `shipped with vjbus`.
    pub place: String,
    /// Its text.
    pub text: String,
}

/// Why there is no target file.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// Nowhere.
    #[error("there is no target file “{name}.toml”: write one into {folder}, or use one of: {known}")]
    Unknown {
        /// Name of the target.
        name: String,
        /// The user's folder, or how to set it.
        folder: String,
        /// Names that exist.
        known: String,
    },
    /// It is there and cannot be read.
    #[error("target file {path} cannot be read: check its permissions and that it is text")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is there and far too large.
    #[error("target file {0} is larger than 256 kB: it is no target file")]
    TooLarge(PathBuf),
}

/// The file of target `name`.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn find(name: &str, folder: Option<&Path>) -> Result<Found, FindError> {
    if let Some(path) = folder.map(|folder| folder.join(format!("{name}.toml"))) {
        match read(&path) {
            Err(FindError::Unreadable { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {}
            result => return result,
        }
    }
    let shipped = SHIPPED.iter().find(|(shipped, _)| *shipped == name);
    let found =
        shipped.map(|(_, text)| Found { place: "shipped with vjbus".to_owned(), text: (*text).to_owned() });
    found.ok_or_else(|| FindError::Unknown {
        name: name.to_owned(),
        folder: folder
            .map_or_else(|| "the folder that `targets_dir` names".to_owned(), |f| f.display().to_string()),
        known: list(folder).into_keys().collect::<Vec<_>>().join(", "),
    })
}

/// Every target there is: name and place. The user's hide shipped ones of the same name.
pub fn list(folder: Option<&Path>) -> BTreeMap<String, String> {
    let shipped = SHIPPED.iter().map(|(name, _)| ((*name).to_owned(), "shipped with vjbus".to_owned()));
    let mut all: BTreeMap<_, _> = shipped.collect();
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    for path in entries.into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|extension| extension == "toml")
            && let Some(name) = path.file_stem().and_then(|stem| stem.to_str())
        {
            all.insert(name.to_owned(), path.display().to_string());
        }
    }
    all
}

fn read(path: &Path) -> Result<Found, FindError> {
    let unreadable = |source| FindError::Unreadable { path: path.to_owned(), source };
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > MAX_BYTES {
        return Err(FindError::TooLarge(path.to_owned()));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    Ok(Found { place: path.display().to_string(), text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_folder_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(find("generic", Some(folder.path())).unwrap().place, "shipped with vjbus");
        std::fs::write(folder.path().join("generic.toml"), "mine").unwrap();
        std::fs::write(folder.path().join("booth.toml"), "").unwrap();
        assert_eq!(find("generic", Some(folder.path())).unwrap().text, "mine");
        let names: Vec<_> = list(Some(folder.path())).into_keys().collect();
        assert_eq!(names, ["booth", "classic", "generic", "karaoke", "resolume", "touchdesigner"]);
    }

    #[test]
    fn an_unknown_target_names_those_that_exist() {
        let error = find("genric", None).unwrap_err().to_string();
        assert!(
            error.contains("genric.toml") && error.contains("classic, generic, karaoke, resolume"),
            "{error}"
        );
    }

    #[test]
    fn an_unreadable_file_is_not_taken_for_a_missing_one() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("generic.toml"), [0xff, 0xfe]).unwrap();
        assert!(matches!(find("generic", Some(folder.path())), Err(FindError::Unreadable { .. })));
    }
}
