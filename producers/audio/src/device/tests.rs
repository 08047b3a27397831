//! From the callback to stamped blocks, without a device.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::callback::{Tap, ring};
use super::*;
use crate::config::Config;
use crate::report::{Inlet, queue};

const RATE_HZ: u32 = 48_000;
/// 170 frames at 48 kHz last this long.
const BLOCK_NS: i64 = 170 * 1_000_000_000 / RATE_HZ as i64;
const LATENCY_NS: i64 = 20_000_000;

struct Rig {
    tap: Tap,
    heard: Heard,
    mixer: dsp::mix::Mixer,
    reblocker: Reblocker,
    clock: Option<CaptureClock>,
    outlet: Outlet,
    inlet: Inlet,
    delivered: u64,
}

impl Rig {
    fn new(channels: usize, config: &str) -> Rig {
        let config: Config = serde_json::from_str(config).unwrap();
        let (tap, heard) = ring(channels, RATE_HZ, Arc::new(AtomicU64::new(0)), thread::current());
        let (outlet, inlet) = queue(LATENCY_NS);
        let mixer = config.mixing().mixer(channels, RATE_HZ).unwrap();
        Rig {
            tap,
            heard,
            mixer,
            reblocker: Reblocker::new(BLOCK_FRAMES),
            clock: None,
            outlet,
            inlet,
            delivered: 0,
        }
    }

    /// One callback of 170 frames on its true time.
    fn callback(&mut self, frame: &[i16]) {
        self.delivered += 1;
        self.tap.deliver_at(&frame.repeat(170), BLOCK_NS + 3_000_000, self.delivered as i64 * BLOCK_NS);
    }

    fn work(&mut self) -> Vec<Block> {
        let mut blocks = Vec::new();
        while let Some(arrival) = self.heard.next() {
            let base = self.reblocker.position();
            let clock = self.clock.get_or_insert_with(|| CaptureClock::new(RATE_HZ, base, &arrival));
            let (reblocker, outlet) = (&mut self.reblocker, &self.outlet);
            let mut line = Line { rate_hz: RATE_HZ, reblocker, clock, outlet, mono: Vec::new() };
            line.take(&arrival, &self.heard, &mut self.mixer).unwrap();
            while let Ok(Report::Block(block)) = self.inlet.reports.try_recv() {
                blocks.push(block);
            }
        }
        blocks
    }
}

#[test]
fn callbacks_become_blocks_with_the_time_of_their_first_sample() {
    let mut rig = Rig::new(4, r#"{"channels":[3,4],"mix":"mean"}"#);
    let mut blocks = Vec::new();
    for _ in 0..600 {
        rig.callback(&[0, 0, 8192, 16_384]);
        blocks.extend(rig.work());
    }
    assert!(blocks.len() > 300, "{} blocks", blocks.len());
    for pair in blocks.windows(2) {
        assert_eq!(pair[1].index, pair[0].index + 256);
    }
    for block in &blocks {
        assert_eq!(block.samples.len(), 256);
        assert!(block.samples.iter().all(|s| (s - 0.375).abs() < 1e-4), "channels 3 and 4 are mixed");
        // 3 ms on the way as the driver says, and 20 ms as the user says.
        let captured_ns = (block.index as i64 * 1_000_000_000) / i64::from(RATE_HZ) - 3_000_000 - LATENCY_NS;
        assert!((block.at_mono_ns - captured_ns).abs() < 20_000, "{} and {captured_ns}", block.at_mono_ns);
    }
    let settled_ns = blocks[0].index as i64 * 1_000_000_000 / i64::from(RATE_HZ);
    assert!(settled_ns >= 390_000_000, "stamps are believed at once");
}

#[test]
fn an_overrun_is_a_jump_of_the_sample_number() {
    let mut rig = Rig::new(2, "{}");
    for _ in 0..300 {
        rig.callback(&[100, 100]);
        rig.work();
    }
    let before = rig.reblocker.position();
    // The worker sleeps for 2 s: the ring holds 1 s.
    for _ in 0..565 {
        rig.callback(&[100, 100]);
    }
    rig.work();
    rig.callback(&[100, 100]);
    rig.work();
    assert_eq!(rig.reblocker.position(), before + 566 * 170, "no frame is uncounted");
}

#[test]
fn opposite_phases_do_not_vanish() {
    let mut rig = Rig::new(2, "{}");
    let mut last = None;
    for i in 0..900 {
        let level = if i % 2 == 0 { 8192 } else { -8192 };
        rig.callback(&[level, -level]);
        last = rig.work().pop().or(last);
    }
    let peak = last.unwrap().samples.iter().fold(0.0f32, |peak, s| peak.max(s.abs()));
    assert!(peak > 0.2, "{peak}");
}
