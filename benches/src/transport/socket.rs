//! The earlier design's transport at its best: blocking threads at both ends of one Unix stream socket.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use schemas::{Header, Origin, Payload, wire};
use serde::Serialize;
use testkit::wait::mono_ns;

use super::{Load, Outcome, open_loop};

/// Header and payload in one object, as on the bus.
#[derive(Serialize)]
struct Flat<'a, T> {
    #[serde(flatten)]
    header: &'a Header,
    #[serde(flatten)]
    body: &'a T,
}

/// One round.
pub(super) fn round<T: Payload>(load: Load, make: fn(u64) -> T) -> Result<Outcome> {
    let (mut sending, reading) = UnixStream::pair()?;
    let until_ns = load.patience_ns();
    let reader = std::thread::Builder::new()
        .name("bench-read".into())
        .spawn(move || read::<T>(reading, load, until_ns))?;
    let origin = Origin {
        host: bus::time::host_name().to_owned(),
        instance: "bench-send".into(),
        generation: 1_763_683_200_123,
    };
    open_loop(load, |seq, due_ns| {
        let stamp = bus::time::stamp_of_mono(due_ns);
        let header = Header {
            v: schemas::header::VERSION,
            seq,
            origin: origin.clone(),
            boot: bus::time::boot_id().to_owned(),
            at: stamp.at,
            at_mono_ns: stamp.at_mono_ns,
            sent: bus::time::unix_s(),
            valid_s: None,
        };
        Ok(sending.write_all(&frame(&header, &make(seq))?)?)
    })?;
    drop(sending);
    reader.join().map_err(|_| anyhow!("the reader panicked"))?
}

/// JSON behind its length: 4 bytes, big-endian.
fn frame<T: Payload>(header: &Header, body: &T) -> Result<Vec<u8>> {
    let mut frame = vec![0; 4];
    serde_json::to_writer(&mut frame, &Flat { header, body })?;
    let length = u32::try_from(frame.len() - 4).context("message too large")?;
    frame[..4].copy_from_slice(&length.to_be_bytes());
    Ok(frame)
}

fn read<T: Payload>(mut from: UnixStream, load: Load, until_ns: i64) -> Result<Outcome> {
    let mut outcome = Outcome { delays_ns: Vec::with_capacity(load.messages as usize), bytes: 0, lost: 0 };
    let mut json = Vec::new();
    while (outcome.delays_ns.len() as u64) < load.messages {
        let left_ns = u64::try_from(until_ns - mono_ns()).unwrap_or(0).max(1);
        from.set_read_timeout(Some(Duration::from_nanos(left_ns)))?;
        let mut length = [0; 4];
        if from.read_exact(&mut length).is_err() {
            // Closed, or nothing for too long: what is missing is lost.
            break;
        }
        json.resize(u32::from_be_bytes(length) as usize, 0);
        from.read_exact(&mut json)?;
        let message = wire::decode::<T>(&json)?;
        outcome.delays_ns.push(mono_ns() - message.header.at_mono_ns);
        outcome.bytes = json.len() + length.len();
        std::hint::black_box(message.body);
    }
    outcome.lost = load.messages - outcome.delays_ns.len() as u64;
    Ok(outcome)
}
