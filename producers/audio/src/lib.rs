//! Sound into the bus: capture device, file or the demo track.
