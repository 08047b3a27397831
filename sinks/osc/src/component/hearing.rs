//! Messages that say what to follow: the grid, and who is active.

use beatclock::Heard;
use component::{Context, Delivery, time};
use schemas::{Header, Name, beat, playback};

use super::Osc;
use crate::clockwork::News;

impl Osc {
    pub(super) fn hear_grid(&mut self, delivery: &Delivery, ctx: &mut Context) {
        let Some(message) = ctx.decode::<beat::Grid>(delivery) else { return };
        let Some((at_ns, source)) = instant_ns(&message.header).zip(delivery.subject.name()) else { return };
        let jump = *source == Name::room() && std::mem::take(&mut self.source_changed);
        let sent_ns = at_ns + ((message.header.sent - message.header.at) * 1e9) as i64;
        self.tell(News::Grid(source.clone(), Heard { grid: message.body, at_ns, sent_ns, jump }));
    }

    pub(super) fn hear_active_source(&mut self, delivery: &Delivery, ctx: &mut Context) {
        let Some(message) = ctx.decode::<beat::Active>(delivery) else { return };
        let source = message.body.source.and_then(|source| Name::new(source).ok());
        let before = self.follow.active_source();
        self.source_changed |= before.is_some() && before != source.as_ref();
        self.follow.set_active_source(source);
    }

    pub(super) fn hear_active_player(&mut self, delivery: &Delivery, ctx: &mut Context) {
        if let Some(message) = ctx.decode::<playback::ActivePlayer>(delivery) {
            self.follow.set_active_player(message.body.player.and_then(|player| Name::new(player).ok()));
        }
    }
}

/// The instant of a message on this machine's monotonic clock; `None` when it is of an earlier boot.
fn instant_ns(header: &Header) -> Option<i64> {
    if header.boot == time::boot_id() {
        return Some(header.at_mono_ns);
    }
    let elsewhere = header.origin.host != time::host_name();
    // Another machine: its wall clock is all there is to go by.
    let now = time::now();
    elsewhere.then(|| now.at_mono_ns + ((header.at - now.at) * 1e9) as i64)
}
