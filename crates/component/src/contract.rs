//! The trait.

use bus::Delivery;
use schemas::command::Refusal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{Context, Exit, Spec};

/// A producer, processor or sink.
///
/// All functions run in one task, one after the other, and must return soon: the heartbeat waits for
/// them, and after 5 s without one the supervisor kills the process. Degraded surroundings (device lost,
/// server down, target gone) are reported by [`Context::degraded`] and repaired in place; an [`Exit`] is
/// for what only a new process can cure.
#[expect(async_fn_in_trait, reason = "components are run by the generic runner only, never as trait objects")]
pub trait Component: Sized + 'static {
    /// Name, kind, topics and commands.
    const SPEC: Spec;

    /// What the user may set: every field with a default, unknown ones refused.
    type Config: Serialize + DeserializeOwned + Default + Clone + Send + 'static;

    /// Mistakes that no single field shows (a file source without a path), each as `key: what would be right`.
    ///
    /// `vjbus check` tells them without starting anything; a component with mistakes is not started.
    fn mistakes(_config: &Self::Config) -> Vec<String> {
        Vec::new()
    }

    /// Checks the outside world, subscribes, and is ready when it returns.
    async fn start(config: Self::Config, ctx: &mut Context) -> Result<Self, Exit>;

    /// Handles one message of a topic that was subscribed to.
    async fn handle(&mut self, delivery: Delivery, ctx: &mut Context) -> Result<(), Exit>;

    /// Waits for this component's own events: a ring that fills, a timer. Must be cancel-safe.
    ///
    /// It is dropped and called anew with every message, command and heartbeat. So a timer that is made in it never
    /// ends on a busy bus: keep an [`every`](fn@crate::every) in `self`, or wait for an instant that is remembered,
    /// and not for one that is worked out from now.
    async fn wait(&mut self) {
        std::future::pending().await
    }

    /// Called when [`Component::wait`] has returned.
    async fn wake(&mut self, _ctx: &mut Context) -> Result<(), Exit> {
        Ok(())
    }

    /// One of [`Spec::verbs`].
    async fn command(
        &mut self,
        verb: &str,
        _args: &Value,
        _ctx: &mut Context,
    ) -> Result<Map<String, Value>, Refusal> {
        Err(Refusal::usage(format!("“{verb}” is announced but not handled")))
    }

    /// Takes a new configuration while running. On `Err` the old one stays in force.
    async fn apply(&mut self, config: Self::Config, ctx: &mut Context) -> Result<(), Refusal>;

    /// A small picture of what it is doing, for `get_state`.
    fn state(&self) -> Value {
        Value::Object(Map::new())
    }

    /// Drains what is under way; at most the grace period of 2 s is left.
    async fn stop(&mut self, _ctx: &mut Context) {}
}
