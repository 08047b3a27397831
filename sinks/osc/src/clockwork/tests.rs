//! The clockwork driven by hand, and once on its thread, through a real socket.

use std::net::UdpSocket;
use std::time::Duration;

use beatclock::DeadlineThread;
use rosc::{OscPacket, decoder};
use schemas::beat::{Grid, Mode};

use super::*;
use crate::send::Mirror;
use crate::target::SHIPPED;

const MS: i64 = 1_000_000;
const HEAD: &str = "title = \"T\"\nevidence = \"unverified\"\naddress = \"127.0.0.1:9\"\nmax_rate_hz = 10\n";
const TRIGGER: &str = "[[send]]\nfrom = \"beat.tick\"\nosc = \"/trigger\"\nargs = [{ type = \"f\", value = 1 }]\nrelease = { after_ms = 50, args = [{ type = \"f\", value = 0 }] }\n";
const COUNT: &str =
    "[[send]]\nfrom = \"beat.tick\"\nosc = \"/count\"\nargs = [{ type = \"i\", field = \"index\" }]\n";
const PHASE: &str =
    "[[send]]\nfrom = \"beat.phase\"\nosc = \"/phase\"\nargs = [{ type = \"f\", field = \"phase\" }]\n";

struct Stage {
    clockwork: Clockwork,
    receiver: UdpSocket,
    destination: Arc<Destination>,
}

fn hand(destination: &Arc<Destination>, text: &str) -> Hand {
    let target = Arc::new(Target::compile(text).unwrap());
    Hand::new(Name::room(), target, Arc::clone(destination), BeatClock::new(60.0))
}

fn stage(sends: &str) -> Stage {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    receiver.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let address = receiver.local_addr().unwrap().to_string();
    let destination = Destination::new(Name::main(), &address, false, Arc::new(Mirror::new().0));
    let mut clockwork = Clockwork::new(Arc::default());
    clockwork.take(News::Hands(vec![hand(&destination, &format!("{HEAD}{sends}"))]), 0);
    Stage { clockwork, receiver, destination }
}

fn grid(index: i64, at_ms: i64) -> News {
    let grid = Grid {
        bpm: 120.0,
        index,
        beat: Some(1),
        beats_per_bar: Some(4),
        bar: Some(1),
        confidence: 0.9,
        downbeat_confidence: 0.9,
        mode: Mode::Locked,
    };
    News::Grid(Name::room(), Heard { grid, at_ns: at_ms * MS, sent_ns: 0, jump: false })
}

impl Stage {
    /// Runs to `until_ms`, as the thread would.
    fn run(&mut self, from_ms: i64, until_ms: i64) {
        let mut now_ns = from_ms * MS;
        while let Some(due_ns) = self.clockwork.due_ns(now_ns).filter(|due_ns| *due_ns < until_ms * MS) {
            now_ns = now_ns.max(due_ns);
            self.clockwork.run(now_ns);
        }
    }

    /// Everything that has been sent since the last call, as `address value`.
    fn received(&mut self, so_far: u64) -> Vec<String> {
        (so_far..self.destination.counts().sent).map(|_| read(&self.receiver)).collect()
    }
}

fn read(receiver: &UdpSocket) -> String {
    let mut buffer = [0; 2000];
    let length = receiver.recv(&mut buffer).expect("a datagram");
    match decoder::decode_udp(&buffer[..length]).unwrap().1 {
        OscPacket::Message(message) => {
            let args: Vec<_> = message.args.iter().map(|arg| crate::send::json(arg).to_string()).collect();
            format!("{} {}", message.addr, args.join(" "))
        }
        OscPacket::Bundle(_) => panic!("a bundle"),
    }
}

#[test]
fn each_beat_is_sent_once_and_its_trigger_released() {
    let mut stage = stage(&format!("{TRIGGER}{COUNT}"));
    stage.clockwork.take(grid(7, 100), 0);
    stage.run(0, 700);
    let both = |n: i64| ["/trigger 1.0".to_owned(), format!("/count {n}"), "/trigger 0.0".to_owned()];
    assert_eq!(stage.received(0), [both(7), both(8)].concat());
}

#[test]
fn a_trigger_before_its_release_shows_both_edges() {
    let mut stage = stage(TRIGGER);
    let pull = || News::Trigger(Name::main(), Trigger { mapping: 0, args: vec![OscType::Float(1.0)] });
    stage.clockwork.take(pull(), 0);
    stage.clockwork.take(pull(), 20 * MS);
    stage.run(20, 200);
    assert_eq!(stage.received(0), ["/trigger 1.0", "/trigger 0.0", "/trigger 1.0", "/trigger 0.0"]);
}

#[test]
fn phase_runs_at_its_rate_and_stops_with_the_beat() {
    let mut stage = stage(PHASE);
    stage.run(0, 1000);
    assert_eq!(stage.destination.counts().sent, 0, "no grid, no phase");
    stage.clockwork.take(grid(0, 1000), 1000 * MS);
    stage.run(1000, 2000);
    let sent = stage.received(0);
    assert!((10..=12).contains(&sent.len()), "{sent:?}");
    assert!(sent.contains(&"/phase 0.20000000298023224".to_owned()), "{sent:?}");
}

#[test]
fn a_new_configuration_keeps_the_beat_and_leaves_no_trigger_on() {
    let mut stage = stage(&format!("{TRIGGER}{COUNT}"));
    stage.clockwork.take(grid(7, 100), 0);
    stage.run(0, 110);
    assert_eq!(stage.received(0), ["/trigger 1.0", "/count 7"]);
    let next = hand(&stage.destination, &format!("{HEAD}{COUNT}"));
    stage.clockwork.take(News::Hands(vec![next]), 110 * MS);
    stage.run(110, 700);
    assert_eq!(stage.received(2), ["/trigger 0.0", "/count 8"]);
}

#[test]
fn an_offset_moves_one_target_and_resync_repeats_the_last_values() {
    let mut stage = stage(&format!("{COUNT}{TRIGGER}"));
    stage.clockwork.take(News::Offset(Name::main(), -40.0), 0);
    stage.clockwork.take(grid(1, 600), 0);
    assert_eq!(stage.clockwork.due_ns(0), Some(60 * MS));
    stage.run(0, 500);
    stage.received(0);
    let before = stage.destination.counts().sent;
    stage.clockwork.take(News::Resync, 500 * MS);
    assert_eq!(stage.received(before), ["/count 0", "/trigger 0.0"]);
}

#[test]
fn the_thread_sends_the_generic_beats_in_real_time() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    receiver.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let address = receiver.local_addr().unwrap().to_string();
    let destination = Destination::new(Name::main(), &address, false, Arc::new(Mirror::new().0));
    let punctuality = Arc::new(Punctuality::default());
    let thread = DeadlineThread::spawn("test-osc", Clockwork::new(Arc::clone(&punctuality))).unwrap();
    thread.send(News::Hands(vec![hand(&destination, SHIPPED[1].1)])).unwrap();
    let News::Grid(source, heard) = grid(41, 0) else { panic!() };
    let now_ns = beatclock::mono_ns();
    let heard = Heard {
        at_ns: now_ns + 100 * MS,
        sent_ns: now_ns,
        grid: Grid { bpm: 300.0, ..heard.grid },
        jump: false,
    };
    thread.send(News::Grid(source, heard)).unwrap();
    let mut counts = Vec::new();
    while counts.len() < 6 {
        counts.extend(read(&receiver).strip_prefix("/vj/beat/count ").map(str::to_owned));
    }
    assert_eq!(counts, ["41", "42", "43", "44", "45", "46"]);
    println!("worst beat was sent {} us late", punctuality.worst_late_us.load(Ordering::Relaxed));
    assert!(punctuality.worst_late_us.load(Ordering::Relaxed) < 50_000);
    drop(thread);
}
