//! `vjbus check`: all mistakes at once, without a broker and without starting anything.

use std::io::Write as _;

use component::Entry;

use crate::config::{self, Layers};
use crate::failure::{Failure, Outcome};

/// Checks the configuration and every target file that an enabled target uses.
pub(crate) fn run(layers: &Layers, registry: &[Entry]) -> Outcome {
    let (mut mistakes, config) = match config::load(layers, registry) {
        Ok(config) => (Vec::new(), Some(config)),
        Err(mistakes) => (mistakes.iter().map(ToString::to_string).collect(), None),
    };
    let folder = layers.folder().map(|f| f.join("targets"));
    mistakes.extend(super::target::mistakes(config.as_ref(), folder.as_deref()));
    if mistakes.is_empty() {
        let read = layers.path().map_or_else(|| "the defaults".to_owned(), |p| p.display().to_string());
        writeln!(std::io::stdout(), "{read}: no mistakes")?;
        return Ok(());
    }
    let lines: Vec<String> = mistakes.iter().map(|m| format!("\n  {m}")).collect();
    Err(Failure::usage(format!("{} to mend:{}", crate::count(mistakes.len(), "mistake"), lines.concat())))
}
