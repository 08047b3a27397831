//! Finding and opening a capture device. This module, [`super::list`] and [`super::meter`] are the only
//! ones that speak to cpal.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, ErrorKind, FromSample, SampleFormat, SizedSample, StreamConfig, SupportedBufferSize};
use rtrb::{Consumer, Producer, RingBuffer};

use super::callback::{Arrival, Heard, Tap, ring};
use crate::config::Mixing;

/// Frames per callback that are asked for; drivers give what they like.
const ASKED_FRAMES: u32 = 256;
/// How long a backend may take to set a stream up.
const SETUP: Duration = Duration::from_secs(3);
/// Errors that may wait for the worker.
const ERRORS_MAX: usize = 16;

/// Why a device cannot be heard.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// There is none of that name.
    #[error("no capture device is called “{wanted}”; there are: {available}")]
    NotFound {
        /// The name asked for.
        wanted: String,
        /// Names that there are.
        available: String,
    },
    /// There is none at all.
    #[error("there is no capture device: connect one, or choose one by name with `device`")]
    None,
    /// The system does not let us have it.
    #[error("cannot open the capture device “{device}”")]
    Refused {
        /// Its name.
        device: String,
        /// What the system says.
        #[source]
        source: cpal::Error,
    },
    /// Its samples come in a form that is none of sound cards.
    #[error("the capture device “{device}” gives {format} samples, which are not supported")]
    Format {
        /// Its name.
        device: String,
        /// The format.
        format: SampleFormat,
    },
}

/// An open device.
pub(crate) struct Capture {
    pub(crate) name: String,
    pub(crate) rate_hz: u32,
    pub(crate) channels: usize,
    pub(crate) samples: Heard,
    overrun: Arc<AtomicU64>,
    xruns: Arc<AtomicU64>,
    errors: Consumer<cpal::Error>,
    /// Stops when dropped.
    _stream: cpal::Stream,
}

/// Whether a stream goes on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum StreamEnd {
    GoesOn,
    /// It is over, and why.
    Over(String),
}

impl Capture {
    /// Opens a device by name (exact, then a part of it in any case), or the default one. The calling
    /// thread is the one that the callback wakes.
    pub(crate) fn open(wanted: Option<&str>, mixing: &Mixing) -> Result<Capture, DeviceError> {
        let host = cpal::default_host();
        let (device, name) = find(&host, wanted)?;
        let refused = |source| DeviceError::Refused { device: name.clone(), source };
        let supported = choose(&device, mixing.channels_needed()).map_err(refused)?;
        let config = supported.config();
        let (channels, rate_hz) = (usize::from(config.channels), config.sample_rate);
        let overrun = Arc::new(AtomicU64::new(0));
        let (tap, samples) = ring(channels, rate_hz, overrun.clone(), thread::current());
        let (errors, heard_errors) = RingBuffer::new(ERRORS_MAX);
        let xruns = Arc::new(AtomicU64::new(0));
        let mut parts = Parts { tap: Some(tap), errors: Some(errors), xruns: xruns.clone() };
        let asked = StreamConfig { buffer_size: frames(supported.buffer_size()), ..config };
        let format = supported.sample_format();
        let stream = parts.build(&device, asked, format).map_err(|error| match error.kind() {
            ErrorKind::UnsupportedOperation => DeviceError::Format { device: name.clone(), format },
            _ => refused(error),
        })?;
        stream.play().map_err(refused)?;
        Ok(Capture {
            name,
            rate_hz,
            channels,
            samples,
            overrun,
            xruns,
            errors: heard_errors,
            _stream: stream,
        })
    }

    /// The next callback, if there was one.
    pub(crate) fn next(&mut self) -> Option<Arrival> {
        self.samples.next()
    }

    /// Frames left out since the last question.
    pub(crate) fn take_overrun(&self) -> u64 {
        self.overrun.swap(0, Ordering::Relaxed)
    }

    /// Gaps reported since the last question.
    pub(crate) fn take_xruns(&self) -> u64 {
        self.xruns.swap(0, Ordering::Relaxed)
    }

    /// Whether the system has ended the stream.
    pub(crate) fn end(&mut self) -> StreamEnd {
        while let Ok(error) = self.errors.pop() {
            match error.kind() {
                ErrorKind::DeviceChanged => tracing::info!(device = self.name, "the default device changed"),
                ErrorKind::RealtimeDenied => {
                    tracing::warn!(
                        device = self.name,
                        "no real-time priority for the audio thread: gaps are likelier under load"
                    );
                }
                _ => return StreamEnd::Over(format!("“{}” is gone: {error}", self.name)),
            }
        }
        StreamEnd::GoesOn
    }
}

/// A device by name, or the default one.
pub(crate) fn find(host: &cpal::Host, wanted: Option<&str>) -> Result<(cpal::Device, String), DeviceError> {
    let Some(wanted) = wanted else {
        let device = host.default_input_device().ok_or(DeviceError::None)?;
        let name = name(&device);
        return Ok((device, name));
    };
    let devices: Vec<_> = host.input_devices().map(Iterator::collect).unwrap_or_default();
    let names: Vec<(String, String)> = devices.iter().map(|device| (name(device), id(device))).collect();
    match pick(wanted, &names) {
        Some(at) => devices.into_iter().nth(at).zip(names.into_iter().nth(at).map(|(name, _)| name)),
        None => return Err(not_found(wanted, &names)),
    }
    .ok_or(DeviceError::None)
}

fn not_found(wanted: &str, names: &[(String, String)]) -> DeviceError {
    let mut available: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
    available.dedup();
    let available = if available.is_empty() { "none".to_owned() } else { available.join(", ") };
    DeviceError::NotFound { wanted: wanted.to_owned(), available }
}

/// Index of the (name, identifier) that is meant: the exact name, the exact identifier, then a part of
/// either in any case.
fn pick(wanted: &str, names: &[(String, String)]) -> Option<usize> {
    let lower = wanted.to_lowercase();
    let holds = |text: &str| text.to_lowercase().contains(&lower);
    let exact = names.iter().position(|(name, _)| name == wanted);
    let same_id = || names.iter().position(|(_, id)| id == wanted);
    exact.or_else(same_id).or_else(|| names.iter().position(|(name, id)| holds(name) || holds(id)))
}

/// What people call the device.
pub(crate) fn name(device: &cpal::Device) -> String {
    device.description().map_or_else(|_unnamed| id(device), |description| description.name().to_owned())
}

/// What the system calls the device.
pub(crate) fn id(device: &cpal::Device) -> String {
    device.id().map_or_else(|_unnamed| String::new(), |id| id.id().to_owned())
}

/// The default form of a device; where that has too few channels, one with enough of them.
fn choose(device: &cpal::Device, channels: usize) -> Result<cpal::SupportedStreamConfig, cpal::Error> {
    let default = device.default_input_config()?;
    if usize::from(default.channels()) >= channels {
        return Ok(default);
    }
    let rate_hz = default.sample_rate();
    let enough = device.supported_input_configs()?.filter(|range| usize::from(range.channels()) >= channels);
    // The fewest channels that do, at the default rate where possible.
    let best = enough.min_by_key(|range| (!range.contains_rate(rate_hz), range.channels()));
    Ok(best.map_or(default, |range| {
        range.try_with_sample_rate(rate_hz).unwrap_or_else(|| range.with_max_sample_rate())
    }))
}

fn frames(supported: &SupportedBufferSize) -> BufferSize {
    match *supported {
        SupportedBufferSize::Range { min, max } if min <= max => {
            BufferSize::Fixed(ASKED_FRAMES.clamp(min, max))
        }
        _ => BufferSize::Default,
    }
}

/// What the callbacks take with them.
struct Parts {
    tap: Option<Tap>,
    errors: Option<Producer<cpal::Error>>,
    xruns: Arc<AtomicU64>,
}

impl Parts {
    fn build(
        &mut self,
        device: &cpal::Device,
        config: StreamConfig,
        format: SampleFormat,
    ) -> Result<cpal::Stream, cpal::Error> {
        match format {
            SampleFormat::F32 => self.stream::<f32>(device, config),
            SampleFormat::I16 => self.stream::<i16>(device, config),
            SampleFormat::I32 => self.stream::<i32>(device, config),
            SampleFormat::I24 => self.stream::<cpal::I24>(device, config),
            SampleFormat::U16 => self.stream::<u16>(device, config),
            SampleFormat::U8 => self.stream::<u8>(device, config),
            SampleFormat::I8 => self.stream::<i8>(device, config),
            SampleFormat::U32 => self.stream::<u32>(device, config),
            SampleFormat::F64 => self.stream::<f64>(device, config),
            _ => Err(ErrorKind::UnsupportedOperation.into()),
        }
    }

    fn stream<T: SizedSample>(
        &mut self,
        device: &cpal::Device,
        config: StreamConfig,
    ) -> Result<cpal::Stream, cpal::Error>
    where
        f32: FromSample<T>,
    {
        let (Some(mut tap), Some(mut errors)) = (self.tap.take(), self.errors.take()) else {
            return Err(ErrorKind::InvalidInput.into());
        };
        let xruns = self.xruns.clone();
        device.build_input_stream::<T, _, _>(
            config,
            move |data, info| {
                let stamp = info.timestamp();
                tap.deliver(data, stamp.callback.duration_since(stamp.capture).as_nanos() as i64);
            },
            move |error| match error.kind() {
                ErrorKind::Xrun => drop(xruns.fetch_add(1, Ordering::Relaxed)),
                // A full ring has an error in it that ends the stream anyway.
                _ => drop(errors.push(error)),
            },
            Some(SETUP),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_exactly_before_in_part() {
        let names = [("USB Audio CODEC", "hw:1"), ("usb", "hw:2"), ("Scarlett 2i2 USB", "hw:3")]
            .map(|(name, id)| (name.to_owned(), id.to_owned()));
        assert_eq!(pick("usb", &names), Some(1));
        assert_eq!(pick("USB", &names), Some(0));
        assert_eq!(pick("scarlett", &names), Some(2));
        assert_eq!(pick("hw:3", &names), Some(2));
        assert_eq!(pick("RME", &names), None);
        assert!(
            not_found("RME", &names).to_string().contains("“RME”; there are: USB Audio CODEC, usb, Scarlett")
        );
    }

    #[test]
    fn a_block_size_is_asked_for_only_within_what_is_offered() {
        assert_eq!(frames(&SupportedBufferSize::Range { min: 16, max: 8192 }), BufferSize::Fixed(256));
        assert_eq!(frames(&SupportedBufferSize::Range { min: 512, max: 8192 }), BufferSize::Fixed(512));
        assert_eq!(frames(&SupportedBufferSize::Unknown), BufferSize::Default);
    }
}
