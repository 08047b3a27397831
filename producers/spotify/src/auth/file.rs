//! The file in the state folder that holds a token. Its owner alone may read it.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use component::private;

use super::Token;

/// Largest file that is read: three tokens and a name.
const MAX_BYTES: u64 = 32 * 1024;

/// Where the token of one instance is kept.
#[derive(Debug, Clone)]
pub struct TokenFile {
    path: PathBuf,
}

/// A token file that could not be used.
#[derive(Debug, thiserror::Error)]
pub enum TokenFileError {
    /// The system refused.
    #[error("could not {action} {}: {source}", path.display())]
    System {
        /// What was tried, as a verb.
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is something else, or half of one.
    #[error("{} holds no login", path.display())]
    Nonsense {
        /// Which file.
        path: PathBuf,
    },
}

impl TokenFile {
    /// The file of `instance` below the state folder: `spotify/<instance>.json`.
    pub fn new(state_dir: &Path, instance: &str) -> TokenFile {
        TokenFile { path: state_dir.join("spotify").join(format!("{instance}.json")) }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The token; `None` when there is no file.
    ///
    /// # Errors
    /// When it cannot be read or holds no token. The error shows nothing of what it holds.
    pub fn read(&self) -> Result<Option<Token>, TokenFileError> {
        let file = match fs::File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.system("read", error)),
        };
        let mut text = Vec::new();
        file.take(MAX_BYTES).read_to_end(&mut text).map_err(|error| self.system("read", error))?;
        let token = serde_json::from_slice(&text);
        token.map(Some).map_err(|_secret| TokenFileError::Nonsense { path: self.path.clone() })
    }

    /// Writes it so that a reader sees the old or the new one, never half of one.
    ///
    /// # Errors
    /// When the system refuses; the old one is as it was.
    pub fn write(&self, token: &Token) -> Result<(), TokenFileError> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        // The process id keeps two writers from sharing a temporary file.
        let beside = folder.join(format!(".{name}.{}", std::process::id()));
        private::make_folder(folder)
            .and_then(|()| write_private(&beside, &serde_json::to_vec_pretty(token)?))
            .and_then(|()| fs::rename(&beside, &self.path))
            .map_err(|error| {
                // Absent is what it should be.
                drop(fs::remove_file(&beside));
                self.system("write", error)
            })
    }

    /// Removes it.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn remove(&self) -> Result<(), TokenFileError> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.system("remove", error)),
            _ => Ok(()),
        }
    }

    fn system(&self, action: &'static str, source: io::Error) -> TokenFileError {
        TokenFileError::System { action, path: self.path.clone(), source }
    }
}

fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    // What an earlier process left may have another mode.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    private::owner_only(&mut options);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::super::Secret;
    use super::*;

    fn token(refresh: &str) -> Token {
        Token {
            client_id: "app".into(),
            consented: 1,
            refresh: Secret::new(refresh),
            access: Secret::new("access"),
            access_until: 2,
        }
    }

    #[test]
    fn a_token_is_kept_whole_and_private() {
        let state = tempfile::tempdir().unwrap();
        let file = TokenFile::new(state.path(), "spotify");
        assert_eq!(file.read().unwrap(), None);
        file.write(&token("one")).unwrap();
        file.write(&token("two")).unwrap();
        assert_eq!(file.read().unwrap(), Some(token("two")));
        let folder = file.path().parent().unwrap();
        assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "nothing is left beside it");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(file.path()), mode(folder)), (0o600, 0o700));
        }
        file.remove().unwrap();
        file.remove().unwrap();
        assert_eq!(file.read().unwrap(), None);
    }

    #[test]
    fn a_file_of_something_else_is_named_and_not_shown() {
        let state = tempfile::tempdir().unwrap();
        let file = TokenFile::new(state.path(), "spotify");
        fs::create_dir_all(file.path().parent().unwrap()).unwrap();
        for text in [&b"s3cret"[..], b"", b"{\"refresh\":\"s3cret\"}", &[0xff; 40_000]] {
            fs::write(file.path(), text).unwrap();
            let error = file.read().unwrap_err();
            assert!(error.to_string().contains("spotify.json holds no login"), "{error}");
            assert!(!format!("{error} {error:?}").contains("s3cret"));
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let state = tempfile::tempdir().unwrap();
        fs::write(state.path().join("spotify"), "").unwrap();
        let error = TokenFile::new(state.path(), "x").write(&token("one")).unwrap_err();
        assert!(error.to_string().contains("could not write"), "{error}");
    }
}
