//! Mirrors of OSC traffic, published only while somebody holds a `watch` lease.

message! {
    /// One OSC message that was sent to a target.
    Out = "osc.out", Event, Json, Target {
        /// OSC address
        address: String,
        /// its arguments
        args: Vec<serde_json::Value>,
    }
}

message! {
    /// One OSC message that was received.
    In = "osc.in", Event, Json, Instance {
        /// OSC address
        address: String,
        /// its arguments
        args: Vec<serde_json::Value>,
    }
}
