//! The clock that follows a beat grid and fires every beat once, on time.
