//! Messages that say what to follow: the grid, who is active, and which track plays.

use beatclock::Heard;
use component::{Context, Delivery, time};
use schemas::{Header, Name, Payload as _, beat, playback};

use super::Osc;
use crate::clockwork::News;
use crate::memory::Turn;

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

    /// The player that turns to another track, if one does.
    pub(super) fn hear_track(&mut self, delivery: &Delivery, ctx: &mut Context) -> Option<Name> {
        if delivery.subject.topic().name != playback::Track::TOPIC.name {
            return None;
        }
        let (player, message) = (delivery.subject.name()?, ctx.decode::<playback::Track>(delivery)?);
        let turn = self.memory.turn_to(player, &message.body);
        if turn == Turn::Other {
            let told_s = message.header.sent;
            self.memory.forget_track(player, told_s);
            let theirs = self.values.iter_mut().filter(|values| values.following.player == *player);
            theirs.for_each(|values| values.forget_track(told_s));
        }
        (turn != Turn::Same).then(|| player.clone())
    }
}

/// The instant of a message on this machine's monotonic clock; `None` when it is of an earlier boot.
pub(super) fn instant_ns(header: &Header) -> Option<i64> {
    if header.boot == time::boot_id() {
        return Some(header.at_mono_ns);
    }
    let elsewhere = header.origin.host != time::host_name();
    // Another machine: its wall clock is all there is to go by.
    let now = time::now();
    elsewhere.then(|| now.at_mono_ns + ((header.at - now.at) * 1e9) as i64)
}
