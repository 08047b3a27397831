//! The thread in real time. Bounds are loose because test machines are busy; the figures are printed.

use std::sync::mpsc::{Receiver, channel};

use schemas::beat::{Grid, Mode};

use super::*;
use crate::{BeatClock, Beats, Fire, Heard};

const PATIENCE: Duration = Duration::from_secs(10);

fn heard(bpm: f64, index: i64, at_ns: i64) -> Heard {
    let grid = Grid {
        bpm,
        index,
        beat: None,
        beats_per_bar: None,
        bar: None,
        confidence: 1.0,
        downbeat_confidence: 0.0,
        mode: Mode::Locked,
    };
    Heard { grid, at_ns, sent_ns: mono_ns(), jump: false }
}

fn start() -> (DeadlineThread<Heard>, Receiver<(Fire, i64)>) {
    let (sender, receiver) = channel();
    let agenda = Beats::new(BeatClock::new(60.0), move |fire| {
        sender.send((fire, mono_ns())).expect("the test listens");
    });
    (DeadlineThread::spawn("test-beat", agenda).unwrap(), receiver)
}

#[test]
fn fires_in_order_and_on_time() {
    let (thread, fires) = start();
    // 240 a minute: four beats a second, for about two seconds.
    thread.send(heard(240.0, 0, mono_ns() + 50_000_000)).unwrap();
    let mut late_us: Vec<i64> = (0..8)
        .map(|index| {
            let (fire, now_ns) = fires.recv_timeout(PATIENCE).expect("a beat");
            assert_eq!(fire.index, index);
            assert!(now_ns >= fire.at_ns, "early by {} ns", fire.at_ns - now_ns);
            (now_ns - fire.at_ns) / 1000
        })
        .collect();
    late_us.sort_unstable();
    println!("late by: median {} us, worst {} us", late_us[4], late_us[7]);
    assert!(late_us[4] <= 50_000, "{late_us:?}");
    assert!(thread.is_running());
}

#[test]
fn news_wakes_it_from_a_long_wait() {
    let (thread, fires) = start();
    thread.send(heard(20.0, 0, mono_ns() + 3_000_000_000)).unwrap();
    let at_ns = mono_ns() + 30_000_000;
    thread.send(Heard { jump: true, ..heard(300.0, 50, at_ns) }).unwrap();
    let (fire, now_ns) = fires.recv_timeout(PATIENCE).expect("a beat");
    println!("index {} late by {} us", fire.index, (now_ns - at_ns) / 1000);
    assert_eq!((fire.bpm, fire.index), (300.0, 50));
    assert!(now_ns - at_ns < 1_000_000_000, "it slept through the news");
}

#[test]
fn a_full_inbox_says_so_and_dropping_ends_the_thread() {
    struct Stuck(Receiver<()>);
    impl Agenda for Stuck {
        type Message = ();
        fn take(&mut self, (): (), _now_ns: i64) {
            self.0.recv_timeout(PATIENCE).expect("released");
        }
        fn due_ns(&mut self, _now_ns: i64) -> Option<i64> {
            None
        }
        fn run(&mut self, _now_ns: i64) {}
    }
    let (release, gate) = channel();
    let thread = DeadlineThread::spawn("test-stuck", Stuck(gate)).unwrap();
    let full = (0..2 * INBOX_CAPACITY + 2).find(|_| thread.send(()).is_err());
    assert!(full.is_some_and(|sent| sent >= INBOX_CAPACITY), "{full:?}");
    for _ in 0..2 * INBOX_CAPACITY + 2 {
        release.send(()).unwrap();
    }
    drop(thread);
    assert!(release.send(()).is_err(), "the agenda is gone with its thread");
}
