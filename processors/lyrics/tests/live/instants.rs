//! Each line and word leaves at its instant, through play, seek, pause, and other rates.

use schemas::Stamp;
use schemas::lyrics::SungWord;

use crate::stage::{Stage, next, on_stage};

/// Lines leave within 20 ms of their instant.
const PROMISED_NS: i64 = 20_000_000;
/// This also allows for a machine that builds beside the test, which now and then holds up one of ten.
const LATE_NS: i64 = 50_000_000;
/// As far apart as lines and words are in these tests.
const STEP_MS: u32 = 300;
const LINES: u32 = 16;

fn lrc(lines: u32) -> String {
    let stamp = |ms: u32| format!("{:02}:{:02}.{:03}", ms / 60_000, ms / 1000 % 60, ms % 1000);
    let line = |n: u32| {
        let (ms, half) = (n * STEP_MS, n * STEP_MS + STEP_MS / 2);
        format!("[{}]<{}>line{n} <{}>word\n", stamp(ms), stamp(ms), stamp(half))
    };
    (1..=lines).map(line).collect()
}

/// When a position is reached, on CLOCK_MONOTONIC.
fn instant(begun: Stamp, from_s: f64, position_s: f64) -> i64 {
    begun.plus_s(position_s - from_s).at_mono_ns
}

#[test]
fn every_line_and_word_leaves_at_its_instant() {
    on_stage(None, async |stage: Stage| {
        let (ear, deck) = (stage.ear("main").await, stage.deck("main"));
        deck.load(&stage.sidecar("song", &lrc(LINES)));
        ear.document("the words", |document| document.lines.len() == LINES as usize).await;
        let begun = deck.play(0.0);
        let mut delays = Vec::new();
        for n in 1..=LINES {
            let (arrived, line) = ear.line("the next line", |line| line.index >= 0).await;
            assert_eq!(line.body.index, i64::from(n) - 1, "each once, none left out");
            let due = instant(begun, 0.0, f64::from(n * STEP_MS) / 1000.0);
            assert!(
                (line.header.at_mono_ns - due).abs() < 1_000_000,
                "says {} ns",
                line.header.at_mono_ns - due
            );
            delays.push(arrived - due);
            let (_, word) = next::<SungWord>(&ear.words, "its first word", |_| true).await;
            let (delivery, second) = next::<SungWord>(&ear.words, "its second word", |_| true).await;
            assert_eq!((word.body.index, second.body.index, second.body.line), (0, 1, line.body.index));
            let due = instant(begun, 0.0, f64::from(n * STEP_MS + STEP_MS / 2) / 1000.0);
            delays.push(delivery.arrived_mono_ns - due);
        }
        delays.sort_unstable();
        let (median, worst) = (delays[delays.len() / 2], delays[delays.len() - 1]);
        println!("lines and words after their instants: median {median} ns, worst {worst} ns");
        let most = delays[delays.len() * 9 / 10];
        assert!(delays[0] >= 0 && median < PROMISED_NS && most < LATE_NS, "{delays:?}");
    });
}

#[test]
fn seek_pause_and_rate_are_followed() {
    on_stage(None, async |stage: Stage| {
        let (ear, deck) = (stage.ear("main").await, stage.deck("main"));
        let song = "[00:10.00]ten\n[00:20.00]twenty\n[00:20.20]then\n[00:30.00]thirty";
        deck.load(&stage.sidecar("song", song));
        ear.document("the words", |document| !document.lines.is_empty()).await;

        deck.play(12.0);
        let (_, line) = ear.text("ten").await;
        assert!(line.body.next == "twenty" && (7.5..=8.0).contains(&line.body.next_in_s.unwrap()));

        let sought = deck.play(25.0);
        let (arrived, line) = ear.text("then").await;
        assert_eq!(line.header.at_mono_ns, sought.at_mono_ns, "a seek is an instant of its own");
        assert!(arrived - sought.at_mono_ns < LATE_NS);

        let sought = deck.play(19.9);
        ear.text("ten").await;
        let (arrived, line) = ear.text("twenty").await;
        let due = instant(sought, 19.9, 20.0);
        assert!((line.header.at_mono_ns - due).abs() < 1_000_000 && arrived - due < LATE_NS);

        // Paused just before the next line: it does not come while another player's second line does.
        deck.at(20.1, 1.0, false);
        let (other, beside) = (stage.ear("deck-b").await, stage.deck("deck-b"));
        beside.load(&stage.sidecar("other", "[00:00.50]tick"));
        beside.play(0.0);
        other.text("tick").await;
        assert!(ear.lines.take().is_none(), "a line came in a pause");

        let begun = deck.at(20.1, 2.0, true);
        let (arrived, line) = ear.text("then").await;
        let due = begun.plus_s(0.05).at_mono_ns;
        assert!((line.header.at_mono_ns - due).abs() < 1_000_000 && arrived - due < LATE_NS);
    });
}
