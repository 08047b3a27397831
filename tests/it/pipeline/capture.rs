//! The virtual sound card: played by one program, captured by ours, lost and brought back.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use schemas::Payload as _;
use schemas::audio::{Input, InputState};
use testkit::osc::Receiver;
use testkit::sound::Card;

use super::{own_track, same_tempo, show, tempo};
use crate::support::show::Show;
use crate::support::{name, next};

const LISTEN: Duration = Duration::from_secs(50);

fn with_card(mut show: Show, card: &Card) -> Show {
    for (key, value) in card.env() {
        show = show.env(key, &value.to_string_lossy());
    }
    show
}

#[test]
fn music_from_the_card_is_heard_at_its_tempo() -> Result<()> {
    let card = Card::start()?;
    let dir = tempfile::tempdir()?;
    let (file, wanted) = own_track(dir.path(), 60.0)?;
    let receiver = Receiver::start()?;
    let mut show = with_card(show("source = \"device\"", receiver.port())?, &card);
    show.up()?;
    let _playing = card.play(&file)?;
    let messages = receiver.wait_for_count(LISTEN, "/vj/beat/count", 40).with_context(|| show.tail())?;
    let beats: Vec<i64> = messages[20..].iter().map(|m| m.at_mono_ns).collect();
    let bpm = tempo(&beats);
    println!("annotated {wanted:.2} BPM, heard through the card {bpm:.2}");
    ensure!(same_tempo(bpm, wanted, 0.03), "annotated {wanted:.2} BPM, heard {bpm:.2}");
    show.down()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_card_is_told_and_taken_up_again() -> Result<()> {
    let card = Card::start()?;
    let receiver = Receiver::start()?;
    let mut show = with_card(show("source = \"device\"", receiver.port())?, &card);
    show.up()?;
    let pid = show.pid("audio")?;
    let bus = show.viewer().await?;
    let mut inbox = bus.inbox();
    inbox.subscribe(Input::TOPIC, Some(&name("main"))).await;
    let there = |state: InputState| matches!(state, InputState::Live | InputState::Silent);
    next::<Input>(&inbox, "the card to be heard", |m| there(m.body.state)).await?;
    card.unplug()?;
    next::<Input>(&inbox, "the loss to be told", |m| m.body.state == InputState::Lost).await?;
    card.plug()?;
    next::<Input>(&inbox, "the card to be heard again", |m| there(m.body.state))
        .await
        .with_context(|| show.tail())?;
    ensure!(show.pid("audio")? == pid, "the producer was restarted for a lost device");
    show.down()
}
