//! Files for their owner's eyes alone. On Windows files have the modes of their folder.

use std::fs;
use std::io;
use std::path::Path;

/// A file that is made by these options belongs to its owner alone.
pub fn owner_only(options: &mut fs::OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _as_the_folder = options;
}

/// Makes a folder and those above it; what is made here belongs to its owner alone.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
