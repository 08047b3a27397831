//! The loop that every component lives in.

use std::collections::HashMap;
use std::time::Duration;

use bus::{Bus, Command, Inbox, Link, Service, ServiceInfo, time};
use schemas::command::COMMON_VERBS;
use schemas::sys::{Heartbeat, LifecycleEvent};
use schemas::{Header, Payload as _};

use crate::control::{self, RELOAD, Settings};
use crate::logging::Tap;
use crate::{Component, Context, Exit, Held, Launch, every};

/// Time between two heartbeats.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Log lines that go to the bus per heartbeat.
const LOG_BUDGET: usize = 10;
/// Time for the last messages to leave.
const FLUSH: Duration = Duration::from_millis(500);
/// Time for [`Component::stop`]; the supervisor's grace period is 2 s.
const STOP: Duration = Duration::from_millis(1200);

/// Runs one component to its end.
pub async fn run<C: Component>(launch: Launch) -> Exit {
    match prepare::<C>(launch).await {
        Ok((component, settings, ctx, service)) => live(component, settings, ctx, service).await,
        Err(exit) => exit,
    }
}

type Ready<C> = (C, Settings, Context, Service);

async fn prepare<C: Component>(launch: Launch) -> Result<Ready<C>, Exit> {
    let lock =
        Held::take(&launch.state_dir, launch.instance.as_str()).map_err(|e| Exit::Absent(e.to_string()))?;
    // Held for the life of the process: the kernel frees it at the end, however that comes.
    std::mem::forget(lock);
    let (settings, config) = settings::<C>(&launch)?;
    let bus = Bus::connect(launch.bus).await.map_err(|e| Exit::Absent(crate::context::chain(&e)))?;
    await_link(&bus).await;
    let mut ctx = Context::new(bus, C::SPEC, launch.instance, launch.state_dir, launch.overlay);
    ctx.lifecycle(LifecycleEvent::Starting, "");
    ctx.beat();
    let service = serve::<C>(&ctx).await?;
    let component = match C::start(config, &mut ctx).await {
        Ok(component) => component,
        Err(exit) => {
            ctx.health.last_error = Some(exit.to_string());
            ctx.lifecycle(LifecycleEvent::Exited, &exit.to_string());
            ctx.bus.flush(FLUSH).await;
            return Err(exit);
        }
    };
    if ctx.health.state == schemas::sys::State::Starting {
        ctx.ready();
    }
    ctx.lifecycle(LifecycleEvent::Ready, "");
    Ok((component, settings, ctx, service))
}

fn settings<C: Component>(launch: &Launch) -> Result<(Settings, C::Config), Exit> {
    let settings = Settings { written: launch.config.clone() };
    let config = settings.with::<C>(&launch.overlay).or_else(|flaw| {
        tracing::warn!(%flaw, "live changes of an earlier version do not fit any more and are left out");
        settings
            .with::<C>(&serde_json::json!({}))
            .map_err(|flaw| Exit::Config(format!("instances.{}.{flaw}", launch.instance)))
    })?;
    let mistakes = C::mistakes(&config);
    if !mistakes.is_empty() {
        return Err(Exit::Config(format!("instances.{}: {}", launch.instance, mistakes.join("; "))));
    }
    Ok((settings, config))
}

// A component that starts before its broker waits here, silently for its first half second.
async fn await_link(bus: &Bus) {
    let mut link = bus.link();
    let mut waited = false;
    while *link.borrow_and_update() == Link::Down {
        match tokio::time::timeout(Duration::from_millis(500), link.changed()).await {
            Err(_) if !waited => {
                waited = true;
                tracing::warn!("waiting for the broker");
            }
            _ => {}
        }
    }
}

async fn serve<C: Component>(ctx: &Context) -> Result<Service, Exit> {
    let spec = C::SPEC;
    let verbs: Vec<&str> =
        COMMON_VERBS.iter().copied().chain([RELOAD]).chain(spec.verbs.iter().map(|v| v.name)).collect();
    let info = ServiceInfo {
        name: spec.short_name().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        description: spec.about.to_owned(),
        metadata: HashMap::from([
            ("instance".to_owned(), ctx.instance.to_string()),
            ("component".to_owned(), spec.name.to_owned()),
            ("pid".to_owned(), std::process::id().to_string()),
        ]),
    };
    ctx.bus.serve(&ctx.instance, info, &verbs).await.map_err(|e| Exit::Internal(crate::context::chain(&e)))
}

/// Heartbeats of our own name: one from another host means that the name is taken there.
async fn namesakes(ctx: &Context) -> Inbox {
    let mut inbox = ctx.bus.inbox();
    inbox.subscribe(Heartbeat::TOPIC, Some(&ctx.instance)).await;
    inbox
}

/// The later of two namesakes gives way.
fn gives_way(ctx: &Context, heard: &Header) -> Result<(), Exit> {
    let (ours, theirs) = (ctx.bus.origin(), &heard.origin);
    if theirs.host == ours.host || theirs.generation >= ours.generation {
        return Ok(());
    }
    Err(Exit::Config(format!(
        "“{}” runs on host {} already: stop that one, or give this one another name",
        ctx.instance, theirs.host
    )))
}

enum Turn {
    Signal,
    Beat,
    Link,
    Command(Box<Command>),
    Message(Box<bus::Delivery>),
    Namesake(Header),
    Wake,
}

async fn live<C: Component>(
    mut component: C,
    mut settings: Settings,
    mut ctx: Context,
    mut service: Service,
) -> Exit {
    let mut signals = pin_signals();
    let mut tap = Tap::take();
    let mut link = ctx.bus.link();
    link.mark_unchanged();
    let namesakes = namesakes(&ctx).await;
    let mut beats = every(HEARTBEAT);
    loop {
        let turn = tokio::select! {
            () = &mut signals => Turn::Signal,
            _ = beats.tick() => Turn::Beat,
            Ok(()) = link.changed() => Turn::Link,
            command = service.next() => Turn::Command(Box::new(command)),
            delivery = namesakes.next() => Turn::Namesake(delivery.header),
            delivery = ctx.inbox.next() => Turn::Message(Box::new(delivery)),
            () = component.wait() => Turn::Wake,
        };
        let done = match turn {
            Turn::Signal => return end(component, ctx, Exit::Done, LifecycleEvent::Exited).await,
            Turn::Beat | Turn::Link => {
                report(&mut ctx, tap.as_mut());
                Ok(())
            }
            Turn::Command(command) => obey(&mut component, &mut settings, *command, &mut ctx).await,
            Turn::Message(delivery) => {
                let lag = time::mono_ns() - delivery.arrived_mono_ns;
                ctx.health.worst_lag_ns = ctx.health.worst_lag_ns.max(lag);
                component.handle(*delivery, &mut ctx).await
            }
            Turn::Namesake(heard) => gives_way(&ctx, &heard),
            Turn::Wake => component.wake(&mut ctx).await,
        };
        ctx.health.round();
        if let Err(exit) = done {
            // Only a command is a wish; the supervisor starts again whatever else ends.
            let event = if exit == Exit::Done { LifecycleEvent::Stopped } else { LifecycleEvent::Exited };
            return end(component, ctx, exit, event).await;
        }
    }
}

fn report(ctx: &mut Context, tap: Option<&mut Tap>) {
    ctx.beat();
    let Some(tap) = tap else { return };
    for line in tap.lines(LOG_BUDGET) {
        if line.level == "error" {
            ctx.health.last_error = Some(line.message.clone());
        }
        ctx.log(&line);
    }
    match tap.lost() {
        0 => {}
        lost => ctx.count("log_lines_lost", lost),
    }
}

async fn obey<C: Component>(
    component: &mut C,
    settings: &mut Settings,
    command: Command,
    ctx: &mut Context,
) -> Result<(), Exit> {
    let outcome = control::execute(component, settings, &command.verb, &command.args, ctx).await;
    command.reply(outcome.reply).await;
    outcome.exit.map_or(Ok(()), Err)
}

async fn end<C: Component>(mut component: C, mut ctx: Context, exit: Exit, event: LifecycleEvent) -> Exit {
    ctx.health.set(schemas::sys::State::Stopping, &exit.to_string());
    ctx.beat();
    if tokio::time::timeout(STOP, component.stop(&mut ctx)).await.is_err() {
        tracing::warn!("not drained in time");
    }
    ctx.lifecycle(event, &exit.to_string());
    ctx.bus.flush(FLUSH).await;
    exit
}

type Signals = std::pin::Pin<Box<dyn Future<Output = ()>>>;

#[cfg(unix)]
fn pin_signals() -> Signals {
    use tokio::signal::unix::{SignalKind, signal};
    Box::pin(async {
        let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
        let waits = kinds
            .into_iter()
            .filter_map(|kind| signal(kind).ok())
            .map(|mut s| Box::pin(async move { s.recv().await }));
        futures_util::future::select_all(waits).await;
    })
}

#[cfg(not(unix))]
fn pin_signals() -> Signals {
    Box::pin(async {
        // Without a handler the process ends by the system's default, which is what was asked for.
        let _asked = tokio::signal::ctrl_c().await;
    })
}
