//! The clock and the sleep of the operating system.
//!
//! Linux: CLOCK_MONOTONIC and `clock_nanosleep` with an absolute deadline, which no preemption
//! between reading the clock and going to sleep can make late. macOS has the clock without the
//! absolute sleep; Windows has neither, there the clock starts with the process, so instants cannot
//! be shared between processes and `at` of a message has to be used instead.

/// Nanoseconds on CLOCK_MONOTONIC.
#[cfg(unix)]
pub fn mono_ns() -> i64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    now.tv_sec * 1_000_000_000 + now.tv_nsec
}

/// Nanoseconds since this was first asked.
#[cfg(not(unix))]
pub fn mono_ns() -> i64 {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    i64::try_from(START.elapsed().as_nanos()).unwrap_or(i64::MAX)
}

/// Sleeps until [`mono_ns`] reaches `deadline_ns`; may return early when a signal arrives.
#[cfg(target_os = "linux")]
pub(crate) fn sleep_until_ns(deadline_ns: i64) {
    let deadline = rustix::thread::Timespec {
        tv_sec: deadline_ns.div_euclid(1_000_000_000),
        tv_nsec: deadline_ns.rem_euclid(1_000_000_000),
    };
    if rustix::thread::clock_nanosleep_absolute(rustix::thread::ClockId::Monotonic, &deadline).is_err() {
        // Interrupted: the caller looks at the clock again anyway.
        std::thread::yield_now();
    }
}

/// Sleeps until [`mono_ns`] reaches `deadline_ns`, by a relative sleep.
#[cfg(not(target_os = "linux"))]
pub(crate) fn sleep_until_ns(deadline_ns: i64) {
    let left_ns = u64::try_from(deadline_ns - mono_ns()).unwrap_or(0);
    std::thread::sleep(std::time::Duration::from_nanos(left_ns));
}

/// Asks the system to prefer this thread over others. Whether it may is a matter of the user's rights
/// (`nice` in limits.conf; the group `audio` has it where JACK is installed); without, a machine with
/// more work than cores delays beats by some milliseconds.
#[cfg(target_os = "linux")]
pub(crate) fn prefer_this_thread() {
    // PulseAudio takes -11 for itself (its documented default); a beat is worth a little more than a buffer.
    const NICE: i32 = -15;
    let this = Some(rustix::thread::gettid());
    if let Err(error) = rustix::process::setpriority_process(this, NICE) {
        tracing::debug!(%error, "beats have no priority over other work: the user may not set it");
    }
}

/// Not asked for here: macOS and Windows have their own ways, which need `unsafe` or a privilege.
#[cfg(not(target_os = "linux"))]
pub(crate) fn prefer_this_thread() {}
