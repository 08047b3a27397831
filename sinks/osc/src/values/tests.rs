//! Values through a real socket.

use std::net::UdpSocket;
use std::time::Duration;

use rosc::{OscPacket, decoder};
use schemas::Name;
use serde_json::json;

use super::*;
use crate::send::Mirror;

const MS: i64 = 1_000_000;

struct Stage {
    values: Values,
    receiver: UdpSocket,
    feed: Feed,
}

fn stage(from: &str, sends: &str) -> Stage {
    let text = format!(
        "title = \"T\"\nevidence = \"unverified\"\naddress = \"127.0.0.1:9\"\nmax_rate_hz = 10\n{sends}"
    );
    let target = Arc::new(Target::compile(&text).unwrap());
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    receiver.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let address = receiver.local_addr().unwrap().to_string();
    let destination = Destination::new(Name::main(), &address, false, Arc::new(Mirror::new().0));
    let following = Following { source: Name::room(), player: Name::room() };
    Stage { values: Values::new(following, target, destination), receiver, feed: Feed::named(from).unwrap() }
}

impl Stage {
    /// Hands over a message at `now_ms` and says how many datagrams went out.
    fn take(&mut self, message: serde_json::Value, now_ms: i64) -> u64 {
        let before = self.values.destination.counts().sent;
        self.values.take(self.feed, &Fields::new(message), now_ms * MS);
        self.values.destination.counts().sent - before
    }

    fn next(&self) -> (String, Vec<OscType>) {
        let mut buffer = [0; 2000];
        let length = self.receiver.recv(&mut buffer).expect("a datagram");
        match decoder::decode_udp(&buffer[..length]).unwrap().1 {
            OscPacket::Message(message) => (message.addr, message.args),
            OscPacket::Bundle(_) => panic!("a bundle"),
        }
    }
}

fn rms(value: f64) -> serde_json::Value {
    json!({"rms": value})
}

const RMS: &str =
    "[[send]]\nfrom = \"audio.features\"\nosc = \"/rms\"\nargs = [{ type = \"f\", field = \"rms\" }]\n";

#[test]
fn a_value_goes_out_on_arrival_at_its_rate_and_the_last_of_a_burst_is_not_lost() {
    let mut stage = stage("audio.features", RMS);
    assert_eq!(stage.take(rms(0.1), 0), 1);
    assert_eq!((stage.take(rms(0.2), 10), stage.take(rms(0.3), 20)), (0, 0));
    assert_eq!(stage.values.waiting_due_ns(), Some(220 * MS));
    stage.values.send_waiting(219 * MS);
    assert_eq!(stage.values.destination.counts().sent, 1);
    stage.values.send_waiting(220 * MS);
    assert_eq!(stage.values.waiting_due_ns(), None);
    let sent = [stage.next(), stage.next()].map(|(_, args)| args);
    assert_eq!(sent, [vec![OscType::Float(0.1)], vec![OscType::Float(0.3)]]);
}

#[test]
fn a_newer_value_replaces_the_waiting_one() {
    let mut stage = stage("audio.features", RMS);
    stage.take(rms(0.1), 0);
    stage.take(rms(0.2), 10);
    assert_eq!(stage.take(rms(0.4), 110), 1);
    assert_eq!(stage.values.waiting_due_ns(), None);
}

#[test]
fn a_change_within_the_deadband_is_not_sent() {
    let mut stage = stage("audio.features", &format!("{RMS}deadband = 0.01\n"));
    assert_eq!(stage.take(rms(0.5), 0), 1);
    assert_eq!(stage.take(rms(0.505), 1000), 0);
    assert_eq!(stage.take(rms(0.52), 2000), 1);
    // Out and back within the interval: nothing is left to say.
    stage.take(rms(0.9), 2001);
    stage.take(rms(0.52), 2002);
    assert_eq!(stage.values.waiting_due_ns(), None);
}

#[test]
fn events_are_never_thinned_out_and_conditions_choose() {
    let onset = |kind: &str| json!({"kind": kind, "strength": 1.0, "count": 1});
    let mut stage = stage(
        "beat.onset",
        "[[send]]\nfrom = \"beat.onset\"\nwhen = \"kind == 'kick'\"\nosc = \"/kick\"\nargs = [{ type = \"f\", field = \"strength\" }]\n",
    );
    assert_eq!([0, 1, 2].map(|ms| stage.take(onset("kick"), ms)), [1, 1, 1]);
    assert_eq!(stage.take(onset("hat"), 3), 0);
}

#[test]
fn resync_sends_the_last_of_everything_and_nothing_that_never_was() {
    let two = format!("{RMS}{}", RMS.replace("rms", "peak"));
    let mut stage = stage("audio.features", &two);
    stage.values.resync(0);
    stage.take(rms(0.25), 0);
    assert_eq!(stage.next(), ("/rms".to_owned(), vec![OscType::Float(0.25)]));
    stage.values.resync(0);
    assert_eq!(stage.next(), ("/rms".to_owned(), vec![OscType::Float(0.25)]));
    let counts = stage.values.destination.counts();
    assert_eq!((counts.sent, counts.skipped), (2, 1), "a peak that is not there is skipped and counted");
}

#[test]
fn triggers_are_handed_to_the_beat_thread() {
    let text = "[[send]]\nfrom = \"beat.onset\"\nosc = \"/kick\"\nargs = [{ type = \"f\", value = 1 }]\nrelease = { after_ms = 50, args = [{ type = \"f\", value = 0 }] }\n";
    let mut stage = stage("beat.onset", text);
    let triggers = stage.values.take(stage.feed, &Fields::new(json!({"kind": "kick"})), 0);
    assert_eq!((triggers.len(), triggers[0].mapping, &triggers[0].args), (1, 0, &vec![OscType::Float(1.0)]));
    assert_eq!(stage.values.destination.counts().sent, 0);
}

const WORDS: &str = "[[send]]\nfrom = \"lyrics.document\"\nosc = \"/reset\"\n[[send]]\nfrom = \"lyrics.document\"\neach = \"lines\"\nosc = \"/line\"\nargs = [{ type = \"i\", field = \"place\" }, { type = \"s\", field = \"item.text\" }]\n[[send]]\nfrom = \"lyrics.line\"\nosc = \"/active\"\nargs = [{ type = \"i\", field = \"index\" }]\ndeadband = 0\n";

fn document(text: &str, count: usize, sent_s: f64) -> serde_json::Value {
    json!({"sent": sent_s, "synced": true, "lines": vec![json!({"at_s": 0.0, "text": text}); count]})
}

impl Stage {
    /// Lets time pass and says how many datagrams went out.
    fn pass(&mut self, now_ms: i64) -> u64 {
        let before = self.values.destination.counts().sent;
        self.values.send_waiting(now_ms * MS);
        self.values.destination.counts().sent - before
    }

    fn addresses(&self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.next().0).collect()
    }
}

#[test]
fn a_long_document_is_drawn_out_and_a_line_waits_for_it() {
    let mut stage = stage("lyrics.document", WORDS);
    assert_eq!(stage.take(document("la", 250, 0.0), 1000), 100);
    stage.feed = Feed::named("lyrics.line").unwrap();
    assert_eq!(stage.take(json!({"index": 3}), 1001), 0);
    assert_eq!(stage.values.waiting_due_ns(), Some(1010 * MS));
    assert_eq!([1009, 1010, 1019, 1020, 1030].map(|ms| stage.pass(ms)), [0, 100, 0, 52, 0]);
    let got = stage.addresses(252);
    assert_eq!((got[0].as_str(), got[250].as_str(), got[251].as_str()), ("/reset", "/line", "/active"));
    assert_eq!(stage.values.waiting_due_ns(), None);
}

#[test]
fn the_newest_document_cancels_the_rest_of_the_older_one() {
    let mut stage = stage("lyrics.document", WORDS);
    stage.take(document("old", 250, 0.0), 1000);
    stage.take(document("new", 2, 1.0), 1005);
    assert_eq!([1010, 1020].map(|ms| stage.pass(ms)), [3, 0]);
    let texts: Vec<_> = (0..103).map(|_| stage.next()).collect();
    let new = |args: &[OscType]| args.get(1) == Some(&OscType::String("new".to_owned()));
    assert_eq!(texts[100].0, "/reset");
    assert!(texts[101..].iter().all(|(_, args)| new(args)), "{:?}", &texts[99..]);
}

#[test]
fn continuous_values_go_past_a_burst() {
    let mut stage = stage("lyrics.document", &format!("{WORDS}{RMS}"));
    stage.take(document("la", 250, 0.0), 1000);
    stage.feed = Feed::named("audio.features").unwrap();
    assert_eq!(stage.take(rms(0.5), 1001), 1);
    assert_eq!(stage.addresses(101)[100], "/rms");
}

#[test]
fn another_track_ends_the_burst_and_the_memory_of_the_one_before() {
    let mut stage = stage("lyrics.document", WORDS);
    stage.take(document("old", 250, 10.0), 1000);
    stage.values.forget_track(11.0);
    assert_eq!(stage.pass(1010), 0);
    stage.values.resync(1020 * MS);
    assert_eq!(stage.pass(1030), 0);
    stage.take(document("new", 1, 12.0), 1040);
    stage.values.forget_track(11.0);
    let before = stage.values.destination.counts().sent;
    stage.values.resync(1050 * MS);
    assert_eq!(stage.values.destination.counts().sent - before, 2, "the new one was told after the change");
}

#[test]
fn resync_sends_the_whole_picture_in_the_order_in_which_it_was_said() {
    let mut stage = stage("lyrics.document", WORDS);
    stage.take(document("la", 150, 0.0), 1000);
    stage.pass(1010);
    stage.feed = Feed::named("lyrics.line").unwrap();
    stage.take(json!({"index": 3}), 1020);
    stage.addresses(152);
    stage.values.resync(2000 * MS);
    assert_eq!([2010, 2020].map(|ms| stage.pass(ms)), [52, 0]);
    let again = stage.addresses(152);
    assert_eq!((again[0].as_str(), again[150].as_str(), again[151].as_str()), ("/reset", "/line", "/active"));
}

#[test]
fn a_mapping_that_waits_for_a_change_says_the_same_once() {
    let mut stage = stage(
        "playback.track",
        "[[send]]\nfrom = \"playback.track\"\nchanged = [\"artist\", \"title\"]\nosc = \"/reset\"\n",
    );
    let track = |title: &str, audible: bool| json!({"artist": "a", "title": title, "audible": audible});
    let sent = [track("b", false), track("b", true), track("c", true), track("b", true)];
    assert_eq!(sent.map(|track| stage.take(track, 1000)), [1, 0, 1, 1]);
}
