//! The commands that every component answers.

use bus::time;
use schemas::command::Refusal;
use serde_json::{Map, Value, json};

use crate::context::WATCH_LEASE_NS;
use crate::{Component, Context, Exit, entry, overlay};

/// Verb that hands over a changed `vjbus.toml`: the whole written configuration, not kept as a live change.
pub(crate) const RELOAD: &str = "reload_config";

/// Configuration as written, and what is in force after the live changes.
pub(crate) struct Settings<C: Component> {
    pub(crate) written: Value,
    pub(crate) in_force: C::Config,
}

/// What a command did.
pub(crate) struct Outcome {
    pub(crate) reply: Result<Map<String, Value>, Refusal>,
    /// The component must end, after the reply has left.
    pub(crate) exit: Option<Exit>,
}

impl From<Result<Map<String, Value>, Refusal>> for Outcome {
    fn from(reply: Result<Map<String, Value>, Refusal>) -> Outcome {
        Outcome { reply, exit: None }
    }
}

/// Does one command.
pub(crate) async fn execute<C: Component>(
    component: &mut C,
    settings: &mut Settings<C>,
    verb: &str,
    args: &Value,
    ctx: &mut Context,
) -> Outcome {
    match verb {
        "get_state" => Ok(fields(json!({ "state": component.state(), "status": ctx.health.state, "reason": ctx.health.reason }))).into(),
        "get_config" => config_of(settings).into(),
        "set_config" => set_config(component, settings, args, ctx).await.into(),
        RELOAD => reload(component, settings, args, ctx).await.into(),
        "watch" => {
            ctx.watched_until_ns = time::mono_ns() + WATCH_LEASE_NS;
            Ok(fields(json!({ "lease_s": WATCH_LEASE_NS / 1_000_000_000 }))).into()
        }
        "stop" => Outcome { reply: Ok(Map::new()), exit: Some(Exit::Done) },
        "restart" => Outcome { reply: Ok(Map::new()), exit: Some(Exit::Retry("restart was asked for".into())) },
        own => component.command(own, args, ctx).await.into(),
    }
}

async fn set_config<C: Component>(
    component: &mut C,
    settings: &mut Settings<C>,
    patch: &Value,
    ctx: &mut Context,
) -> Result<Map<String, Value>, Refusal> {
    if !patch.is_object() {
        return Err(Refusal::usage("give an object of the fields to change, e.g. {\"offset_ms\": 10}"));
    }
    let mut live = ctx.overlay.clone();
    overlay::merge(&mut live, patch);
    take(component, settings, settings.written.clone(), &live, ctx).await?;
    ctx.overlay = live;
    ctx.beat();
    config_of(settings)
}

async fn reload<C: Component>(
    component: &mut C,
    settings: &mut Settings<C>,
    written: &Value,
    ctx: &mut Context,
) -> Result<Map<String, Value>, Refusal> {
    let live = ctx.overlay.clone();
    take(component, settings, written.clone(), &live, ctx).await?;
    config_of(settings)
}

async fn take<C: Component>(
    component: &mut C,
    settings: &mut Settings<C>,
    written: Value,
    live: &Value,
    ctx: &mut Context,
) -> Result<(), Refusal> {
    let mut wanted = written.clone();
    overlay::merge(&mut wanted, live);
    let config = entry::read::<C>(&wanted).map_err(|flaw| Refusal::config(flaw.to_string()))?;
    let mistakes = C::mistakes(&config);
    if !mistakes.is_empty() {
        return Err(Refusal::config(mistakes.join("; ")));
    }
    component.apply(config.clone(), ctx).await?;
    *settings = Settings { written, in_force: config };
    Ok(())
}

fn config_of<C: Component>(settings: &Settings<C>) -> Result<Map<String, Value>, Refusal> {
    let config = serde_json::to_value(&settings.in_force).map_err(|e| Refusal { kind: "internal".into(), message: e.to_string() })?;
    Ok(fields(json!({ "version": env!("CARGO_PKG_VERSION"), "config": config })))
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
