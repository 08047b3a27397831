//! What goes wrong on a first night: each a clear paragraph that says what to do, and nothing lost.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use anyhow::{Result, ensure};
use testkit::process::Finished;

use crate::support::show::Show;
use crate::support::vjbus;

/// Nobody listens to its default target here, which is no failure.
fn works(component: &serde_json::Value) -> bool {
    component["state"] == "ready"
        || component["reason"].as_str().is_some_and(|r| r.contains("nobody listens"))
}

/// The message names every one of `words` and is a paragraph, not a page.
fn says(done: &Finished, words: &[&str]) -> Result<()> {
    ensure!(!done.status.success(), "it succeeded: {}", done.stdout);
    for word in words {
        ensure!(done.stderr.contains(word), "the message does not say “{word}”:\n{}", done.stderr);
    }
    ensure!(!done.stderr.contains("panicked"), "{}", done.stderr);
    let said: Vec<&str> = done.stderr.lines().filter(|line| line.contains("vjbus:")).collect();
    ensure!(said.len() == 1, "it should end with one message:\n{}", done.stderr);
    Ok(())
}

#[test]
fn port_taken() -> Result<()> {
    let show = Show::new(vjbus()?, "")?;
    let _taken = TcpListener::bind(("127.0.0.1", show.port()))?;
    let done = show.run(&["up"])?;
    says(&done, &[&show.port().to_string(), "port"])?;
    ensure!(done.status.code() == Some(69), "{}", done.status);
    Ok(())
}

#[test]
fn no_nats_server() -> Result<()> {
    let empty = tempfile::tempdir()?;
    let show = Show::new(vjbus()?, "")?.env("PATH", &empty.path().to_string_lossy());
    let done = show.run(&["up"])?;
    says(&done, &["nats-server", "install"])?;
    ensure!(done.status.code() == Some(69), "{}", done.status);
    Ok(())
}

#[test]
fn old_nats_server() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let fake = folder.path().join("nats-server");
    std::fs::write(&fake, "#!/bin/sh\necho 'nats-server: v2.9.10'\n")?;
    std::fs::set_permissions(&fake, std::fs::Permissions::from_mode(0o755))?;
    let show = Show::new(vjbus()?, "")?.env("PATH", &format!("{}:/bin:/usr/bin", folder.path().display()));
    says(&show.run(&["up"])?, &["2.9.10", "2.11"])
}

#[test]
fn no_such_device_is_degraded_and_keeps_trying() -> Result<()> {
    let mut show =
        Show::new(vjbus()?, "[instances.audio]\nsource = \"device\"\ndevice = \"No Such Interface\"\n")?;
    show.start()?;
    let audio = show.wait_component("audio", "audio to be degraded", |c| c["state"] == "degraded")?;
    ensure!(audio["reason"].as_str().is_some_and(|r| r.contains("No Such Interface")), "{audio}");
    show.down()
}

#[test]
fn unreadable_file_is_told_once_and_the_rest_runs() -> Result<()> {
    let mut show =
        Show::new(vjbus()?, "[instances.audio]\nsource = \"file\"\npath = \"/nowhere/song.flac\"\n")?;
    show.start()?;
    let audio = show.wait_component("audio", "audio to be stopped", |c| c["state"] == "stopped")?;
    ensure!(audio.to_string().contains("/nowhere/song.flac"), "{audio}");
    show.wait_component("osc", "osc to work", works)?;
    show.down()
}

#[test]
fn all_mistakes_are_told_at_once_each_with_its_line() -> Result<()> {
    let show = Show::new(
        vjbus()?,
        "[instances.audio]\nsorce = \"file\"\nchannels = \"left\"\n[instances.beat2]\ncomponent = \"processors/beet\"\n[targets.generic]\nofset_ms = 3\n",
    )?;
    let done = show.run(&["check"])?;
    says(&done, &["sorce", "source", "channels", "processors/beat", "ofset_ms"])?;
    for line in ["vjbus.toml:5", "vjbus.toml:6", "vjbus.toml:8", "vjbus.toml:10"] {
        ensure!(done.stderr.contains(line), "{line} is not named:\n{}", done.stderr);
    }
    ensure!(done.status.code() == Some(64), "{}", done.status);
    Ok(())
}

#[test]
fn broken_toml_names_its_line() -> Result<()> {
    let show = Show::new(vjbus()?, "[instances.audio\n")?;
    says(&show.run(&["check"])?, &["vjbus.toml:4"])
}

#[test]
fn unknown_target_and_unknown_field_of_a_mapping() -> Result<()> {
    let show = Show::new(vjbus()?, "[targets.stage]\nenabled = true\n")?;
    says(&show.run(&["check"])?, &["stage"])?;
    let folder = show.dir().join("targets");
    std::fs::create_dir(&folder)?;
    let text = "title = \"Stage\"\nevidence = \"unverified\"\naddress = \"127.0.0.1:7000\"\n[[send]]\nfrom = \"beat.grid\"\nosc = \"/x\"\nargs = [{ type = \"f\", expr = \"bpmm / 2\" }]\n";
    std::fs::write(folder.join("stage.toml"), text)?;
    says(&show.run(&["check"])?, &["stage.toml:7", "bpmm"])?;
    std::fs::write(folder.join("stage.toml"), text.replace("bpmm", "bpm"))?;
    ensure!(
        show.run(&["check"])?.status.success(),
        "a good target is refused: {}",
        show.run(&["check"])?.stderr
    );
    Ok(())
}

#[test]
fn a_state_folder_that_cannot_be_written() -> Result<()> {
    let show = Show::new(vjbus()?, "")?;
    let file = show.dir().join("a-file");
    std::fs::write(&file, "")?;
    let inside = format!("state_dir={}", file.join("state").display());
    says(&show.run(&["up", "--set", &inside])?, &["a-file"])
}

#[test]
fn a_full_disk_degrades_the_log_and_nothing_else() -> Result<()> {
    let mut show =
        Show::new(vjbus()?, "[instances.audio]\nsource = \"demo\"\n[instances.log]\npath = \"/dev/full\"\n")?;
    show.start()?;
    let log = show.wait_component("log", "log to be degraded", |c| c["state"] == "degraded")?;
    ensure!(log["reason"].as_str().is_some_and(|r| r.contains("/dev/full")), "{log}");
    show.wait_component("osc", "osc to work", works)?;
    show.down()
}

#[test]
fn without_a_broker_commands_say_so_and_status_keeps_its_shape() -> Result<()> {
    let show = Show::new(vjbus()?, "")?;
    let watch = show.run(&["watch", "vj.>", "--count", "1"])?;
    says(&watch, &["no broker", "vjbus up"])?;
    ensure!(watch.status.code() == Some(69));
    let status = show.run(&["status", "--json"])?;
    ensure!(status.status.code() == Some(69), "{}", status.status);
    let document: serde_json::Value = serde_json::from_str(&status.stdout)?;
    ensure!(
        document["broker"].is_object()
            && document["supervisor"].is_null()
            && document["components"].is_array(),
        "{document}"
    );
    Ok(())
}
