//! The one binary: command line and the table of components.
