//! A sound file as a programme: decoded ahead on a thread of its own, so that a slow disk has time.

pub(crate) mod decode;
pub(crate) mod offline;
#[cfg(test)]
pub(crate) mod tests;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use decode::{Decoded, Decoder, FileError};

use crate::config::Mixing;
use crate::play::{Programme, Read};

/// Pieces that are decoded ahead; a piece is a packet, some 10 to 100 ms.
const AHEAD_PIECES: usize = 32;
/// How long the player waits for the decoder before it looks whether it should end.
const PATIENCE: Duration = Duration::from_millis(100);

/// What is played from where.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) path: PathBuf,
    pub(crate) mixing: Mixing,
    pub(crate) looped: bool,
}

/// The player's end of a decoding thread.
#[derive(Debug)]
pub(crate) struct FileProgramme {
    rate_hz: u32,
    pieces: Receiver<Piece>,
}

enum Piece {
    Frames { first: u64, samples: Vec<f32>, bad: u64 },
    End,
    Failed(FileError),
}

impl FileProgramme {
    /// Begins to decode an open file from a position on.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(decoder: Decoder, wanted: Wanted, from_s: f64) -> std::io::Result<FileProgramme> {
        let rate_hz = decoder.rate_hz();
        let (sender, pieces) = sync_channel(AHEAD_PIECES);
        thread::Builder::new().name("decode".into()).spawn(move || {
            // The player hears of every failure; when it is gone itself, nobody needs to.
            if let Err(error) = decode(decoder, &wanted, from_s, &sender) {
                drop(sender.send(Piece::Failed(error)));
            }
        })?;
        Ok(FileProgramme { rate_hz, pieces })
    }
}

impl Programme for FileProgramme {
    fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    fn read(&mut self, out: &mut Vec<f32>) -> Read {
        match self.pieces.recv_timeout(PATIENCE) {
            Ok(Piece::Frames { first, samples, bad }) => {
                out.extend_from_slice(&samples);
                Read::Frames { first, bad }
            }
            Ok(Piece::End) => Read::End,
            Ok(Piece::Failed(error)) => Read::Failed(crate::report::chain(&error)),
            Err(RecvTimeoutError::Timeout) => Read::Later,
            Err(RecvTimeoutError::Disconnected) => Read::End,
        }
    }
}

/// Decodes until the player goes away or the file ends for good.
fn decode(
    mut decoder: Decoder,
    wanted: &Wanted,
    from_s: f64,
    pieces: &SyncSender<Piece>,
) -> Result<(), FileError> {
    if from_s > 0.0 {
        decoder.seek(from_s)?;
    }
    let mut from_start = from_s <= 0.0;
    loop {
        let mut heard = false;
        loop {
            let mut samples = Vec::new();
            let Decoded::Frames(first) = decoder.next(&mut samples)? else { break };
            heard = true;
            if pieces.send(Piece::Frames { first, samples, bad: decoder.take_bad() }).is_err() {
                return Ok(());
            }
        }
        if from_start && !heard {
            return Err(FileError::NoSound { path: wanted.path.clone() });
        }
        if !wanted.looped {
            // The player knows the end from a closed queue as well.
            drop(pieces.send(Piece::End));
            return Ok(());
        }
        // Opened anew rather than rewound: no decoder carries anything over from the end to the start.
        decoder = Decoder::open(&wanted.path, wanted.mixing)?;
        from_start = true;
    }
}
