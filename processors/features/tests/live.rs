//! The component on a real broker: blocks in, features out, and what happens when they stop.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::time::Duration;

use component::time;
use features::Features;
use schemas::audio::{self, Block};
use schemas::{Message, Name, Stamp};
use stage::{PATIENCE, Stage, name};

const RATE_HZ: u32 = 48_000;

fn tone(index: u64) -> Block {
    let samples = (index..index + 256).map(|i| 0.5 * (i as f32 * 0.0523).sin()).collect();
    Block { rate: RATE_HZ, index, samples, demo: false }
}

/// Plays until a features message is seen that `wanted` says yes to; returns it.
async fn until(
    play: &mut dyn FnMut() -> Option<(Stamp, Block)>,
    publisher: &component::Publisher<Block>,
    inbox: &bus::Inbox,
    wanted: impl Fn(&Message<audio::Features>) -> bool,
) -> Message<audio::Features> {
    let mut pace = tokio::time::interval(Duration::from_millis(5));
    let search = async {
        loop {
            tokio::select! {
                _ = pace.tick() => if let Some((stamp, block)) = play() {
                    publisher.send(stamp, &block);
                },
                delivery = inbox.next() => {
                    assert_eq!(delivery.subject.name(), Some(&Name::main()), "only the source that was asked for");
                    let message = delivery.decode::<audio::Features>().unwrap();
                    if wanted(&message) {
                        return message;
                    }
                }
            }
        }
    };
    tokio::time::timeout(PATIENCE, search).await.expect("no such features")
}

#[tokio::test]
async fn features_follow_the_samples_and_fade_when_they_stop() {
    let stage = Stage::set().await;
    let launch = stage.launch("features", serde_json::json!({ "sources": ["main"] }));
    let inbox = stage.hear::<audio::Features>(None).await;
    let publisher = stage.bus.publisher::<Block>(&Name::main());
    let other = stage.bus.publisher::<Block>(&name("other"));
    let origin = time::now();

    let story = async {
        let mut index = 0;
        let mut play = || {
            let stamp = origin.plus_s(index as f64 / f64::from(RATE_HZ));
            let block = tone(index);
            other.send(stamp, &block);
            index += 256;
            Some((stamp, block))
        };
        // The bands rise over some blocks, so they may come after the level.
        let is_tone = |bands: &audio::Bands| bands.low_mid > 0.3 && bands.bass > 0.0;
        let loud =
            until(&mut play, &publisher, &inbox, |m| m.body.fast > 0.5 && is_tone(&m.body.bands)).await;
        let after = loud.header.at_mono_ns - origin.at_mono_ns;
        let frames = after as f64 * 1e-9 * f64::from(RATE_HZ) / 256.0;
        assert!((frames - frames.round()).abs() < 0.01, "the stamp is that of the samples: {frames}");

        let faded =
            until(&mut || None, &publisher, &inbox, |m| m.body.fast == 0.0 && m.body.slow == 0.0).await;
        assert!(faded.body.rms == 0.0 && faded.body.loudness == -70.0);
        // Rest: it stays silent until samples come again, and then it is there at once.
        let mut again = || Some((time::now(), tone(1 << 20)));
        let back = until(&mut again, &publisher, &inbox, |m| m.body.rms > 0.1).await;
        assert!(back.header.seq > faded.header.seq);
    };
    tokio::select! {
        exit = component::run::<Features>(launch) => panic!("the component ended: {exit}"),
        () = story => {}
    }
}
