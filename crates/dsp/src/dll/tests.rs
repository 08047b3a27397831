//! A simulated device: a clock that drifts, callbacks that come late, samples that get lost.

use super::*;

const RATE_HZ: f64 = 48_000.0;
const DRIFT: f64 = 1000e-6;
const START_NS: f64 = 86_400e9 * 40.0;

/// Repeatable noise, uniform in -1..1 (PCG, O'Neill 2014, reduced).
struct Noise(u64);
impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / f64::from(1u32 << 30) - 1.0
    }
}

struct Device {
    /// Blocks are ready only at the end of each period of this many frames.
    period: u64,
    jitter_ns: f64,
    /// Every so many periods one comes this much too late.
    late: Option<(u64, f64)>,
    drift: f64,
    /// At this second, this many seconds of sound are lost.
    xrun_s: Option<(f64, f64)>,
}

struct Outcome {
    /// Worst error in ms from 5 s after the start, the second after the xrun left out.
    worst_ms: f64,
    /// Worst error in ms from 1 s after the xrun to 5 s after it.
    after_xrun_ms: f64,
    /// Worst error in ms from 5 s after the xrun.
    after_xrun_5s_ms: f64,
    restarts: u64,
    outliers: u64,
    rate_hz: f64,
}

/// Blocks of `sizes` frames in turn for 40 s; the true time of every sample is known.
fn simulate(device: &Device, sizes: &[u64], seed: u64) -> Outcome {
    let (mut dll, mut noise) = (Dll::new(RATE_HZ), Noise(seed));
    let sample_ns = 1e9 / (RATE_HZ * (1.0 + device.drift));
    let (mut delivered, mut lost_ns, mut callback_ns) = (0u64, 0.0, 0.0f64);
    let mut out = Outcome {
        worst_ms: 0.0,
        after_xrun_ms: 0.0,
        after_xrun_5s_ms: 0.0,
        restarts: 0,
        outliers: 0,
        rate_hz: 0.0,
    };
    let (mut period, mut jitter_ns) = (0, 0.0);
    for turn in 0.. {
        delivered += sizes[turn % sizes.len()];
        let true_ns = delivered as f64 * sample_ns + lost_ns;
        let seconds = true_ns * 1e-9;
        if seconds > 40.0 {
            break;
        }
        if device.xrun_s.is_some_and(|(at, _)| lost_ns == 0.0 && seconds > at) {
            lost_ns = device.xrun_s.map_or(0.0, |(_, lost)| lost * 1e9);
            continue;
        }
        // The block is handed over when the period that its last frame belongs to is complete.
        let periods = delivered.div_ceil(device.period);
        let ready_ns = (periods * device.period) as f64 * sample_ns + lost_ns;
        let late_ns = device.late.filter(|(every, _)| periods % every == 0).map_or(0.0, |(_, ns)| ns);
        // All blocks of one period come together, so they share its jitter.
        if periods != period {
            (period, jitter_ns) = (periods, device.jitter_ns * noise.next());
        }
        callback_ns = (ready_ns + jitter_ns + late_ns).max(callback_ns + 20e3);
        dll.update(delivered, (START_NS + callback_ns) as i64);
        let error_ms = (dll.mono_ns(delivered) as f64 - START_NS - true_ns).abs() * 1e-6;
        let since_xrun_s =
            device.xrun_s.filter(|(at, _)| seconds > *at).map_or(99.0, |(at, lost)| seconds - at - lost);
        if seconds > 5.0 && since_xrun_s > 1.0 {
            out.worst_ms = out.worst_ms.max(error_ms);
        }
        if (1.0..5.0).contains(&since_xrun_s) {
            out.after_xrun_ms = out.after_xrun_ms.max(error_ms);
        } else if since_xrun_s < 99.0 && since_xrun_s > 5.0 {
            out.after_xrun_5s_ms = out.after_xrun_5s_ms.max(error_ms);
        }
    }
    (out.restarts, out.outliers, out.rate_hz) = (dll.restarts(), dll.outliers(), dll.rate_hz());
    out
}

fn check(name: &str, device: &Device, sizes: &[u64]) {
    let runs: Vec<Outcome> = (1..=20).map(|seed| simulate(device, sizes, seed)).collect();
    let worst = |of: fn(&Outcome) -> f64| runs.iter().map(of).fold(0.0, f64::max);
    let (after_5s, after_1s, settled) =
        (worst(|o| o.worst_ms), worst(|o| o.after_xrun_ms), worst(|o| o.after_xrun_5s_ms));
    let rate_ppm = worst(|o| (o.rate_hz / RATE_HZ - 1.0).abs() * 1e6);
    println!(
        "{name:<44} worst error after 5 s {after_5s:.3} ms; 1-5 s after the xrun {after_1s:.3} ms, \
         later {settled:.3} ms; rate {rate_ppm:.0} ppm; restarts {}, outliers {}",
        runs[0].restarts, runs[0].outliers
    );
    assert!(after_5s < 2.0, "{name}: {after_5s} ms");
    assert!(runs.iter().all(|o| o.restarts == u64::from(device.xrun_s.is_some())), "{name}: restarts");
    assert!((rate_ppm - device.drift.abs() * 1e6).abs() < 150.0, "{name}: rate {rate_ppm}");
}

#[test]
fn stamps_stay_within_2_ms_under_jitter_drift_bursts_and_an_xrun() {
    let xrun_s = Some((15.0, 0.1));
    let plain = Device { period: 1, jitter_ns: 3e6, late: None, drift: DRIFT, xrun_s: None };
    check("jitter 3 ms, +1000 ppm, blocks of 256", &plain, &[256]);
    check("the same, -1000 ppm", &Device { drift: -DRIFT, ..plain }, &[256]);
    check("jitter, drift, xrun of 100 ms, blocks of 256", &Device { xrun_s, ..plain }, &[256]);
    check("jitter, drift, xrun, blocks of any size", &Device { xrun_s, ..plain }, &[64, 1024, 170, 441, 333]);
    let bursts = Device { period: 1024, jitter_ns: 3e6, late: None, drift: DRIFT, xrun_s };
    check("periods of 1024 as bursts of 256, xrun", &bursts, &[256]);
    check("periods of 1024 as bursts of 341, xrun", &Device { period: 1024, ..bursts }, &[341, 341, 342]);
    let late = Device { late: Some((50, 21e6)), ..bursts };
    check("the same, every 50th period 21 ms late", &late, &[256]);
}

#[test]
fn one_late_callback_is_no_break_and_lost_blocks_are() {
    let mut dll = Dll::new(RATE_HZ);
    let ns = |frames: u64| (frames as f64 / RATE_HZ * 1e9) as i64;
    let mut seen = Vec::new();
    for block in 1..2000u64 {
        let late = if block == 1000 { 5_000_000 + ns(512) } else { 0 };
        let lost = if block >= 1500 { ns(2048) } else { 0 };
        seen.push(dll.update(block * 256, ns(block * 256) + late + lost));
    }
    assert_eq!(seen.iter().filter(|u| **u == Update::Restarted).count(), 1);
    assert_eq!(dll.restarts(), 1);
    assert!((1..=3).contains(&dll.outliers()), "{}", dll.outliers());
    let error = dll.mono_ns(1999 * 256) - ns(1999 * 256) - ns(2048);
    assert!(error.abs() < 100_000, "{error} ns");
}

#[test]
fn a_known_gap_in_the_index_is_no_break_and_an_index_that_goes_back_is() {
    let mut dll = Dll::new(RATE_HZ);
    let ns = |frames: u64| (frames as f64 / RATE_HZ * 1e9) as i64;
    for block in (1..400u64).chain(420..800) {
        assert_eq!(dll.update(block * 256, ns(block * 256)), Update::Following);
    }
    assert_eq!(dll.update(256, ns(800 * 256)), Update::Restarted);
}
