//! What differs between operating systems: the monotonic clock, the boot and the name of the host.
//!
//! Gap: on Windows the boot identifier is that of the process, so stamps of another process count as of another boot and
//! wall time is used between processes.

use std::sync::LazyLock;

/// CLOCK_MONOTONIC in nanoseconds: runs through wall-clock jumps, stands still in suspend.
#[cfg(unix)]
pub fn mono_ns() -> i64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    now.tv_sec * 1_000_000_000 + now.tv_nsec
}

/// Nanoseconds since the first call in this process.
#[cfg(not(unix))]
pub fn mono_ns() -> i64 {
    static START: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);
    i64::try_from(START.elapsed().as_nanos()).unwrap_or(i64::MAX)
}

/// Identifier of this boot: monotonic stamps compare only within one.
pub fn boot_id() -> &'static str {
    static BOOT: LazyLock<String> = LazyLock::new(|| {
        std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .map(|id| id.trim().to_owned())
            .unwrap_or_else(|_| format!("process-{}", std::process::id()))
    });
    &BOOT
}

/// Name of this host.
pub fn host_name() -> &'static str {
    static HOST: LazyLock<String> = LazyLock::new(|| {
        #[cfg(unix)]
        let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
        #[cfg(not(unix))]
        let name = std::env::var("COMPUTERNAME").unwrap_or_else(|_| "localhost".into());
        name
    });
    &HOST
}
