//! The rules of the restart policy, one by one, and what must hold whatever happens.

use proptest::prelude::*;

use super::*;

fn at(s: f64) -> Duration {
    Duration::from_secs_f64(s)
}

fn policy() -> Policy {
    Policy::new(SupervisionConfig::default(), Watch::Progress, 7)
}

fn beat(progress: u64) -> Input {
    Input::Heartbeat(Beat { state: State::Ready, reason: String::new(), progress, busy_s: None })
}

fn crash() -> Input {
    Input::Exited(Ending::Code(70), String::new())
}

fn has_spawn(actions: &[Action]) -> bool {
    actions.contains(&Action::Spawn)
}

fn reports(actions: &[Action], wanted: LifecycleEvent) -> bool {
    actions.iter().any(|a| matches!(a, Action::Report(event, _) if *event == wanted))
}

/// Ticks every 50 ms until something is ordered, at most until `end`.
fn until_action(policy: &mut Policy, from: f64, end: f64) -> (f64, Vec<Action>) {
    let mut now = from;
    while now < end {
        let actions = policy.step(at(now), Input::Tick);
        if !actions.is_empty() {
            return (now, actions);
        }
        now += 0.05;
    }
    (now, vec![])
}

#[test]
fn the_first_restart_after_a_stable_run_is_immediate() {
    let mut policy = policy();
    assert!(has_spawn(&policy.step(at(0.0), Input::Start)));
    let actions = policy.step(at(61.0), Input::Exited(Ending::Signal(9), String::new()));
    assert!(has_spawn(&actions) && reports(&actions, LifecycleEvent::Restarted), "{actions:?}");
    assert_eq!(policy.view().restarts, 1);
}

#[test]
fn delays_double_from_a_quarter_second_and_only_real_restarts_count() {
    let mut policy = policy();
    policy.step(at(0.0), Input::Start);
    let mut now = 0.1;
    for expected in [0.25, 0.5, 1.0, 2.0, 4.0] {
        assert!(!has_spawn(&policy.step(at(now), crash())));
        assert_eq!(policy.view().state, State::Backoff);
        let (then, actions) = until_action(&mut policy, now, now + 60.0);
        assert!(has_spawn(&actions));
        let delay = then - now;
        assert!(delay >= expected * 0.8 - 1e-6 && delay <= expected * 1.2 + 0.051, "{delay} for {expected}");
        now = then + 0.1;
    }
    assert_eq!(policy.view().restarts, 5);
}

#[test]
fn more_than_five_restarts_in_a_minute_give_up_once_and_try_again_every_thirty_seconds() {
    let mut policy = policy();
    policy.step(at(0.0), Input::Start);
    let (mut now, mut gave_up_reports) = (0.0, 0);
    for _ in 0..8 {
        now += 0.1;
        gave_up_reports += i32::from(reports(&policy.step(at(now), crash()), LifecycleEvent::GaveUp));
        let waited_from = now;
        let gave_up = policy.view().state == State::GaveUp;
        let (then, actions) = until_action(&mut policy, now, now + 120.0);
        assert!(has_spawn(&actions));
        if gave_up {
            assert!((then - waited_from - 30.0).abs() < 0.2, "{then} {waited_from}");
        }
        now = then;
    }
    assert_eq!(gave_up_reports, 1);
    // A stable run is forgiveness: the next death is followed at once by a start.
    assert!(has_spawn(&policy.step(at(now + 61.0), crash())));
}

#[test]
fn a_configuration_error_is_shown_and_never_restarted() {
    let mut policy = policy();
    policy.step(at(0.0), Input::Start);
    let actions = policy.step(at(0.2), Input::Exited(Ending::Code(64), "unknown key bmp".into()));
    assert!(reports(&actions, LifecycleEvent::Stopped) && !has_spawn(&actions));
    assert_eq!(policy.view().state, State::Stopped);
    assert_eq!(policy.view().reason, "unknown key bmp");
    assert_eq!(until_action(&mut policy, 0.2, 300.0).1, []);
}

#[test]
fn missing_progress_is_killed_after_five_seconds_and_not_before() {
    let mut policy = policy();
    policy.step(at(0.0), Input::Start);
    policy.step(at(0.0), Input::Link(true));
    policy.step(at(1.0), beat(10));
    let (then, actions) = until_action(&mut policy, 1.0, 60.0);
    assert_eq!(actions, [Action::Kill]);
    assert!((6.0..6.2).contains(&then), "{then}");
    assert_eq!(policy.view().state, State::Hung);
    assert!(reports(
        &policy.step(at(then), Input::Exited(Ending::Signal(9), String::new())),
        LifecycleEvent::Exited
    ));
}

#[test]
fn heartbeats_without_progress_do_not_help() {
    let mut policy = policy();
    policy.step(at(0.0), Input::Start);
    policy.step(at(0.0), Input::Link(true));
    let killed = (0..200).map(|n| f64::from(n) * 0.1).find(|now| {
        policy.step(at(*now), beat(3));
        policy.step(at(*now), Input::Tick) == [Action::Kill]
    });
    assert!(killed.is_some_and(|then| (5.0..5.3).contains(&then)), "{killed:?}");
}

#[test]
fn idle_with_progress_lives_for_ever() {
    let mut policy = policy();
    policy.step(at(0.0), Input::Start);
    policy.step(at(0.0), Input::Link(true));
    for n in 0..600u32 {
        let now = f64::from(n) * 0.5;
        policy.step(at(now), beat(u64::from(n)));
        assert_eq!(policy.step(at(now), Input::Tick), []);
    }
}

#[test]
fn verdicts_wait_while_our_own_link_is_down_and_start_afresh_after() {
    let mut policy = policy();
    policy.step(at(0.0), Input::Start);
    policy.step(at(0.0), Input::Link(true));
    policy.step(at(1.0), beat(1));
    policy.step(at(2.0), Input::Link(false));
    assert_eq!(until_action(&mut policy, 2.0, 40.0).1, []);
    policy.step(at(40.0), Input::Link(true));
    let (then, actions) = until_action(&mut policy, 40.0, 60.0);
    assert_eq!(actions, [Action::Kill]);
    assert!(then >= 45.0, "{then}");
}

#[test]
fn our_own_stall_counts_against_nobody() {
    let mut policy = policy();
    policy.step(at(0.0), Input::Start);
    policy.step(at(0.0), Input::Link(true));
    policy.step(at(0.5), beat(1));
    policy.step(at(1.0), Input::Tick);
    assert_eq!(policy.step(at(31.0), Input::Tick), []);
    policy.step(at(31.5), beat(2));
    assert_eq!(until_action(&mut policy, 31.5, 36.0).1, []);
}

#[test]
fn a_start_has_its_own_allowance() {
    let mut policy = policy();
    policy.step(at(0.0), Input::Start);
    policy.step(at(0.0), Input::Link(true));
    policy.step(
        at(0.0),
        Input::Heartbeat(Beat { state: State::Starting, reason: String::new(), progress: 0, busy_s: None }),
    );
    let (then, actions) = until_action(&mut policy, 0.0, 60.0);
    assert_eq!(actions, [Action::Kill]);
    assert!((20.0..20.2).contains(&then), "{then}");
}

#[test]
fn busy_suspends_the_verdict_up_to_its_maximum() {
    let mut policy = policy();
    policy.step(at(0.0), Input::Start);
    policy.step(at(0.0), Input::Link(true));
    let busy = Beat { state: State::Busy, reason: "asks a model".into(), progress: 1, busy_s: Some(12.0) };
    policy.step(at(1.0), Input::Heartbeat(busy));
    let (then, actions) = until_action(&mut policy, 1.0, 60.0);
    assert_eq!(actions, [Action::Kill]);
    assert!((13.0..13.2).contains(&then), "{then}");
}

#[test]
fn stop_never_restarts_and_kills_after_the_grace_period() {
    let mut policy = policy();
    policy.step(at(0.0), Input::Start);
    assert_eq!(policy.step(at(1.0), Input::Stop), [Action::Terminate]);
    let (then, actions) = until_action(&mut policy, 1.0, 60.0);
    assert_eq!(actions, [Action::Kill]);
    assert!((2.99..3.11).contains(&then), "{then}");
    assert!(reports(&policy.step(at(3.1), crash()), LifecycleEvent::Stopped));
    assert!(policy.is_stopped());
    assert_eq!(until_action(&mut policy, 3.1, 300.0).1, []);
}

#[test]
fn stop_while_waiting_ends_the_waiting() {
    let mut policy = policy();
    policy.step(at(0.0), Input::Start);
    policy.step(at(0.1), crash());
    policy.step(at(0.2), Input::Stop);
    assert_eq!(until_action(&mut policy, 0.2, 300.0).1, []);
}

#[test]
fn a_hung_child_that_is_stopped_stays_stopped() {
    let mut policy = policy();
    policy.step(at(0.0), Input::Start);
    policy.step(at(0.0), Input::Link(true));
    policy.step(at(0.0), beat(1));
    let (then, _) = until_action(&mut policy, 0.0, 60.0);
    policy.step(at(then), Input::Stop);
    assert!(!has_spawn(&policy.step(at(then + 0.1), Input::Exited(Ending::Signal(9), String::new()))));
    assert!(policy.is_stopped());
}

#[test]
fn a_wished_restart_is_immediate_and_forgives() {
    let mut policy = policy();
    policy.step(at(0.0), Input::Start);
    assert_eq!(policy.step(at(1.0), Input::Restart), [Action::Terminate]);
    assert!(has_spawn(&policy.step(at(1.2), Input::Exited(Ending::Code(0), String::new()))));
    policy.step(at(1.3), crash());
    assert!(has_spawn(&policy.step(at(1.31), Input::Restart)));
}

#[test]
fn exit_zero_is_the_end_only_when_the_component_says_so() {
    for (leaving_first, says) in [(true, true), (false, true), (false, false)] {
        let mut policy = policy();
        policy.step(at(0.0), Input::Start);
        if leaving_first {
            policy.step(at(9.0), Input::Leaving);
        }
        policy.step(at(9.0), Input::Exited(Ending::Code(0), String::new()));
        if says && !leaving_first {
            policy.step(at(9.1), Input::Leaving);
        }
        let (_, actions) = until_action(&mut policy, 9.1, 60.0);
        assert_eq!(has_spawn(&actions) || reports(&actions, LifecycleEvent::Exited), !says, "{actions:?}");
    }
}

#[test]
fn a_spawn_that_fails_backs_off_like_a_crash() {
    let mut policy = policy();
    policy.step(at(0.0), Input::Start);
    assert!(!has_spawn(&policy.step(at(0.0), Input::SpawnFailed("no memory".into()))));
    assert_eq!(policy.view().state, State::Backoff);
    assert!(has_spawn(&until_action(&mut policy, 0.0, 5.0).1));
}

#[test]
fn an_adopted_child_counts_the_time_before() {
    let mut policy = policy();
    assert!(reports(&policy.step(at(0.0), Input::Adopted(at(500.0))), LifecycleEvent::Adopted));
    assert!(has_spawn(&policy.step(at(0.5), Input::Exited(Ending::Unknown, String::new()))));
}

fn any_input() -> impl Strategy<Value = Input> {
    let state = prop::sample::select(vec![State::Ready, State::Busy, State::Starting]);
    prop_oneof![
        Just(Input::Start),
        Just(Input::Stop),
        Just(Input::Restart),
        Just(Input::SpawnFailed("x".into())),
        (0..200u64).prop_map(|s| Input::Adopted(Duration::from_secs(s))),
        prop::sample::select(vec![0, 1, 64, 69, 70, 75, 101])
            .prop_map(|c| Input::Exited(Ending::Code(c), "l".into())),
        Just(Input::Exited(Ending::Signal(9), String::new())),
        (state, 0..9u64, prop::option::of(-1.0..1e300f64)).prop_map(|(state, progress, busy_s)| {
            Input::Heartbeat(Beat { state, reason: String::new(), progress, busy_s })
        }),
        Just(Input::Leaving),
        any::<bool>().prop_map(Input::Link),
        Just(Input::Tick),
    ]
}

proptest! {
    /// Whatever happens: never two starts without an end between them, no signal to a process that is
    /// not there, no start in the same breath as a stop, never more than the permitted rate of restarts.
    #[test]
    fn invariants_hold(seed: u64, steps in prop::collection::vec((0..4000u64, any_input()), 0..400)) {
        let mut policy = Policy::new(SupervisionConfig::default(), Watch::Progress, seed);
        let (mut now, mut alive) = (Duration::ZERO, false);
        for (ms, input) in steps {
            now += Duration::from_millis(ms);
            // The world only reports the end of what lives, and adopts only into the void.
            match &input {
                Input::Exited(..) | Input::SpawnFailed(_) if !alive => continue,
                Input::Adopted(_) if alive || !policy.is_stopped() => continue,
                Input::Exited(..) | Input::SpawnFailed(_) => alive = false,
                Input::Adopted(_) => alive = true,
                _ => {}
            }
            let stopping = input == Input::Stop;
            for action in policy.step(now, input) {
                match action {
                    Action::Spawn => {
                        prop_assert!(!alive && !stopping);
                        alive = true;
                    }
                    Action::Terminate | Action::Kill => prop_assert!(alive),
                    Action::Report(..) => {}
                }
            }
            prop_assert_eq!(policy.is_stopped() && alive, false);
        }
    }

    /// A child that always dies at once never starts more than six times before the supervisor gives up.
    #[test]
    fn crash_loops_are_bounded(seed: u64, life_ms in 1..200u64) {
        let mut policy = Policy::new(SupervisionConfig::default(), Watch::Progress, seed);
        let mut starts = 0;
        let mut dies_at = None;
        let mut orders = policy.step(Duration::ZERO, Input::Start);
        for ms in (0..36_000u64).step_by(20) {
            let now = Duration::from_millis(ms);
            if dies_at.is_some_and(|at| now >= at) {
                dies_at = None;
                orders.extend(policy.step(now, crash()));
            }
            orders.extend(policy.step(now, Input::Tick));
            if has_spawn(&std::mem::take(&mut orders)) {
                starts += 1;
                dies_at = Some(now + Duration::from_millis(life_ms));
            }
        }
        prop_assert_eq!(starts, 6);
    }
}
