//! The sink's own commands.

use component::{Component as _, Context, time};
use schemas::Name;
use schemas::command::Refusal;
use serde_json::{Map, Value, json};

use super::Osc;
use crate::clockwork::News;
use crate::config::check_offset;

impl Osc {
    pub(super) fn resync(&mut self) -> Result<Map<String, Value>, Refusal> {
        let now_ns = time::mono_ns();
        self.values.iter_mut().for_each(|values| values.resync(now_ns));
        self.tell(News::Resync);
        Ok(Map::new())
    }

    pub(super) fn offset_ms(
        &mut self,
        args: &Value,
        ctx: &mut Context,
    ) -> Result<Map<String, Value>, Refusal> {
        let target = target_of(args)?;
        let offset_ms = argument(args, "ms", 1).and_then(Value::as_f64);
        let offset_ms =
            offset_ms.ok_or_else(|| Refusal::usage("say how many milliseconds: offset_ms TARGET MS"))?;
        check_offset(offset_ms).map_err(Refusal::usage)?;
        let known: Vec<_> = self.config.targets.keys().map(ToString::to_string).collect();
        let Some(config) = self.config.targets.get_mut(&target) else {
            return Err(Refusal::usage(format!(
                "there is no target “{target}”; there are {}",
                known.join(", ")
            )));
        };
        config.offset_ms = offset_ms;
        ctx.remember(&json!({"targets": {target.as_str(): {"offset_ms": offset_ms}}}));
        self.tell(News::Offset(target, offset_ms));
        Ok(Map::from_iter([("offset_ms".to_owned(), json!(offset_ms))]))
    }

    pub(super) async fn enable(
        &mut self,
        args: &Value,
        ctx: &mut Context,
    ) -> Result<Map<String, Value>, Refusal> {
        let target = target_of(args)?;
        let on = argument(args, "on", 1).and_then(Value::as_bool);
        let on = on.ok_or_else(|| Refusal::usage("say true or false: enable TARGET ON"))?;
        let mut config = self.config.clone();
        config.targets.entry(target.clone()).or_default().enabled = on;
        self.apply(config, ctx).await?;
        ctx.remember(&json!({"targets": {target.as_str(): {"enabled": on}}}));
        Ok(Map::from_iter([("enabled".to_owned(), json!(on))]))
    }
}

fn target_of(args: &Value) -> Result<Name, Refusal> {
    let target = argument(args, "target", 0).and_then(Value::as_str).unwrap_or_default();
    Name::new(target).map_err(|error| Refusal::usage(format!("say which target: {error}")))
}

/// An argument by its name, or by its place in a list.
fn argument<'a>(args: &'a Value, name: &str, place: usize) -> Option<&'a Value> {
    args.get(name).or_else(|| args.get(place))
}
