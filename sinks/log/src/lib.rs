//! JSON lines of chosen subjects, with rotation.
