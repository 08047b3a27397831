//! Chooses the source whose beat is the room's, and republishes it.
