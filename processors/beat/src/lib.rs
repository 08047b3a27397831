//! Beat grid and ticks, predicted ahead, from an engine behind a trait.
