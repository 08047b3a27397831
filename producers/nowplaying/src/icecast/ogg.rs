//! Pages of an Ogg stream (RFC 3533), searched for packets with comments.
//!
//! A broadcast is a chain of logical streams: at each change of track many encoders end one and begin another, whose second
//! packet holds the comments of the track. Those packets are known by their first bytes, which no packet of audio
//! has, so nothing else needs to be followed.

use super::comments::begins;

/// Bytes before the table of a page's segments; with it and all that it can announce a page has at most 65307.
const HEADER: usize = 27;
/// So much of a packet is kept; pictures in it may be far larger, but stand after the names.
pub(crate) const MAX_PACKET: usize = 64 * 1024;
/// Bytes that are looked at at once, which bounds what waits in the buffer.
const STEP: usize = 4096;
/// Flag of a page whose first packet began on an earlier one.
const CONTINUED: u8 = 1;

/// What has come of the stream and is not done with.
#[derive(Debug, Default)]
pub(crate) struct Ogg {
    buffer: Vec<u8>,
    partial: Option<Partial>,
}

/// A packet that goes on on a later page.
#[derive(Debug)]
struct Partial {
    serial: u32,
    bytes: Vec<u8>,
}

impl Ogg {
    /// Takes the next bytes; hands every packet with comments to `found`, cut off after [`MAX_PACKET`].
    pub(crate) fn feed(&mut self, bytes: &[u8], mut found: impl FnMut(&[u8])) {
        for step in bytes.chunks(STEP) {
            self.buffer.extend_from_slice(step);
            self.pages(&mut found);
        }
    }

    fn pages(&mut self, found: &mut impl FnMut(&[u8])) {
        let buffer = std::mem::take(&mut self.buffer);
        let mut rest = buffer.as_slice();
        loop {
            rest = from_capture(rest);
            match length(rest) {
                Some(length) if length <= rest.len() => match Page::read(&rest[..length]) {
                    Some(page) => {
                        self.page(&page, found);
                        rest = &rest[length..];
                    }
                    // Not a page after all: the next may begin right here.
                    None => rest = &rest[1..],
                },
                _ => break,
            }
        }
        self.buffer = rest.to_vec();
    }

    fn page(&mut self, page: &Page<'_>, found: &mut impl FnMut(&[u8])) {
        let mut continued = page.continued;
        if !continued && self.partial.as_ref().is_some_and(|partial| partial.serial == page.serial) {
            self.partial = None;
        }
        let mut body = page.body;
        for (length, finished) in packets(page.lacing) {
            let (part, rest) = body.split_at(length.min(body.len()));
            body = rest;
            if !continued && begins(part) {
                self.partial = Some(Partial { serial: page.serial, bytes: Vec::new() });
            }
            let ours = self.partial.as_ref().is_some_and(|partial| partial.serial == page.serial);
            if let Some(partial) = self.partial.as_mut().filter(|_| ours) {
                let room = MAX_PACKET.saturating_sub(partial.bytes.len());
                partial.bytes.extend_from_slice(&part[..part.len().min(room)]);
            }
            if finished
                && ours
                && let Some(partial) = self.partial.take()
            {
                found(&partial.bytes);
            }
            continued = false;
        }
    }

    /// Bytes that it keeps.
    #[cfg(test)]
    pub(crate) fn kept(&self) -> usize {
        self.buffer.len() + self.partial.as_ref().map_or(0, |partial| partial.bytes.len())
    }
}

#[derive(Debug)]
struct Page<'a> {
    continued: bool,
    serial: u32,
    lacing: &'a [u8],
    body: &'a [u8],
}

impl<'a> Page<'a> {
    /// A page of exactly these bytes; `None` when its version is unknown or its checksum wrong.
    fn read(bytes: &'a [u8]) -> Option<Page<'a>> {
        let (header, rest) = bytes.split_at_checked(HEADER)?;
        let (lacing, body) = rest.split_at_checked(usize::from(header[26]))?;
        let word = |at: usize| header.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
        let right = header[4] == 0 && word(22)? == checksum(bytes);
        Some(Page { continued: header[5] & CONTINUED != 0, serial: word(14)?, lacing, body })
            .filter(|_| right)
    }
}

/// The bytes from the first place on where a page may begin.
fn from_capture(bytes: &[u8]) -> &[u8] {
    const CAPTURE: &[u8] = b"OggS";
    let begins = |at: &usize| {
        let there = &bytes[*at..];
        there.starts_with(CAPTURE) || CAPTURE.starts_with(there)
    };
    let at = (0..bytes.len()).find(begins).unwrap_or(bytes.len());
    &bytes[at..]
}

/// Length of the page that begins here, as soon as its table has come.
fn length(bytes: &[u8]) -> Option<usize> {
    let segments = usize::from(*bytes.get(26)?);
    let lacing = bytes.get(HEADER..HEADER + segments)?;
    Some(HEADER + segments + lacing.iter().map(|&n| usize::from(n)).sum::<usize>())
}

/// Lengths of the packets of a page, and whether each ends on it: a packet goes on as long as its segments are
/// full.
fn packets(lacing: &[u8]) -> impl Iterator<Item = (usize, bool)> {
    lacing.split_inclusive(|&n| n < 255).map(|packet| {
        let length = packet.iter().map(|&n| usize::from(n)).sum();
        (length, packet.last().is_some_and(|&n| n < 255))
    })
}

/// The checksum of a page, its own field taken as zero (RFC 3533 section 6: polynomial 0x04c11db7, nothing
/// reflected).
pub(crate) fn checksum(page: &[u8]) -> u32 {
    let byte = |(at, &byte): (usize, &u8)| if (22..26).contains(&at) { 0 } else { byte };
    page.iter().enumerate().map(byte).fold(0, |sum: u32, byte| {
        let index = (sum >> 24) as u8 ^ byte;
        (sum << 8) ^ TABLE[usize::from(index)]
    })
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut value = (index as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            value = (value << 1) ^ (if value >> 31 == 1 { 0x04c1_1db7 } else { 0 });
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
};

#[cfg(test)]
pub(crate) mod tests;
