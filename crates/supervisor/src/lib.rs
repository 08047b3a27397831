//! Restart policy, processes, managed broker, adoption, overlay.
