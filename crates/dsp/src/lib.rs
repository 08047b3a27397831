//! Pure signal code: no runtime, no wire types, no clock of its own.
