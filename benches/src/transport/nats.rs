//! Through the bus, as components do it: each side with a connection and a runtime of its own.

use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use bus::{Bus, Inbox, Publisher, Settings};
use schemas::{Name, Payload};
use testkit::wait::{mono_ns, wait_until_async};
use tokio::runtime::Runtime;

use super::{Load, Outcome, open_loop};

/// How long connecting may take.
const SOON: Duration = Duration::from_secs(5);

/// One round.
pub(super) fn round<T: Payload>(url: &str, load: Load, make: fn(u64) -> T) -> Result<Outcome> {
    let (sending, reading) = (runtime()?, runtime()?);
    let sender = sending.block_on(connect(url, "bench-send"))?;
    let publisher: Publisher<T> = sender.publisher(&Name::main());
    let (bus, inbox) = reading.block_on(subscribe::<T>(url))?;
    let until_ns = load.patience_ns();
    let reader = std::thread::Builder::new()
        .name("bench-read".into())
        .spawn(move || reading.block_on(read::<T>(&inbox, load, until_ns)))?;
    open_loop(load, |number, due_ns| {
        // What does not leave is counted.
        publisher.send(bus::time::stamp_of_mono(due_ns), &make(number));
        Ok(())
    })?;
    let outcome = reader.join().map_err(|_| anyhow!("the reader panicked"))??;
    // Unsent messages leave gaps in the numbers, so the reader counts them too unless they were the last.
    let (unsent, counts) = (sender.counts().unsent.load(Ordering::Relaxed), bus.counts());
    let read = [&counts.lost, &counts.overrun, &counts.stale].map(|count| count.load(Ordering::Relaxed));
    Ok(Outcome { lost: unsent.max(read.iter().sum()), ..outcome })
}

/// A runtime as a component has it: its own loop on the calling thread, the client library on one worker.
pub(crate) fn runtime() -> Result<Runtime> {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    built.context("no runtime")
}

/// Connects without a key, and waits for the link.
pub(crate) async fn connect(url: &str, who: &str) -> Result<Bus> {
    let settings = Settings {
        url: url.to_owned(),
        credentials: None,
        instance: Name::new(who)?,
        wait_for_broker: false,
    };
    let bus = Bus::connect(settings).await?;
    wait_until_async(SOON, "the link is up", async || bus.is_up()).await?;
    Ok(bus)
}

async fn subscribe<T: Payload>(url: &str) -> Result<(Bus, Inbox)> {
    let bus = connect(url, "bench-read").await?;
    let mut inbox = bus.inbox();
    inbox.subscribe(T::TOPIC, Some(&Name::main())).await;
    // The broker has the subscription once it has answered a flush.
    bus.flush(SOON).await;
    Ok((bus, inbox))
}

async fn read<T: Payload>(inbox: &Inbox, load: Load, until_ns: i64) -> Result<Outcome> {
    let mut outcome = Outcome { delays_ns: Vec::with_capacity(load.messages as usize), bytes: 0, lost: 0 };
    while (outcome.delays_ns.len() as u64) < load.messages {
        let left = Duration::from_nanos(u64::try_from(until_ns - mono_ns()).unwrap_or(0));
        let Ok(delivery) = tokio::time::timeout(left, inbox.next()).await else { break };
        let message = delivery.decode::<T>()?;
        outcome.delays_ns.push(mono_ns() - message.header.at_mono_ns);
        outcome.bytes = delivery.payload.len();
        std::hint::black_box(message.body);
    }
    Ok(outcome)
}
