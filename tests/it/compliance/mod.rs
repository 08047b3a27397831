//! The compliance suite: what every component must do, checked on every one of them.
//!
//! Each is run as `vjbus run <instance>` against a private broker: it announces itself, heartbeats while idle,
//! answers the common commands, survives a thousand malformed payloads on every subject that it reads and
//! counts them, survives the death of the broker, refuses a twin, and stops in time.

mod subject_under_test;

use anyhow::Result;
use subject_under_test::Subject;

macro_rules! comply {
    ($($test:ident: $program:ident $component:literal;)+) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $test() -> Result<()> {
            let program = crate::support::$program()?;
            let mut subject = Subject::start(&program, $component).await?;
            subject.announces_itself().await?;
            subject.heartbeats_while_idle().await?;
            subject.answers_common_commands().await?;
            subject.refuses_a_twin()?;
            subject.survives_malformed_payloads().await?;
            subject.survives_the_broker().await?;
            subject.stops_in_time()
        }
    )+};
}

comply! {
    audio: vjbus "producers/audio";
    features: vjbus "processors/features";
    beat: vjbus "processors/beat";
    clock: vjbus "processors/clock";
    structure: vjbus "processors/structure";
    active: vjbus "processors/active";
    lyrics: vjbus "processors/lyrics";
    tags: vjbus "processors/tags";
    mpris: vjbus "producers/mpris";
    nowplaying: vjbus "producers/nowplaying";
    spotify: vjbus "producers/spotify";
    virtualdj: vjbus "producers/virtualdj";
    osc: vjbus "sinks/osc";
    log: vjbus "sinks/log";
    toy_producer: toys "toys/pulse";
    toy_processor: toys "toys/echo";
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namesake_on_another_host_keeps_the_name() -> Result<()> {
    let subject = Subject::start(&crate::support::toys()?, "toys/pulse").await?;
    subject.gives_way_to_an_older_namesake()
}

#[test]
fn every_component_of_the_registry_is_in_the_suite() {
    let source = include_str!("mod.rs");
    for entry in vjbus::registry::REGISTRY {
        assert!(
            source.contains(&format!("\"{}\"", entry.spec.name)),
            "add {} to comply! above",
            entry.spec.name
        );
    }
}
