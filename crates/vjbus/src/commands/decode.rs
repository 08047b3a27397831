//! `vjbus decode`: one payload of either codec from standard input, as JSON on standard output.

use std::io::{Read as _, Write as _};

use schemas::wire;

use crate::failure::{Failure, Outcome};

/// Reads all of standard input, at most one payload.
pub(crate) fn run() -> Outcome {
    let mut bytes = Vec::new();
    std::io::stdin().take(wire::MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    let value = wire::decode_value(&bytes).map_err(|error| Failure::usage(crate::chain(&error)))?;
    writeln!(std::io::stdout(), "{value}")?;
    Ok(())
}
