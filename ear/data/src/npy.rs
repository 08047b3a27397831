//! Arrays of 32-bit floats in NumPy's format, version 1.0: numpy.lib.format.

use std::fs::File;
use std::io::{BufWriter, Result, Write as _};
use std::path::Path;

/// Writes rows of `columns` values.
pub(crate) fn write(path: &Path, columns: usize, values: &[f32]) -> Result<()> {
    let rows = values.len() / columns.max(1);
    let dictionary = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    // The data begin at a multiple of 64 bytes: magic, version and length take 10, a line feed one.
    let header = format!("{dictionary:<width$}\n", width = (dictionary.len() + 11).next_multiple_of(64) - 11);
    let mut out = BufWriter::new(File::create(path)?);
    out.write_all(b"\x93NUMPY\x01\x00")?;
    out.write_all(&u16::try_from(header.len()).unwrap_or(u16::MAX).to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    for value in values {
        out.write_all(&value.to_le_bytes())?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_begin_where_the_header_says() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.npy");
        write(&file, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.5]).unwrap();
        let bytes = std::fs::read(&file).unwrap();
        let begin = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        let header = String::from_utf8_lossy(&bytes[10..begin]).into_owned();
        assert!(header.contains("'shape': (2, 3)") && header.ends_with('\n'), "{header:?}");
        assert_eq!((begin % 64, bytes.len() - begin), (0, 6 * 4));
        assert_eq!(&bytes[bytes.len() - 4..], 6.5_f32.to_le_bytes());
    }
}
