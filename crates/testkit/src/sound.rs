//! A virtual sound card: a PulseAudio server of the test's own whose null sink is heard as a capture device.
//!
//! What is played into the sink `vj` comes out of the ALSA devices `default` and `vjmon` of every
//! program that is given [`Card::env`]. The card can be unplugged while somebody records from it.
//! The first samples arrive about 1.5 s after a device was opened: wait for them, never for a time.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::process::{Finished, Program, Spawned};
use crate::tool;
use crate::wait::wait_for;

/// Rate of the card in Hz.
pub const RATE_HZ: u32 = 48_000;
/// Channels of the card.
pub const CHANNELS: u16 = 2;
/// Name of the ALSA device that hears what is played, beside `default`.
pub const DEVICE: &str = "vjmon";
/// Description under which programs list that device.
pub const DESCRIPTION: &str = "VJ virtual monitor";

const SINK: &str = "vj";
/// How long the server may take to start; about 0.3 s on a quiet machine.
const START: Duration = Duration::from_secs(30);
/// How long one command of the server may take.
const COMMAND: Duration = Duration::from_secs(15);

/// A running card that is removed when dropped.
#[derive(Debug)]
pub struct Card {
    server: Spawned,
    dir: TempDir,
}

impl Card {
    /// Starts a card that is plugged in and silent.
    ///
    /// # Errors
    /// When PulseAudio is missing or does not start.
    pub fn start() -> Result<Card> {
        let pulseaudio = tool::find("pulseaudio")?;
        // A short name: a socket's path has a limit of 108 bytes.
        let dir =
            tempfile::Builder::new().prefix("vjpa-").tempdir().context("no folder for the sound card")?;
        write_alsa_config(dir.path())?;
        let socket =
            format!("module-native-protocol-unix auth-anonymous=1 socket={}", socket(dir.path()).display());
        let server = Program::new(pulseaudio)
            .args([
                "-n",
                "--daemonize=no",
                "--exit-idle-time=-1",
                "--disallow-exit=yes",
                "--log-target=stderr",
            ])
            .args(["-L", &socket, "-L", &format!("module-null-sink {}", sink_options())])
            .envs(vars(dir.path()))
            .env("HOME", dir.path())
            .start()?;
        let mut card = Card { server, dir };
        card.await_start()?;
        Ok(card)
    }

    /// Environment of a program that shall see this card, and only this.
    pub fn env(&self) -> Vec<(&'static str, OsString)> {
        vars(self.dir.path())
    }

    /// Plays a sound file into the card until it ends or what is returned is dropped.
    ///
    /// # Errors
    /// When `paplay` is missing or cannot be started.
    pub fn play(&self, file: &Path) -> Result<Spawned> {
        Program::new(tool::find("paplay")?).arg(format!("--device={SINK}")).arg(file).envs(self.env()).start()
    }

    /// Takes the device away from whoever records from it, as pulling its cable would.
    ///
    /// # Errors
    /// When the server does not do it.
    pub fn unplug(&self) -> Result<()> {
        self.pactl(&["unload-module", "module-null-sink"]).map(drop)
    }

    /// Brings the device back under its old name.
    ///
    /// # Errors
    /// When the server does not do it.
    pub fn plug(&self) -> Result<()> {
        ensure!(!self.is_plugged()?, "the card is plugged in already");
        let options = sink_options();
        let mut args = vec!["load-module", "module-null-sink"];
        args.extend(options.split(' '));
        self.pactl(&args).map(drop)
    }

    /// Whether the device is there.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn is_plugged(&self) -> Result<bool> {
        Ok(self.pactl(&["list", "short", "sinks"])?.split_whitespace().any(|word| word == SINK))
    }

    fn await_start(&mut self) -> Result<()> {
        let found = wait_for(START, "the sound card is there", || match self.is_plugged() {
            Ok(true) => Some(true),
            _ if !self.server.is_running() => Some(false),
            _ => None,
        });
        match found.with_context(|| self.server.tail())? {
            true => Ok(()),
            false => bail!("pulseaudio refuses to start\n{}", self.server.tail()),
        }
    }

    fn pactl(&self, args: &[&str]) -> Result<String> {
        let Finished { status, stdout, stderr } =
            Program::new(tool::find("pactl")?).args(args).envs(self.env()).run(COMMAND)?;
        ensure!(status.success(), "pactl {}: {}", args.join(" "), stderr.trim());
        Ok(stdout)
    }
}

fn sink_options() -> String {
    format!("sink_name={SINK} rate={RATE_HZ} format=float32le channels={CHANNELS}")
}

fn socket(dir: &Path) -> PathBuf {
    dir.join("native")
}

fn vars(dir: &Path) -> Vec<(&'static str, OsString)> {
    let mut server = OsString::from("unix:");
    server.push(socket(dir));
    vec![
        ("XDG_RUNTIME_DIR", dir.into()),
        ("PULSE_RUNTIME_PATH", dir.join("runtime").into()),
        ("PULSE_STATE_PATH", dir.join("state").into()),
        // Else clients make a cookie in the user's home.
        ("PULSE_COOKIE", dir.join("cookie").into()),
        ("PULSE_SERVER", server),
        ("ALSA_CONFIG_PATH", dir.join("alsa.conf").into()),
    ]
}

/// ALSA reads one file; it includes the system's definitions and those of the card.
fn write_alsa_config(dir: &Path) -> Result<()> {
    let card = format!(
        "pcm.!default {{ type pulse }}\n\
         ctl.!default {{ type pulse }}\n\
         pcm.{DEVICE} {{ type pulse device \"{SINK}.monitor\" hint {{ show on description \"{DESCRIPTION}\" }} }}\n"
    );
    let card_file = dir.join("card.conf");
    fs::write(&card_file, card)?;
    let all = format!("</usr/share/alsa/alsa.conf>\n<{}>\n", card_file.display());
    fs::write(dir.join("alsa.conf"), all)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wait::wait_until;
    use crate::wav;

    /// A recorder that nobody here wrote, writing raw mono floats to its standard output.
    fn record(card: &Card) -> Spawned {
        let args = ["-q", "-D", DEVICE, "-t", "raw", "-f", "FLOAT_LE", "-c", "1", "-r", "48000"];
        Program::new(tool::find("arecord").unwrap()).args(args).envs(card.env()).start().unwrap()
    }

    fn last_second(recorder: &Spawned) -> Vec<f32> {
        let bytes = fs::read(recorder.stdout_path()).unwrap();
        let samples: Vec<f32> = bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        samples[samples.len().saturating_sub(RATE_HZ as usize)..].to_vec()
    }

    fn await_level(recorder: &Spawned, rms: f32) {
        let level = || {
            let second = last_second(recorder);
            (second.iter().map(|s| s * s).sum::<f32>() / second.len().max(1) as f32).sqrt()
        };
        let heard = wait_until(Duration::from_secs(30), "a full second of the sine is heard", || {
            last_second(recorder).len() == RATE_HZ as usize && (level() - rms).abs() < 0.01
        });
        assert!(heard.is_ok(), "level {} instead of {rms}: {}", level(), recorder.stderr());
    }

    #[test]
    fn what_is_played_is_heard_until_the_cable_is_pulled() {
        let card = Card::start().unwrap();
        let file = card.dir.path().join("sine.wav");
        wav::write(&file, RATE_HZ, 2, &wav::sine(RATE_HZ, 2, 440.0, 0.5, 120.0)).unwrap();
        let sine = card.play(&file).unwrap();
        let mut recorder = record(&card);
        await_level(&recorder, 0.5 / 2f32.sqrt());

        card.unplug().unwrap();
        assert!(!card.is_plugged().unwrap());
        let ended = recorder.wait(Duration::from_secs(30));
        assert!(ended.is_ok_and(|status| !status.success()), "the recorder notices: {}", recorder.tail());
        drop(sine);

        card.plug().unwrap();
        let _sine = card.play(&file).unwrap();
        await_level(&record(&card), 0.5 / 2f32.sqrt());
    }
}
