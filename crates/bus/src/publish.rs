//! Publishing: stamped, numbered, never waiting.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};

use async_nats::HeaderMap;
use bytes::Bytes;
use futures_util::FutureExt as _;
use schemas::{Class, Codec, Header, Name, Payload, Stamp, Subject, wire};

use crate::connect::Bus;
use crate::time;

/// Publishes one message type on one subject.
pub struct Publisher<T> {
    bus: Bus,
    subject: String,
    headers: HeaderMap,
    seq: AtomicU64,
    _payload: PhantomData<fn(T)>,
}

impl Bus {
    /// A publisher of `T` for `name`. Make one per subject and keep it: it numbers the messages.
    pub fn publisher<T: Payload>(&self, name: &Name) -> Publisher<T> {
        Publisher {
            bus: self.clone(),
            subject: Subject::new(T::TOPIC, name).to_string(),
            headers: content_type(T::TOPIC.codec),
            seq: AtomicU64::new(0),
            _payload: PhantomData,
        }
    }
}

impl<T: Payload> Publisher<T> {
    /// Publishes `body`, true at `stamp`. Never waits.
    ///
    /// State is kept, acknowledged and written again after a reconnect. Everything else is dropped and
    /// counted while the link is down or its queue full; the return value says whether it left.
    pub fn send(&self, stamp: Stamp, body: &T) -> bool {
        let header = Header {
            v: schemas::header::VERSION,
            seq: self.seq.fetch_add(1, Ordering::Relaxed),
            origin: (*self.bus.origin).clone(),
            boot: time::boot_id().to_owned(),
            at: stamp.at,
            at_mono_ns: stamp.at_mono_ns,
            sent: time::unix_s(),
            valid_s: T::TOPIC.valid_s,
        };
        let payload = match wire::encode(&header, body) {
            Ok(payload) => Bytes::from(payload),
            Err(error) => {
                tracing::error!(%error, subject = %self.subject, "message not published");
                self.bus.counts.unsent.fetch_add(1, Ordering::Relaxed);
                return false;
            }
        };
        if T::TOPIC.class == Class::State {
            self.bus.keeper.put(&self.subject, self.headers.clone(), payload);
            return true;
        }
        self.bus.send_or_drop(&self.subject, self.headers.clone(), payload)
    }

    /// The subject.
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

impl Bus {
    /// Hands a message to the client if that needs no waiting; otherwise drops and counts it.
    pub(crate) fn send_or_drop(&self, subject: &str, headers: HeaderMap, payload: Bytes) -> bool {
        let sent = self.is_up() && {
            let publish = self.client.publish_with_headers(subject.to_owned(), headers, payload);
            // Unconstrained: a spent cooperation budget must not look like a full queue.
            matches!(tokio::task::unconstrained(publish).now_or_never(), Some(Ok(())))
        };
        if !sent {
            self.counts.unsent.fetch_add(1, Ordering::Relaxed);
        }
        sent
    }
}

pub(crate) fn content_type(codec: Codec) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("Content-Type", codec.content_type());
    headers
}
