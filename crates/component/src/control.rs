//! The commands that every component answers.

use bus::time;
use schemas::command::Refusal;
use serde_json::{Map, Value, json};

use crate::context::WATCH_LEASE_NS;
use crate::{Component, Context, Exit, Flaw, entry, overlay};

/// Verb that hands over a changed `vjbus.toml`: the whole written configuration, not kept as a live change.
pub const RELOAD: &str = "reload_config";

/// Configuration as written; what is in force is this with the live changes laid over it.
pub(crate) struct Settings {
    pub(crate) written: Value,
}

impl Settings {
    /// The configuration with `live` laid over it.
    pub(crate) fn with<C: Component>(&self, live: &Value) -> Result<C::Config, Flaw> {
        let mut wanted = self.written.clone();
        overlay::merge(&mut wanted, live);
        entry::read::<C>(&wanted)
    }
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
    settings: &mut Settings,
    verb: &str,
    args: &Value,
    ctx: &mut Context,
) -> Outcome {
    match verb {
        "get_state" => Ok(fields(
            json!({ "state": component.state(), "status": ctx.health.state, "reason": ctx.health.reason }),
        ))
        .into(),
        "get_config" => config_of::<C>(settings, ctx).into(),
        "set_config" => set_config(component, settings, args, ctx).await.into(),
        RELOAD => reload(component, settings, args, ctx).await.into(),
        "watch" => {
            ctx.watched_until_ns = time::mono_ns() + WATCH_LEASE_NS;
            Ok(fields(json!({ "lease_s": WATCH_LEASE_NS / 1_000_000_000 }))).into()
        }
        "stop" => Outcome { reply: Ok(Map::new()), exit: Some(Exit::Done) },
        "restart" => {
            Outcome { reply: Ok(Map::new()), exit: Some(Exit::Retry("restart was asked for".into())) }
        }
        own => component.command(own, args, ctx).await.into(),
    }
}

async fn set_config<C: Component>(
    component: &mut C,
    settings: &mut Settings,
    patch: &Value,
    ctx: &mut Context,
) -> Result<Map<String, Value>, Refusal> {
    if !patch.is_object() {
        return Err(Refusal::usage("give an object of the fields to change, e.g. {\"offset_ms\": 10}"));
    }
    let mut live = ctx.overlay.clone();
    overlay::merge(&mut live, patch);
    take(component, settings, &live, ctx).await?;
    ctx.overlay = live;
    ctx.beat();
    config_of::<C>(settings, ctx)
}

async fn reload<C: Component>(
    component: &mut C,
    settings: &mut Settings,
    written: &Value,
    ctx: &mut Context,
) -> Result<Map<String, Value>, Refusal> {
    let live = ctx.overlay.clone();
    let wanted = Settings { written: written.clone() };
    take(component, &wanted, &live, ctx).await?;
    *settings = wanted;
    config_of::<C>(settings, ctx)
}

async fn take<C: Component>(
    component: &mut C,
    settings: &Settings,
    live: &Value,
    ctx: &mut Context,
) -> Result<(), Refusal> {
    let config = settings.with::<C>(live).map_err(|flaw| Refusal::config(flaw.to_string()))?;
    let mistakes = C::mistakes(&config);
    if !mistakes.is_empty() {
        return Err(Refusal::config(mistakes.join("; ")));
    }
    component.apply(config, ctx).await
}

fn config_of<C: Component>(settings: &Settings, ctx: &Context) -> Result<Map<String, Value>, Refusal> {
    let internal = |message: String| Refusal { kind: "internal".into(), message };
    let config = settings.with::<C>(&ctx.overlay).map_err(|flaw| internal(flaw.to_string()))?;
    let config = serde_json::to_value(&config).map_err(|error| internal(error.to_string()))?;
    Ok(fields(json!({ "version": env!("CARGO_PKG_VERSION"), "config": config })))
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
