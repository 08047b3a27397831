//! Open Sound Control to any number of targets, mapped by files.
