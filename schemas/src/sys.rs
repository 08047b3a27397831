//! How the components themselves are doing.

use std::collections::BTreeMap;

choice! {
    /// What a component says of itself. The supervisor adds backoff, gave_up, hung and stopped.
    State {
        /// not yet ready
        Starting = "starting",
        /// working, or waiting for input
        Ready = "ready",
        /// in a long piece of work that has a maximum
        Busy = "busy",
        /// running without something that it needs; `reason` says what
        Degraded = "degraded",
        /// draining before it exits
        Stopping = "stopping",
        /// supervisor: waiting before the next start
        Backoff = "backoff",
        /// supervisor: crashed too often, tried again now and then
        GaveUp = "gave_up",
        /// supervisor: alive without progress, about to be killed
        Hung = "hung",
        /// supervisor: not running, by wish or for a configuration error
        Stopped = "stopped",
    }
}

message! {
    /// A sign of progress, from the very loop that handles messages, every second.
    Heartbeat = "sys.heartbeat", Stream, Json, Instance {
        /// component, e.g. `processors/beat`
        component: String,
        /// process id
        pid: u32,
        /// Unix seconds at process start
        started: f64,
        /// starting, ready, busy, degraded or stopping
        state: State,
        /// why, empty when there is nothing to say
        reason: String,
        /// rounds of the main loop since the start
        progress: u64,
        /// version of the program
        version: String,
        /// seconds since the start
        uptime_s: f64,
        /// time from a message's arrival in the process to its handling, worst of the last second, in ms
        lag_ms: f64,
        /// messages dropped since the start, on the way in and out
        dropped: u64,
        /// last error, or null
        last_error: Option<String>,
        /// busy only: seconds until the work must be done
        #[serde(default, skip_serializing_if = "Option::is_none")]
        busy_s: Option<f64>,
        /// counters of the component by name
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        counters: BTreeMap<String, u64>,
        /// live changes in force, kept by the supervisor for the next generation
        #[serde(default, skip_serializing_if = "Option::is_none")]
        overlay: Option<serde_json::Value>,
    }
}

choice! {
    /// A step in the life of an instance.
    LifecycleEvent {
        /// the process has begun
        Starting = "starting",
        /// it does its work
        Ready = "ready",
        /// the process has ended
        Exited = "exited",
        /// it was started again
        Restarted = "restarted",
        /// it crashed too often
        GaveUp = "gave_up",
        /// a new supervisor has taken it over
        Adopted = "adopted",
        /// it was stopped by wish
        Stopped = "stopped",
    }
}

message! {
    /// A step in the life of an instance.
    Lifecycle = "sys.lifecycle", Event, Json, Instance {
        /// starting, ready, exited, restarted, gave_up, adopted or stopped
        event: LifecycleEvent,
        /// why
        reason: String,
    }
}

message! {
    /// A warning or error of an instance.
    Log = "sys.log", Event, Json, Instance {
        /// warn or error
        level: String,
        /// module that wrote it
        target: String,
        /// what happened
        message: String,
        /// its fields
        fields: BTreeMap<String, String>,
    }
}
