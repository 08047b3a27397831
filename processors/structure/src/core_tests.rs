//! The whole core on tracks whose sections are known, and on what is no music.

use demo::{Annotations, Role, Track};
use schemas::beat::Tick;
use schemas::structure::EventKind;

use crate::core::{Core, Emitted, Event};

const RATE_HZ: u32 = 44_100;
/// A tick comes so long before its beat.
const AHEAD_S: f64 = 0.1;

/// A drop is said so soon after its downbeat.
const LATEST_S: f64 = 0.04;

/// What is announced of the beats of a track.
#[derive(Clone, Copy, PartialEq)]
enum Beats {
    Whole,
    WithoutBars,
    None,
}

fn render(seed: u64) -> (Annotations, Vec<f32>) {
    let mut track = Track::new(seed, RATE_HZ).unwrap();
    let mut samples = vec![0.0; track.frames() as usize];
    track.render(&mut samples);
    (track.annotations().clone(), samples)
}

fn ticks(truth: &Annotations, beats: Beats) -> Vec<(f64, Tick)> {
    let tick = |(index, beat): (usize, &demo::Beat)| {
        let place = (beats == Beats::Whole).then_some(beat.position);
        let tick = Tick { index: index as i64, beat: place, bar: None, bpm: truth.bpm, confidence: 0.9 };
        (beat.time_s, tick)
    };
    let all = if beats == Beats::None { &[] } else { truth.beats.as_slice() };
    all.iter().enumerate().map(tick).collect()
}

fn hear(samples: &[f32], ticks: &[(f64, Tick)], block: usize) -> Vec<Emitted> {
    let mut core = Core::new(RATE_HZ).unwrap();
    let (mut out, mut ticks) = (Vec::new(), ticks.iter().peekable());
    for (number, samples) in samples.chunks(block).enumerate() {
        let first = number * block;
        let end_s = (first + samples.len()) as f64 / f64::from(RATE_HZ);
        while let Some((at_s, tick)) = ticks.next_if(|(at_s, _)| at_s - AHEAD_S <= end_s) {
            core.tick(*at_s, tick);
        }
        core.process(samples, first as u64, &mut out);
    }
    out
}

fn heard(seed: u64, beats: Beats) -> (Annotations, Vec<Emitted>) {
    let (truth, samples) = render(seed);
    let out = hear(&samples, &ticks(&truth, beats), 1024);
    (truth, out)
}

fn moments(out: &[Emitted], kind: EventKind) -> Vec<(f64, f64)> {
    let fits = |said: &&Emitted| matches!(&said.event, Event::Event(moment) if moment.kind == kind);
    out.iter().filter(fits).map(|said| (said.at_s, said.heard_s)).collect()
}

fn sections(out: &[Emitted]) -> Vec<(f64, String, Option<String>)> {
    let section = |said: &Emitted| match &said.event {
        Event::Section(section) => Some((said.at_s, section.label.clone(), section.role.clone())),
        _ => None,
    };
    out.iter().filter_map(section).collect()
}

fn starts(truth: &Annotations, role: Role) -> Vec<f64> {
    truth.sections.iter().filter(|section| section.role == role).map(|section| section.start_s).collect()
}

// xorshift
fn noise(seconds: f64, gain: f32) -> Vec<f32> {
    let mut state = 0x2545_F491_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        gain * (state as f32 / u32::MAX as f32 - 0.5)
    };
    (0..(seconds * f64::from(RATE_HZ)) as usize).map(|_| next()).collect()
}

#[test]
fn every_drop_is_said_on_its_beat_and_nothing_else_is_one() {
    // four on the floor, another of them, a breakbeat
    for seed in [demo::FIRST_LIGHT, 3, 4] {
        let (truth, out) = heard(seed, Beats::Whole);
        let (drops, true_drops) = (moments(&out, EventKind::Drop), starts(&truth, Role::Drop));
        assert_eq!(drops.len(), true_drops.len(), "seed {seed}: {drops:?} for {true_drops:?}");
        for ((at_s, heard_s), start_s) in drops.iter().zip(true_drops) {
            assert!((at_s - start_s).abs() < 0.05, "seed {seed}: {at_s} for {start_s}");
            let late_s = heard_s - start_s;
            assert!((0.0..LATEST_S).contains(&late_s), "seed {seed}: said {late_s} s late");
        }
        let (builds, breaks) = (moments(&out, EventKind::Buildup), moments(&out, EventKind::Break));
        for section in &truth.sections {
            let inside = |(at_s, _): &&(f64, f64)| (section.start_s - 0.1..section.end_s).contains(at_s);
            let (built, broke) = (builds.iter().filter(inside).count(), breaks.iter().filter(inside).count());
            let expected =
                (usize::from(section.role == Role::Buildup), usize::from(section.role == Role::Break));
            assert_eq!((built, broke), expected, "seed {seed}: {section:?}");
        }
    }
}

#[test]
fn in_three_four_time_only_the_drop_is_harder_than_the_kicks_of_its_build_up() {
    // build-ups of four bars: twelve beats, the shortest that are known, with a gap before every kick
    for seed in [1, 311] {
        let (truth, out) = heard(seed, Beats::Whole);
        let (drops, true_drops) = (moments(&out, EventKind::Drop), starts(&truth, Role::Drop));
        assert_eq!(truth.beats_per_bar, 3);
        assert_eq!(drops.len(), true_drops.len(), "seed {seed}: {drops:?} for {true_drops:?}");
        let late_s = drops.iter().zip(true_drops).map(|((_, heard_s), start_s)| heard_s - start_s);
        let late_s: Vec<f64> = late_s.collect();
        assert!(late_s.iter().all(|late_s| (0.0..LATEST_S).contains(late_s)), "seed {seed}: {late_s:?}");
    }
}

#[test]
fn a_build_up_into_nothing_is_no_drop() {
    let (truth, mut samples) = render(10);
    let drop_s = starts(&truth, Role::Drop)[0];
    let ticks = ticks(&truth, Beats::Whole);
    // The downbeat is announced, and what it begins with is cut off after the first moment of it.
    for heard_s in [0.01, 0.0] {
        samples.truncate(((drop_s + heard_s) * f64::from(RATE_HZ)) as usize);
        let mut samples = samples.clone();
        samples.resize(((drop_s + 2.0) * f64::from(RATE_HZ)) as usize, 0.0);
        let out = hear(&samples, &ticks, 256);
        assert_eq!(moments(&out, EventKind::Drop), [], "{heard_s} s of it");
        assert_eq!(moments(&out, EventKind::Buildup).len(), 1);
    }
}

#[test]
fn boundaries_are_found_and_letters_come_back_with_their_music() {
    let (truth, out) = heard(demo::FIRST_LIGHT, Beats::Whole);
    let said = sections(&out);
    let at = |start_s: f64| said.iter().find(|(at_s, ..)| (at_s - start_s).abs() < 1.0);
    let found = truth.sections.iter().filter(|section| at(section.start_s).is_some()).count();
    assert!(found + 1 >= truth.sections.len(), "{found} of {}: {said:?}", truth.sections.len());
    assert!(said.len() <= truth.duration_s as usize / 7, "too many: {said:?}");
    let drops: Vec<_> = starts(&truth, Role::Drop).into_iter().filter_map(at).collect();
    let labels: Vec<_> = drops.iter().map(|(_, label, role)| (label, role.as_deref())).collect();
    assert_eq!(labels[0], labels[1]);
    assert_eq!(labels[0].1, Some("drop"));
    let verse = at(starts(&truth, Role::Verse)[0]).unwrap();
    assert!(verse.1 != "A" && &verse.1 != labels[0].0, "{said:?}");
    assert_eq!((said[0].1.as_str(), said[0].2.as_deref()), ("A", Some("intro")));
}

#[test]
fn where_boundaries_are_clear_little_else_is_one() {
    for seed in [4, 13, 41, 46] {
        let (truth, out) = heard(seed, Beats::Whole);
        let said: Vec<f64> = sections(&out).iter().map(|said| said.0).filter(|at_s| *at_s > 3.0).collect();
        let begun = |start_s: f64| said.iter().any(|at_s| (at_s - start_s).abs() < 1.0);
        let all = truth.sections.len() - 1;
        let found = truth.sections.iter().skip(1).filter(|section| begun(section.start_s)).count();
        assert!(found + 1 >= all, "seed {seed}: {found} of {all}: {said:?}");
        assert!(said.len() * 2 <= found * 3, "seed {seed}: {found} of {} are true: {said:?}", said.len());
    }
}

#[test]
fn bars_are_counted_and_the_next_section_is_counted_in() {
    let (truth, out) = heard(demo::FIRST_LIGHT, Beats::Whole);
    let drop_s = starts(&truth, Role::Drop)[0];
    let bar_s = 240.0 / truth.bpm;
    let progress = |at_s: f64| {
        let said = out.iter().find(|said| said.at_s >= at_s && matches!(said.event, Event::Progress(_)));
        match &said.unwrap().event {
            Event::Progress(progress) => progress.clone(),
            other => panic!("{other:?}"),
        }
    };
    let inside = progress(drop_s + 3.5 * bar_s);
    assert!((inside.bars_in - 3.5).abs() < 0.2, "{inside:?}");
    assert!(inside.expected_bars.is_some_and(|bars| bars.is_multiple_of(4)), "{inside:?}");
    let left = inside.next_in_beats.unwrap();
    assert_eq!(left, i64::from(inside.expected_bars.unwrap()) * 4 - 14, "{inside:?}");
    let before = progress(drop_s - 0.1);
    assert!(before.buildup > 0.5 && inside.buildup < 0.05, "{before:?} {inside:?}");
    let calm = progress(starts(&truth, Role::Break)[0] + 3.0 * bar_s);
    assert!(inside.energy > calm.energy + 0.3, "{inside:?} {calm:?}");
}

#[test]
fn bars_that_turn_out_otherwise_are_heard_again() {
    let (truth, samples) = render(demo::FIRST_LIGHT);
    let right = ticks(&truth, Beats::Whole);
    let moved = |(at_s, tick): &(f64, Tick)| {
        let wrong = tick.beat.filter(|_| *at_s < 11.0).map(|beat| (beat + 1) % 4 + 1);
        (*at_s, Tick { beat: wrong.or(tick.beat), ..tick.clone() })
    };
    let moved: Vec<_> = right.iter().map(moved).collect();
    let bars_in = |ticks: &[(f64, Tick)]| {
        let out = hear(&samples[..14 * RATE_HZ as usize], ticks, 1024);
        let last = out.iter().rev().find_map(|said| match &said.event {
            Event::Progress(progress) => Some(progress.bars_in),
            _ => None,
        });
        last.unwrap()
    };
    let (whole, mended) = (bars_in(&right), bars_in(&moved));
    assert!((mended - whole).abs() < 0.1 && whole > 5.0, "{mended} in place of {whole}");
}

#[test]
fn without_bars_the_strong_beats_are_bars() {
    let (truth, out) = heard(3, Beats::WithoutBars);
    let said = sections(&out);
    let near = |start_s: &f64| said.iter().any(|(at_s, ..)| (at_s - start_s).abs() < 1.0);
    let found = truth.sections.iter().filter(|section| near(&section.start_s)).count();
    assert!(found + 2 >= truth.sections.len(), "{found}: {said:?}");
}

#[test]
fn without_beats_there_are_still_sections_and_drops_but_no_bars() {
    let (truth, out) = heard(demo::FIRST_LIGHT, Beats::None);
    let (said, drops) = (sections(&out), moments(&out, EventKind::Drop));
    for start_s in starts(&truth, Role::Drop) {
        assert!(said.iter().any(|(at_s, ..)| (at_s - start_s).abs() < 3.0), "{start_s}: {said:?}");
        assert!(drops.iter().any(|(at_s, _)| (at_s - start_s).abs() < 0.05), "{start_s}: {drops:?}");
    }
    let counted = |said: &&Emitted| matches!(&said.event, Event::Progress(p) if p.bars_in > 0.0);
    assert_eq!(out.iter().filter(counted).count(), 0);
}

#[test]
fn silence_says_nothing_and_noise_next_to_nothing() {
    assert_eq!(hear(&vec![0.0; 30 * RATE_HZ as usize], &[], 1024), []);
    let out = hear(&noise(120.0, 0.3), &[], 1024);
    let events = out.iter().filter(|said| matches!(said.event, Event::Event(_))).count();
    assert_eq!(events, 0);
    assert!(sections(&out).len() <= 9, "{:?}", sections(&out));
}

#[test]
fn after_a_long_silence_another_piece_begins() {
    let (_, mut samples) = render(3);
    samples.truncate(25 * RATE_HZ as usize);
    let again = 35.0;
    let mut twice = samples.clone();
    twice.resize((again * f64::from(RATE_HZ)) as usize, 0.0);
    twice.extend(&samples);
    let out = hear(&twice, &[], 1024);
    let said = sections(&out);
    let second: Vec<_> = said.iter().filter(|(at_s, ..)| *at_s > 30.0).collect();
    assert_eq!((said[0].1.as_str(), second[0].1.as_str()), ("A", "A"));
    assert!((second[0].0 - again).abs() < 0.05, "{second:?}");
    let silent = out.iter().filter(|said| (28.5..again).contains(&said.heard_s)).count();
    assert_eq!(silent, 0, "a silence is not told about");
}

#[test]
fn the_size_of_blocks_does_not_matter() {
    let (truth, mut samples) = render(10);
    samples.truncate(50 * RATE_HZ as usize);
    let ticks = ticks(&truth, Beats::Whole);
    let one = hear(&samples, &ticks, 1024);
    assert_eq!(moments(&one, EventKind::Drop).len(), 1);
    for block in [64, 170, 341] {
        assert_eq!(hear(&samples, &ticks, block), one, "blocks of {block}");
    }
}

#[test]
fn what_is_said_depends_on_nothing_that_comes_later() {
    let (truth, mut samples) = render(10);
    samples.truncate(50 * RATE_HZ as usize);
    let ticks = ticks(&truth, Beats::Whole);
    let whole = hear(&samples, &ticks, 256);
    for cut_s in [11.3, 28.75, 40.0] {
        let cut = hear(&samples[..(cut_s * f64::from(RATE_HZ)) as usize], &ticks, 256);
        let before: Vec<_> = whole.iter().filter(|said| said.heard_s <= cut_s).cloned().collect();
        assert_eq!(cut, before, "cut at {cut_s}");
    }
}

#[test]
fn numbers_that_are_none_do_no_lasting_harm() {
    let (truth, mut samples) = render(10);
    samples.truncate(40 * RATE_HZ as usize);
    for (at, bad) in [(10_000, f32::NAN), (20_000, f32::INFINITY), (30_000, 1e30), (40_000, -f32::INFINITY)] {
        samples[at] = bad;
    }
    let out = hear(&samples, &ticks(&truth, Beats::Whole), 1024);
    assert_eq!(moments(&out, EventKind::Drop).len(), 1);
    let sane = |said: &Emitted| match &said.event {
        Event::Progress(p) => (0.0..=1.0).contains(&p.energy) && (0.0..=1.0).contains(&p.buildup),
        Event::Section(section) => (0.0..=1.0).contains(&section.confidence),
        Event::Event(moment) => (0.0..=1.0).contains(&moment.strength),
    };
    assert!(out.iter().all(sane));
}

#[test]
fn a_short_gap_is_bridged_and_a_long_one_ends_the_piece() {
    let samples = noise(5.0, 0.3);
    let mut core = Core::new(RATE_HZ).unwrap();
    let mut out = Vec::new();
    let mut at = |first_s: f64, out: &mut Vec<Emitted>| {
        core.process(&samples, (first_s * f64::from(RATE_HZ)) as u64, out);
        sections(out).len()
    };
    assert_eq!(at(0.0, &mut out), 1);
    assert_eq!(at(5.3, &mut out), 1, "0.3 s");
    assert_eq!(at(12.0, &mut out), 1, "1.7 s");
    assert_eq!(at(60.0, &mut out), 2, "43 s");
    assert_eq!(at(0.0, &mut out), 2, "samples that were heard are left out");
    core.rebase(RATE_HZ, 1000.0).unwrap();
    core.process(&samples, 0, &mut out);
    assert_eq!(sections(&out).len(), 3);
    assert!(core.rebase(7, 0.0).is_err());
}
