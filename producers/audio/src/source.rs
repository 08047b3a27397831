//! Starting a source: which one, with which thread.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use component::{Backoff, time::mono_ns};
use demo::{FIRST_LIGHT, Track};
use schemas::audio::InputKind;

use crate::config::{Config, SourceKind};
use crate::demo::{DemoProgramme, RATE_HZ};
use crate::device;
use crate::file::decode::{Decoder, FileError};
use crate::file::{self, FileProgramme};
use crate::play::resume::Bookmark;
use crate::play::{Ended, Programme, play, sleep_until};
use crate::report::{Closed, Inlet, Outlet, Report, chain, queue};
use crate::{platform, track};

/// Time between two looks for a device where there was none.
const LOOK: Duration = Duration::from_secs(3);
/// Looks after something has changed: a new card is not ready at once.
const TRIES: u32 = 4;
/// A file that has played for this long is not about to fail at once again.
const PLAYED_NS: i64 = 5_000_000_000;
/// Exists once a capture device was heard on this machine.
const MARKER: &str = "capture-device-used";

/// Who asks, and where it keeps things.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    pub(crate) instance: String,
    pub(crate) state_dir: PathBuf,
}

/// A source that is ready to start: what the outside world had to say has been heard.
pub(crate) enum Prepared {
    Device,
    File(Box<Decoder>),
    Demo {
        /// Give way to a device as soon as there is one.
        until_device: bool,
    },
}

impl Prepared {
    /// Looks at the file or at the devices. Blocks.
    pub(crate) fn new(config: &Config, home: &Home) -> Result<Prepared, FileError> {
        match (config.source, &config.path) {
            (SourceKind::File, Some(path)) => {
                Ok(Prepared::File(Box::new(Decoder::open(path, config.mixing())?)))
            }
            (SourceKind::Demo, _) => Ok(Prepared::Demo { until_device: false }),
            (SourceKind::Auto, _) if !marker(&home.state_dir).exists() && !there(config) => {
                Ok(Prepared::Demo { until_device: true })
            }
            (SourceKind::File | SourceKind::Auto | SourceKind::Device, _) => Ok(Prepared::Device),
        }
    }

    /// The kind that is published.
    pub(crate) fn kind(&self) -> InputKind {
        match self {
            Prepared::Device => InputKind::Device,
            Prepared::File(_) => InputKind::File,
            Prepared::Demo { .. } => InputKind::Demo,
        }
    }

    /// Starts its threads; they end when the inlet is dropped. A file or the demo begins at `from_s`, or where
    /// an earlier generation was.
    pub(crate) fn start(self, config: &Config, home: &Home, from_s: Option<f64>) -> std::io::Result<Inlet> {
        let (outlet, inlet) = queue(latency_ns(config));
        match self {
            Prepared::Device => {
                let wanted = device::Wanted {
                    device: config.device.clone(),
                    mixing: config.mixing(),
                    marker: marker(&home.state_dir),
                };
                spawn("capture", move || device::capture(&wanted, &outlet))?;
            }
            Prepared::File(decoder) => {
                let (config, home) = (config.clone(), home.clone());
                spawn("file", move || play_file(*decoder, &config, &home, from_s, &outlet))?;
            }
            Prepared::Demo { until_device } => {
                if until_device {
                    let (outlet, config) = (outlet.clone(), config.clone());
                    spawn("look for device", move || look_for_device(&config, &outlet))?;
                }
                let (config, home) = (config.clone(), home.clone());
                spawn("demo", move || play_demo(&config, &home, from_s, &outlet))?;
            }
        }
        Ok(inlet)
    }
}

/// Correction of a device's stamps in ns.
pub(crate) fn latency_ns(config: &Config) -> i64 {
    (config.input_latency_ms * 1e6) as i64
}

/// Frames that last so many ns, at least one.
pub(crate) fn frames_in(ns: i64, rate_hz: u32) -> u64 {
    ((ns.max(0) as f64 / 1e9 * f64::from(rate_hz)) as u64).max(1)
}

fn marker(state_dir: &Path) -> PathBuf {
    state_dir.join(MARKER)
}

fn there(config: &Config) -> bool {
    device::list::is_there(config.device.as_deref())
}

fn spawn(name: &str, work: impl FnOnce() -> Result<(), Closed> + Send + 'static) -> std::io::Result<()> {
    thread::Builder::new()
        .name(name.into())
        .spawn(move || {
            // Closed is the usual end: the component has turned to something else.
            let _closed = work();
        })
        .map(drop)
}

/// Plays a file; when it breaks off, tries again from there.
fn play_file(
    mut decoder: Decoder,
    config: &Config,
    home: &Home,
    from_s: Option<f64>,
    outlet: &Outlet,
) -> Result<(), Closed> {
    let path = config.path.clone().unwrap_or_default();
    let wanted = file::Wanted { path: path.clone(), mixing: config.mixing(), looped: config.looped };
    let mut bookmark = Bookmark::new(&home.state_dir, &home.instance, &path.to_string_lossy());
    let mut from_s = from_s.unwrap_or_else(|| bookmark.resume_s());
    let (mut index, mut backoff) = (0, Backoff::default());
    loop {
        let playing = track::of_file(&path, &decoder.tags(), decoder.duration_s());
        outlet.say(Report::Track(Box::new(playing)))?;
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        outlet.say(Report::Opened {
            device: name,
            rate_hz: decoder.rate_hz(),
            channels: decoder.channels(),
        })?;
        let began_ns = mono_ns();
        let rate_hz = decoder.rate_hz();
        let mut reason = match FileProgramme::start(decoder, wanted.clone(), from_s) {
            Ok(programme) => play_on(Box::new(programme), config, &mut index, &mut bookmark, outlet)?,
            Err(error) => format!("no thread for decoding: {error}"),
        };
        if mono_ns() - began_ns > PLAYED_NS {
            backoff.succeeded();
        }
        let broke_ns = mono_ns();
        decoder = loop {
            outlet.say(Report::Lost { reason })?;
            sleep_until(mono_ns() + backoff.pause().as_nanos() as i64, outlet)?;
            match Decoder::open(&path, config.mixing()) {
                Ok(decoder) => break decoder,
                Err(error) => reason = chain(&error),
            }
        };
        from_s = bookmark.position_s();
        // A jump of the sample number tells readers of the gap.
        index += frames_in(mono_ns() - broke_ns, rate_hz);
    }
}

fn play_demo(config: &Config, home: &Home, from_s: Option<f64>, outlet: &Outlet) -> Result<(), Closed> {
    let track = match Track::new(FIRST_LIGHT, RATE_HZ) {
        Ok(track) => track,
        Err(error) => return outlet.say(Report::Lost { reason: error.to_string() }),
    };
    let mut bookmark = Bookmark::new(&home.state_dir, &home.instance, "demo");
    let from_s = from_s.unwrap_or_else(|| bookmark.resume_s());
    outlet.say(Report::Track(Box::new(track::of_demo(track.title(), track.annotations().duration_s))))?;
    outlet.say(Report::Opened {
        device: format!("demo: {}", track.title()),
        rate_hz: RATE_HZ,
        channels: 1,
    })?;
    let programme = DemoProgramme::new(track, config.looped, from_s);
    play_on(Box::new(programme), config, &mut 0, &mut bookmark, outlet).map(drop)
}

/// Plays until it breaks, and says why it did.
fn play_on(
    programme: Box<dyn Programme>,
    config: &Config,
    index: &mut u64,
    bookmark: &mut Bookmark,
    outlet: &Outlet,
) -> Result<String, Closed> {
    match play(programme, config.speed, index, bookmark, outlet) {
        Ended::Closed => Err(Closed),
        Ended::Failed(reason) => Ok(reason),
    }
}

fn look_for_device(config: &Config, outlet: &Outlet) -> Result<(), Closed> {
    let (mut cards, mut tries) = (platform::cards(), 0);
    loop {
        sleep_until(mono_ns() + LOOK.as_nanos() as i64, outlet)?;
        let now = platform::cards();
        if now != cards {
            (cards, tries) = (now, TRIES);
        }
        if tries > 0 {
            tries -= 1;
            if there(config) {
                return outlet.say(Report::DeviceFound);
            }
        }
    }
}

#[cfg(test)]
mod tests;
