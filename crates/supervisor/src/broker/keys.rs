//! One key per role and instance: NKeys (Ed25519), made on first use, readable by the owner alone.

use std::path::{Path, PathBuf};

use component::Kind;
use nkeys::KeyPair;
use schemas::Name;

use crate::files::{FileError, read_if_there, write_atomically};
use crate::state_dir::StateDir;

/// Whose key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// The supervisor.
    Supervisor,
    /// Whoever may give commands: the command line of the owner of the state folder.
    Operator,
    /// A component.
    Instance(Kind, Name),
}

/// A key that could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file could not be read or written.
    #[error("a key of the broker cannot be used")]
    File(#[source] FileError),
    /// The file holds something else.
    #[error("{} holds no NKey seed: remove it and run `vjbus up`, which makes a new one", path.display())]
    Malformed {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: nkeys::error::Error,
    },
    /// There is none yet.
    #[error(
        "there is no key in {}: `vjbus up` makes it (for a broker of your own, `vjbus broker setup`); give the same state_dir as it has",
        path.display()
    )]
    Absent {
        /// Its file.
        path: PathBuf,
    },
}

impl Role {
    /// Where replies to this role arrive; no other role may listen there.
    pub fn inbox_prefix(&self) -> String {
        match self {
            Role::Supervisor => "_INBOX_supervisor".into(),
            Role::Operator => "_INBOX_operator".into(),
            Role::Instance(kind, name) => format!("_INBOX_{}.{name}", kind.role()),
        }
    }

    /// File of its seed. An instance cannot take the place of a role: no name holds a dot.
    pub fn path(&self, dir: &StateDir) -> PathBuf {
        dir.keys().join(match self {
            Role::Supervisor => "supervisor.nk".to_owned(),
            Role::Operator => "operator.nk".to_owned(),
            Role::Instance(_, name) => format!("instance.{name}.nk"),
        })
    }
}

/// What somebody in this role shows the broker. The key must exist.
///
/// # Errors
/// See [`KeyError`].
pub fn credentials(dir: &StateDir, role: &Role) -> Result<bus::Credentials, KeyError> {
    let path = role.path(dir);
    let seed = read(&path)?.ok_or(KeyError::Absent { path })?;
    Ok(bus::Credentials { seed, inbox_prefix: role.inbox_prefix() })
}

/// The public key of `role`; makes the key if there is none.
///
/// # Errors
/// See [`KeyError`].
pub fn public_key(dir: &StateDir, role: &Role) -> Result<String, KeyError> {
    let path = role.path(dir);
    let seed = match read(&path)? {
        Some(seed) => seed,
        None => make(&path)?,
    };
    pair(&seed, &path).map(|pair| pair.public_key())
}

fn read(path: &Path) -> Result<Option<String>, KeyError> {
    let Some(text) = read_if_there(path).map_err(KeyError::File)? else { return Ok(None) };
    let seed = text.trim().to_owned();
    pair(&seed, path)?;
    Ok(Some(seed))
}

fn make(path: &Path) -> Result<String, KeyError> {
    let malformed = |source| KeyError::Malformed { path: path.to_owned(), source };
    let seed = KeyPair::new_user().seed().map_err(malformed)?;
    write_atomically(path, seed.as_bytes()).map_err(KeyError::File)?;
    Ok(seed)
}

fn pair(seed: &str, path: &Path) -> Result<KeyPair, KeyError> {
    KeyPair::from_seed(seed).map_err(|source| KeyError::Malformed { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_private_and_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let dir = StateDir::new(folder.path());
        let beat = Role::Instance(Kind::Processor, Name::new("beat").unwrap());
        assert!(matches!(credentials(&dir, &beat), Err(KeyError::Absent { .. })));
        let public = public_key(&dir, &beat).unwrap();
        assert!(public.starts_with('U'));
        assert_eq!(public_key(&dir, &beat).unwrap(), public);
        assert_ne!(public_key(&dir, &Role::Operator).unwrap(), public);
        assert_eq!(credentials(&dir, &beat).unwrap().inbox_prefix, "_INBOX_processor.beat");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            for entry in std::fs::read_dir(dir.keys()).unwrap() {
                assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
            }
        }
    }

    #[test]
    fn an_instance_called_operator_has_another_key() {
        let folder = tempfile::tempdir().unwrap();
        let dir = StateDir::new(folder.path());
        let impostor = Role::Instance(Kind::Sink, Name::new("operator").unwrap());
        assert_ne!(impostor.path(&dir), Role::Operator.path(&dir));
    }

    #[test]
    fn a_damaged_key_is_named_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let dir = StateDir::new(folder.path());
        std::fs::create_dir_all(dir.keys()).unwrap();
        std::fs::write(Role::Operator.path(&dir), "rubbish").unwrap();
        let error = public_key(&dir, &Role::Operator).unwrap_err();
        assert!(error.to_string().contains("operator.nk"), "{error}");
        assert!(!format!("{error:?}").contains("rubbish"));
    }
}
