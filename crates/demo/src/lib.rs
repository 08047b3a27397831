//! A track synthesised from a seed, with its beats and sections known exactly.
