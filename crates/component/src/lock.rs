//! The name of an instance: a kernel file lock, free the moment its process dies.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

/// A lock that is held as long as this lives.
#[derive(Debug)]
pub struct Held {
    _file: File,
}

/// Why a name cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error(
        "“{name}” is already running here as process {holder}: stop that one first, or give this one another name"
    )]
    Taken {
        /// The name.
        name: String,
        /// Its process, as it wrote itself down.
        holder: String,
    },
    /// The folder cannot be written.
    #[error("cannot lock {}: make the state folder writable, or set state_dir to another one", path.display())]
    Unwritable {
        /// The lock file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl Held {
    /// Takes the lock of `name` under `state_dir/locks`.
    ///
    /// # Errors
    /// [`LockError::Taken`] with the holder's process id, or [`LockError::Unwritable`].
    pub fn take(state_dir: &Path, name: &str) -> Result<Held, LockError> {
        let path = state_dir.join("locks").join(format!("{name}.lock"));
        let unwritable = |source| LockError::Unwritable { path: path.clone(), source };
        std::fs::create_dir_all(state_dir.join("locks")).map_err(unwritable)?;
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(unwritable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(LockError::Taken { name: name.to_owned(), holder: read(&mut file) });
            }
            Err(std::fs::TryLockError::Error(source)) => return Err(unwritable(source)),
        }
        write_pid(&mut file).map_err(unwritable)?;
        Ok(Held { _file: file })
    }
}

fn write_pid(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    write!(file, "{}", std::process::id())
}

fn read(file: &mut File) -> String {
    let mut holder = String::new();
    match file.take(32).read_to_string(&mut holder) {
        Ok(read) if read > 0 => holder,
        _ => "unknown".into(),
    }
}
