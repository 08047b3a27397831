//! Beats on time: datagrams of a sink's beat clock against those of a bare timer.
//!
//! Both kinds run at once, several threads of each, their instants interleaved: what the machine does to
//! one it does to the other, and the difference is what the beat clock itself adds.

use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Result, anyhow, bail, ensure};
use beatclock::{BeatClock, Beats, DeadlineThread, HOLD_MAX_S, Heard, MAX_BPM};
use schemas::beat::{Grid, Mode};
use testkit::wait::mono_ns;

use crate::arrivals::{Arrival, Arrivals};
use crate::platform::sleep_until_ns;
use crate::report::{Budgets, Section, Table, in_ms, ms};
use crate::stats::Spread;

/// Threads of each kind: a night with this many targets that follow different sources.
const CLOCKS: usize = 4;
/// Rounds.
const ROUNDS: usize = 3;
/// Length of a round in milliseconds: with four clocks at 1000 BPM about 1000 beats of each kind.
const ROUND_MS: i64 = 15_000;
/// How often a clock hears a grid, as in a show.
const GRID_MS: i64 = 500;
/// Time from the start of a round to its first beat.
const LEAD_NS: i64 = 100_000_000;
/// Distance of two beats of one thread.
const PERIOD_NS: i64 = (60e9 / MAX_BPM) as i64;
/// First byte of a datagram: who sent it.
const CLOCK: u8 = b'c';
const BARE: u8 = b'b';

/// Measures both.
pub(crate) fn run() -> Result<Section> {
    let (mut clock, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (of_clock, of_bare) = round(ROUND_MS)?;
        clock.push(of_clock);
        bare.push(of_bare);
    }
    let (clock, bare) = (Spread::median_of(&clock), Spread::median_of(&bare));
    let mut table = Table::new(&["sender", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "beats"]);
    for (name, spread) in [("beat clock", &clock), ("bare timer", &bare)] {
        let [p50, p99, p999, max] = ms(spread);
        table.row([name.to_owned(), p50, p99, p999, max, spread.count.to_string()]);
    }
    let more = |a: f64, b: f64| format!("{:+.3}", (a - b) / 1e6);
    table.row([
        "*difference*".to_owned(),
        more(clock.p50, bare.p50),
        more(clock.p99, bare.p99),
        more(clock.p999, bare.p999),
        more(clock.max, bare.max),
    ]);
    let mut budgets = Budgets::new();
    let met = on_time(clock.p99, bare.p99);
    budgets.add("beat clock alone, p99", in_ms(clock.p99), "≤ 2 ms, or bare timer + 1 ms", met);
    let intro = format!(
        "|arrival − predicted instant| of datagrams on loopback, arrival stamped by the kernel. {CLOCKS} threads of the \
         beat clock that every sink has, each at {MAX_BPM} BPM with a grid every {GRID_MS} ms, and {CLOCKS} bare absolute timers \
         at the same time. Medians of {ROUNDS} rounds of {} s.",
        ROUND_MS / 1000
    );
    Ok(Section::new("Beat timing").text(intro).table(table).table(budgets.into_table().0))
}

/// DESIGN: at most 2 ms, or what a bare timer has in the same run plus 1 ms.
pub(crate) fn on_time(p99_ns: f64, bare_p99_ns: f64) -> bool {
    p99_ns <= 2e6 || p99_ns <= bare_p99_ns + 1e6
}

/// Errors of one bare timer that runs beside something else: what the machine does to anybody.
pub(crate) fn floor(length: Duration) -> Result<Spread> {
    let arrivals = Arrivals::listen()?;
    let stop = Arc::<AtomicBool>::default();
    let timer = timer(arrivals.port(), mono_ns() + LEAD_NS, Arc::clone(&stop))?;
    std::thread::sleep(length);
    stop.store(true, Ordering::Relaxed);
    timer.join().map_err(|_| anyhow!("a timer panicked"))??;
    Ok(errors(&arrivals.take(), BARE))
}

/// One round: errors of the beat clock and of the bare timer.
fn round(length_ms: i64) -> Result<(Spread, Spread)> {
    let arrivals = Arrivals::listen()?;
    let start_ns = mono_ns() + LEAD_NS;
    let end_ns = start_ns + length_ms * 1_000_000;
    let step_ns = PERIOD_NS / (2 * CLOCKS as i64);
    let offsets = |first: i64| (0..CLOCKS as i64).map(move |n| start_ns + (2 * n + first) * step_ns);
    let clocks: Vec<_> = offsets(0).map(|at_ns| clock(arrivals.port(), at_ns)).collect::<Result<_>>()?;
    let stop = Arc::<AtomicBool>::default();
    let timers: Vec<_> =
        offsets(1).map(|at_ns| timer(arrivals.port(), at_ns, Arc::clone(&stop))).collect::<Result<_>>()?;
    keep_informed(&clocks, end_ns)?;
    stop.store(true, Ordering::Relaxed);
    drop(clocks);
    for timer in timers {
        timer.join().map_err(|_| anyhow!("a timer panicked"))??;
    }
    std::thread::sleep(Duration::from_millis(20));
    let received = arrivals.take();
    let (clock, bare) = (errors(&received, CLOCK), errors(&received, BARE));
    ensure!(clock.count > 0 && bare.count > 0, "no beats arrived: {} and {}", clock.count, bare.count);
    Ok((clock, bare))
}

fn connected(port: u16) -> Result<UdpSocket> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(("127.0.0.1", port))?;
    Ok(socket)
}

/// Who sent it and for which instant.
fn datagram(who: u8, at_ns: i64) -> [u8; 9] {
    let mut bytes = [who; 9];
    bytes[1..].copy_from_slice(&at_ns.to_be_bytes());
    bytes
}

struct Clock {
    thread: DeadlineThread<Heard>,
    first_ns: i64,
}

fn clock(port: u16, first_ns: i64) -> Result<Clock> {
    let socket = connected(port)?;
    let agenda = Beats::new(BeatClock::new(HOLD_MAX_S), move |fire| {
        // A datagram that loopback loses is missing from the count of beats.
        let _lost = socket.send(&datagram(CLOCK, fire.at_ns));
    });
    let clock = Clock { thread: DeadlineThread::spawn("bench-clock", agenda)?, first_ns };
    clock.hear(0)?;
    Ok(clock)
}

impl Clock {
    /// Sends the grid as of beat `index`.
    fn hear(&self, index: i64) -> Result<()> {
        let grid = Grid {
            bpm: MAX_BPM,
            index,
            beat: None,
            beats_per_bar: None,
            bar: None,
            confidence: 1.0,
            downbeat_confidence: 0.0,
            mode: Mode::Locked,
        };
        let heard = Heard { grid, at_ns: self.first_ns + index * PERIOD_NS, sent_ns: mono_ns(), jump: false };
        self.thread.send(heard).map_err(|_full| anyhow!("the beat clock is stuck"))
    }
}

fn keep_informed(clocks: &[Clock], end_ns: i64) -> Result<()> {
    let mut next_ns = mono_ns() + GRID_MS * 1_000_000;
    while next_ns < end_ns {
        sleep_until_ns(next_ns);
        for clock in clocks {
            if !clock.thread.is_running() {
                bail!("a beat clock has ended");
            }
            clock.hear((next_ns - clock.first_ns) / PERIOD_NS)?;
        }
        next_ns += GRID_MS * 1_000_000;
    }
    sleep_until_ns(end_ns);
    Ok(())
}

fn timer(port: u16, first_ns: i64, stop: Arc<AtomicBool>) -> Result<JoinHandle<Result<()>>> {
    let socket = connected(port)?;
    let send = move || {
        let mut at_ns = first_ns;
        while !stop.load(Ordering::Relaxed) {
            sleep_until_ns(at_ns);
            socket.send(&datagram(BARE, at_ns))?;
            at_ns += PERIOD_NS;
        }
        Ok(())
    };
    Ok(std::thread::Builder::new().name("bench-timer".into()).spawn(send)?)
}

fn errors(received: &[Arrival], who: u8) -> Spread {
    let error = |arrival: &Arrival| {
        let (&from, at) = arrival.bytes.split_first()?;
        let at_ns = i64::from_be_bytes(at.try_into().ok()?);
        (from == who).then_some((arrival.at_ns - at_ns).abs())
    };
    Spread::of(received.iter().filter_map(error).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_arrive_and_are_told_apart() {
        let (clock, bare) = round(400).unwrap();
        // 400 ms at 1000 BPM are six or seven beats of each of four threads; a machine that stalls makes it longer.
        assert!((20..=80).contains(&clock.count) && (20..=80).contains(&bare.count), "{clock:?} {bare:?}");
        assert!(clock.p50 > 0.0 && bare.p50 > 0.0);
    }

    #[test]
    fn a_slow_machine_is_judged_by_its_own_timer() {
        assert!(on_time(1.9e6, 0.1e6) && on_time(5.0e6, 4.5e6));
        assert!(!on_time(2.1e6, 0.1e6));
    }
}
