//! The room's clock against sources made by hand.

use proptest::prelude::*;
use schemas::Name;
use schemas::audio::InputState;
use schemas::beat::{Grid, Mode, Tick};

use crate::choice::Wishes;
use crate::core::{Core, Say};

const STEP_S: f64 = 0.01;

/// A source that announces its beats 100 ms ahead, like the beat processor does.
#[derive(Debug, Clone)]
struct Player {
    name: Name,
    period: f64,
    next: f64,
    index: i64,
    mode: Mode,
    confidence: f32,
    speaks: bool,
}

impl Player {
    fn new(name: &str, period: f64, phase: f64, confidence: f32) -> Player {
        Player {
            name: Name::new(name).unwrap(),
            period,
            next: phase,
            index: 0,
            mode: Mode::Locked,
            confidence,
            speaks: true,
        }
    }

    fn grid(&self) -> Grid {
        Grid {
            bpm: 60.0 / self.period,
            index: self.index,
            beat: Some(u32::try_from(self.index.rem_euclid(4)).unwrap() + 1),
            beats_per_bar: Some(4),
            bar: Some(self.index.div_euclid(4) + 1),
            confidence: self.confidence,
            downbeat_confidence: 0.8,
            mode: self.mode,
        }
    }

    fn play(&mut self, now: f64, core: &mut Core) {
        while self.next <= now + 0.1 {
            self.index += 1;
            let at = self.next;
            self.next += self.period;
            if self.speaks && matches!(self.mode, Mode::Locked | Mode::Held | Mode::Tapped) {
                let grid = self.grid();
                let tick = Tick {
                    index: grid.index,
                    beat: grid.beat,
                    bar: grid.bar,
                    bpm: grid.bpm,
                    confidence: grid.confidence,
                };
                core.grid(&self.name, at, grid, now);
                core.tick(&self.name, at, &tick, now);
            }
        }
    }

    fn enter(&mut self, mode: Mode, now: f64, core: &mut Core) {
        self.mode = mode;
        core.grid(&self.name, self.next - self.period, self.grid(), now);
    }
}

struct Room {
    core: Core,
    now: f64,
    players: Vec<Player>,
    out: Vec<(f64, Say)>,
}

impl Room {
    fn new(wishes: Wishes, players: Vec<Player>) -> Room {
        Room { core: Core::new(wishes), now: 0.0, players, out: Vec::new() }
    }

    fn run(&mut self, seconds: f64) {
        let end = self.now + seconds;
        while self.now < end {
            self.now += STEP_S;
            for player in &mut self.players {
                player.play(self.now, &mut self.core);
            }
            self.advance();
        }
    }

    fn advance(&mut self) {
        let mut said = Vec::new();
        self.core.advance(self.now, &mut said);
        self.out.extend(said.into_iter().map(|say| (self.now, say)));
    }

    fn enter(&mut self, player: usize, mode: Mode) {
        self.players[player].enter(mode, self.now, &mut self.core);
        self.advance();
    }

    fn ticks(&self) -> Vec<(f64, f64, Tick)> {
        let tick = |(now, say): &(f64, Say)| match say {
            Say::Tick { at, body } => Some((*now, *at, body.clone())),
            _ => None,
        };
        self.out.iter().filter_map(tick).collect()
    }

    fn source(&self) -> &str {
        self.core.choice().chosen.as_ref().map_or("", Name::as_str)
    }

    fn lawful(&self) {
        for pair in self.ticks().windows(2) {
            let [(_, before, first), (_, after, second)] = pair else { continue };
            assert_eq!(second.index, first.index + 1, "at {after}");
            assert!(after - before > 0.45 * 60.0 / second.bpm, "{after} follows {before}");
        }
        let mut index = i64::MIN;
        for (_, say) in &self.out {
            if let Say::Grid { body, .. } = say {
                assert!(body.index >= index, "the room's count went back to {}", body.index);
                index = body.index;
                assert!(body.bpm.is_finite() && (0.0..=1.0).contains(&body.confidence), "{body:?}");
            }
        }
    }
}

fn wishes() -> Wishes {
    Wishes { hold_max_s: 300.0, ..Wishes::default() }
}

#[test]
fn one_source_is_passed_on_as_it_is() {
    let mut room = Room::new(wishes(), vec![Player::new("main", 0.5, 0.3, 0.8)]);
    room.run(20.0);
    room.lawful();
    let ticks = room.ticks();
    assert!(ticks.len() >= 39);
    for (now, at, tick) in ticks {
        let number = ((at - 0.3) / 0.5).round();
        assert!((at - 0.3 - number * 0.5).abs() < 1e-6, "{at}");
        assert!(at - now > 0.08, "{at} was said at {now}");
        assert_eq!(tick.beat, Some((number as u32 + 1) % 4 + 1));
    }
    assert_eq!(room.core.room().mode, Mode::Locked);
    assert_eq!(room.core.choice().why, "main: it is the only source");
}

#[test]
fn the_surer_one_takes_over_after_four_beats_and_no_beat_is_fired_twice() {
    let mut room = Room::new(wishes(), vec![Player::new("main", 0.5, 0.0, 0.5)]);
    room.run(10.0);
    room.players.push(Player::new("vdj", 0.5, 10.06, 0.9));
    room.run(1.5);
    assert_eq!(room.source(), "main", "not at once");
    room.run(3.0);
    assert_eq!(room.source(), "vdj");
    room.lawful();
    for pair in room.ticks().windows(2) {
        let apart = pair[1].1 - pair[0].1;
        assert!((0.49..0.58).contains(&apart), "{apart} at {}", pair[1].1);
    }
}

#[test]
fn a_little_surer_is_not_enough() {
    let players = vec![Player::new("main", 0.5, 0.0, 0.5), Player::new("vdj", 0.5, 5.06, 0.6)];
    let mut room = Room::new(wishes(), players);
    room.run(20.0);
    assert_eq!(room.source(), "main");
}

#[test]
fn priority_comes_before_confidence_and_a_beat_before_priority() {
    let priority = vec![Name::new("vdj").unwrap()];
    let players = vec![Player::new("main", 0.5, 0.0, 0.9), Player::new("vdj", 0.48, 0.1, 0.3)];
    let mut room = Room::new(Wishes { priority, ..wishes() }, players);
    room.run(10.0);
    assert_eq!(room.source(), "vdj");
    assert!(room.core.choice().why.contains("priority"));
    room.enter(1, Mode::Silence);
    room.run(0.1);
    assert_eq!(room.source(), "main", "at once: there would be no beats");
    room.enter(1, Mode::Locked);
    room.run(5.0);
    assert_eq!(room.source(), "vdj");
    room.lawful();
}

#[test]
fn a_held_source_loses_to_a_locked_one() {
    let mut room =
        Room::new(wishes(), vec![Player::new("main", 0.5, 0.0, 0.9), Player::new("vdj", 0.5, 0.2, 0.3)]);
    room.run(10.0);
    assert_eq!(room.source(), "main");
    room.core.input(&Name::main(), InputState::Lost);
    room.run(5.0);
    assert_eq!(room.source(), "vdj");
    room.lawful();
}

#[test]
fn the_pin_is_the_last_word() {
    let mut room =
        Room::new(wishes(), vec![Player::new("main", 0.5, 0.0, 0.9), Player::new("vdj", 0.4, 0.2, 0.3)]);
    room.run(10.0);
    room.core.pin(Name::new("vdj").ok());
    room.run(0.1);
    assert_eq!((room.source(), room.core.choice().why.as_str()), ("vdj", "vdj: it is pinned"));
    room.core.pin(Name::new("deck-z").ok());
    room.run(0.1);
    assert!(
        room.core.choice().why.ends_with("(deck-z is pinned, but was not heard)"),
        "{}",
        room.core.choice().why
    );
    room.core.pin(None);
    room.run(5.0);
    assert_eq!(room.source(), "main");
    room.lawful();
}

#[test]
fn when_all_are_gone_the_last_is_held() {
    let mut room = Room::new(wishes(), vec![Player::new("main", 0.5, 0.0, 0.9)]);
    room.run(10.0);
    room.players[0].speaks = false;
    room.run(20.0);
    room.lawful();
    assert_eq!(room.core.room().mode, Mode::Held);
    let ticks = room.ticks();
    assert!(ticks.len() >= 59, "{}", ticks.len());
    for (now, at, tick) in ticks {
        assert!(at - now > 0.04 && (at - (at / 0.5).round() * 0.5).abs() < 1e-6, "{at}");
        assert_eq!(tick.beat, Some(((at / 0.5).round() as u32 + 1) % 4 + 1), "bars run on at {at}");
    }
    room.run(300.0);
    assert_eq!(room.core.room().mode, Mode::Searching);
}

#[test]
fn a_tempo_that_a_source_considers_is_none_of_the_room() {
    let mut room = Room::new(wishes(), vec![Player::new("main", 0.5, 0.0, 0.9)]);
    room.run(10.0);
    let considered = Grid { bpm: 93.0, mode: Mode::Searching, ..room.players[0].grid() };
    room.core.grid(&Name::main(), room.now, considered, room.now);
    room.run(0.1);
    assert_eq!(room.core.room().mode, Mode::Searching);
    assert_eq!(room.core.room().bpm, 120.0);
}

#[test]
fn silence_of_the_source_is_silence_of_the_room() {
    let mut room = Room::new(wishes(), vec![Player::new("main", 0.5, 0.0, 0.9)]);
    room.run(10.0);
    room.enter(0, Mode::Silence);
    let before = room.ticks().len();
    room.run(10.0);
    assert_eq!((room.ticks().len(), room.core.room().mode), (before, Mode::Silence));
    room.enter(0, Mode::Locked);
    room.run(10.0);
    assert!(room.ticks().len() >= before + 19);
    room.lawful();
}

#[test]
fn a_restart_goes_on_counting() {
    let mut room = Room::new(wishes(), vec![Player::new("main", 0.5, 0.0, 0.9)]);
    room.run(10.0);
    let (_, at, last) = room.ticks().pop().unwrap();
    let grid = room.core.room().clone();
    room.core = Core::new(wishes());
    room.core.resume(grid, at, Some(Name::main()), 0.0);
    room.out.clear();
    room.now += 1.2;
    room.run(5.0);
    room.lawful();
    let (_, first_at, first) = room.ticks().into_iter().next().unwrap();
    assert_eq!(first.index - last.index, ((first_at - at) / 0.5).round() as i64);
    assert!(first_at - at < 2.1);
}

#[test]
fn nonsense_is_refused_and_nothing_hangs() {
    let mut room = Room::new(wishes(), vec![Player::new("main", 0.5, 0.0, 0.9)]);
    room.run(3.0);
    let vdj = Name::new("vdj").unwrap();
    let grid = room.players[0].grid();
    assert!(!room.core.grid(&vdj, f64::NAN, grid.clone(), room.now));
    assert!(!room.core.grid(&vdj, 1e300, grid.clone(), room.now));
    room.core.pin(Some(vdj.clone()));
    for bpm in [0.0, -3.0, 1e-300, 1e300, f64::NAN, f64::INFINITY] {
        let wild =
            Grid { bpm, bar: Some(i64::MAX), beats_per_bar: Some(0), confidence: f32::NAN, ..grid.clone() };
        assert!(room.core.grid(&vdj, -1e300, wild.clone(), room.now));
        assert!(room.core.grid(&vdj, room.now, Grid { bpm: 100.0, ..wild }, room.now));
        room.core.tick(
            &vdj,
            room.now + 0.3,
            &Tick { index: 3, beat: None, bar: None, bpm, confidence: 0.5 },
            room.now,
        );
        room.run(0.5);
    }
    room.lawful();
}

#[derive(Debug, Clone)]
enum Turn {
    Run(f64),
    Enter(usize, Mode),
    Speak(usize, bool),
    Sure(usize, f32),
    Tempo(usize, f64),
    Shift(usize, f64),
    Pin(Option<usize>),
    Lost(usize, bool),
}

fn turn() -> impl Strategy<Value = Turn> {
    let who = 0_usize..3;
    let mode = prop_oneof![
        Just(Mode::Locked),
        Just(Mode::Held),
        Just(Mode::Tapped),
        Just(Mode::Searching),
        Just(Mode::Silence)
    ];
    prop_oneof![
        5 => (0.05..8.0).prop_map(Turn::Run),
        2 => (who.clone(), mode).prop_map(|(who, mode)| Turn::Enter(who, mode)),
        1 => (who.clone(), any::<bool>()).prop_map(|(who, speaks)| Turn::Speak(who, speaks)),
        1 => (who.clone(), 0.0_f32..1.0).prop_map(|(who, sure)| Turn::Sure(who, sure)),
        1 => (who.clone(), 0.25..1.2).prop_map(|(who, period)| Turn::Tempo(who, period)),
        1 => (who.clone(), 0.0..1.0).prop_map(|(who, shift)| Turn::Shift(who, shift)),
        2 => prop::option::of(who.clone()).prop_map(Turn::Pin),
        1 => (who, any::<bool>()).prop_map(|(who, lost)| Turn::Lost(who, lost)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn whatever_the_sources_do_the_room_counts_by_one(turns in prop::collection::vec(turn(), 1..40)) {
        let names = ["main", "deck-a", "vdj"];
        let players = vec![Player::new("main", 0.5, 0.0, 0.9), Player::new("deck-a", 0.47, 0.1, 0.5), Player::new("vdj", 0.5, 0.2, 0.7)];
        let mut room = Room::new(wishes(), players);
        for turn in turns {
            match turn {
                Turn::Run(seconds) => room.run(seconds),
                Turn::Enter(who, mode) => room.enter(who, mode),
                Turn::Speak(who, speaks) => room.players[who].speaks = speaks,
                Turn::Sure(who, sure) => room.players[who].confidence = sure,
                Turn::Tempo(who, period) => room.players[who].period = period,
                Turn::Shift(who, shift) => room.players[who].next += shift,
                Turn::Pin(who) => room.core.pin(who.map(|who| Name::new(names[who]).unwrap())),
                Turn::Lost(who, lost) => {
                    let state = if lost { InputState::Lost } else { InputState::Live };
                    room.core.input(&Name::new(names[who]).unwrap(), state);
                }
            }
        }
        room.lawful();
    }
}
