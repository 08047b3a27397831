//! Absolute sleep, arrival stamps and process figures of the operating system.
//!
//! Linux: `clock_nanosleep` with an absolute deadline, stamps by the kernel (`SO_TIMESTAMPNS`), and
//! `/proc`. Elsewhere the sleep is relative, stamps are taken by the thread that reads, and process
//! figures are not to be had: the program then says so instead of printing zeros.

use std::io;
use std::net::UdpSocket;

use testkit::wait::mono_ns;

/// Sleeps until CLOCK_MONOTONIC reaches `deadline_ns`.
#[cfg(target_os = "linux")]
pub(crate) fn sleep_until_ns(deadline_ns: i64) {
    use rustix::thread::{ClockId, Timespec, clock_nanosleep_absolute};
    let deadline = Timespec { tv_sec: deadline_ns / 1_000_000_000, tv_nsec: deadline_ns % 1_000_000_000 };
    // A signal ends the sleep early: sleep again.
    while mono_ns() < deadline_ns && clock_nanosleep_absolute(ClockId::Monotonic, &deadline).is_err() {}
}

/// Sleeps until CLOCK_MONOTONIC reaches `deadline_ns`.
#[cfg(not(target_os = "linux"))]
pub(crate) fn sleep_until_ns(deadline_ns: i64) {
    let left_ns = u64::try_from(deadline_ns - mono_ns()).unwrap_or(0);
    std::thread::sleep(std::time::Duration::from_nanos(left_ns));
}

/// Asks the kernel to stamp what arrives.
#[cfg(target_os = "linux")]
pub(crate) fn stamp_arrivals(socket: &UdpSocket) -> io::Result<()> {
    use nix::sys::socket::{setsockopt, sockopt::ReceiveTimestampns};
    Ok(setsockopt(socket, ReceiveTimestampns, &true)?)
}

/// Asks nobody: the reading thread stamps.
#[cfg(not(target_os = "linux"))]
pub(crate) fn stamp_arrivals(_socket: &UdpSocket) -> io::Result<()> {
    Ok(())
}

/// Waits for a datagram: its length, and when the kernel had it on CLOCK_MONOTONIC.
#[cfg(target_os = "linux")]
pub(crate) fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<(usize, i64)> {
    use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg};
    use nix::sys::time::TimeSpec;
    use std::os::fd::AsRawFd as _;

    let mut control = nix::cmsg_space!(TimeSpec);
    let mut parts = [io::IoSliceMut::new(buffer)];
    let message = recvmsg::<()>(socket.as_raw_fd(), &mut parts, Some(&mut control), MsgFlags::empty())?;
    let stamped = message.cmsgs()?.find_map(|control| match control {
        ControlMessageOwned::ScmTimestampns(at) => Some(at.tv_sec() * 1_000_000_000 + at.tv_nsec()),
        _ => None,
    });
    let wall_ns = stamped.ok_or_else(|| io::Error::other("the kernel did not stamp a datagram"))?;
    Ok((message.bytes, wall_ns - wall_ahead_ns()))
}

/// Waits for a datagram: its length, and when this thread had it on CLOCK_MONOTONIC.
#[cfg(not(target_os = "linux"))]
pub(crate) fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<(usize, i64)> {
    let length = socket.recv(buffer)?;
    Ok((length, mono_ns()))
}

/// What the wall clock, which the kernel stamps with, is ahead of CLOCK_MONOTONIC just now.
#[cfg(target_os = "linux")]
fn wall_ahead_ns() -> i64 {
    use rustix::time::{ClockId, clock_gettime};
    let read = || {
        let before = mono_ns();
        let wall = clock_gettime(ClockId::Realtime);
        let after = mono_ns();
        (after - before, wall.tv_sec * 1_000_000_000 + wall.tv_nsec - (before + after) / 2)
    };
    // The pair that was read quickest was not interrupted between its readings.
    [read(), read(), read()].into_iter().min().map_or(0, |(_, ahead_ns)| ahead_ns)
}

/// CPU time that a process has used so far, in seconds; none when it is gone or the system does not say.
pub(crate) fn cpu_s(pid: u32) -> Option<f64> {
    /// Unit of the times in `/proc/PID/stat`: USER_HZ, 100 on every common Linux.
    const TICKS_PER_S: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in brackets and may hold anything; utime and stime are 14 and 15.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS_PER_S)
}

/// Proportional set size of a process in bytes: what it has alone, and its share of what it shares.
pub(crate) fn pss_bytes(pid: u32) -> Option<f64> {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? * 1024.0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_datagram_is_stamped_between_sending_and_reading() {
        let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
        stamp_arrivals(&receiver).unwrap();
        let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
        // The kernel begins to stamp a little after it was asked to; what comes before is stamped by its reader.
        let stamped = (0..50).any(|_| {
            let before = mono_ns();
            sender.send_to(b"beat", receiver.local_addr().unwrap()).unwrap();
            let sent = mono_ns();
            sleep_until_ns(sent + 20_000_000);
            let mut buffer = [0; 16];
            let (length, at_ns) = receive(&receiver, &mut buffer).unwrap();
            assert_eq!(&buffer[..length], b"beat");
            // Both clocks are read one after the other, hence some tolerance; a stamp of the reader would be 20 ms off.
            (before - 100_000..=sent + 5_000_000).contains(&at_ns)
        });
        assert!(stamped, "in a second no datagram was stamped before it was read");
    }

    #[test]
    fn our_own_process_has_used_time_and_memory() {
        let us = std::process::id();
        assert!(cpu_s(us).is_some_and(|s| s < 3600.0));
        assert!(pss_bytes(us).is_some_and(|bytes| bytes > 100e3));
        assert_eq!(cpu_s(u32::MAX), None);
    }
}
