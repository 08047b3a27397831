//! Ways to misbehave, as commands and as configuration.

use std::time::Duration;

use component::{Context, Exit, Verb};
use schemas::command::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What goes wrong at the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AtStart {
    /// Nothing.
    #[default]
    Fine,
    /// It exits as if its configuration were wrong.
    Config,
    /// It crashes.
    Crash,
}

/// Commands of both toys.
pub(crate) const VERBS: &[Verb] = &[
    Verb { name: "hang", args: "", about: "block the main loop for ever" },
    Verb { name: "stall", args: "MS", about: "block the main loop for a while without a word" },
    Verb { name: "busy", args: "MS", about: "announce long work, then block for so long" },
    Verb { name: "crash", args: "", about: "panic" },
    Verb { name: "degrade", args: "", about: "report that something is missing" },
];

/// Does what the configuration wants at the start.
pub(crate) fn at_start(wish: AtStart) -> Result<(), Exit> {
    match wish {
        AtStart::Fine => Ok(()),
        AtStart::Config => Err(Exit::Config("this toy was told to dislike its configuration".into())),
        AtStart::Crash => Err(Exit::Internal("this toy was told to crash".into())),
    }
}

/// Does one of [`VERBS`].
#[expect(clippy::panic, reason = "crashing is what this toy is for")]
pub(crate) async fn command(
    verb: &str,
    args: &Value,
    ctx: &mut Context,
) -> Result<Map<String, Value>, Refusal> {
    let pause = Duration::from_millis(args.get("ms").and_then(Value::as_u64).unwrap_or(0));
    match verb {
        "hang" => loop {
            std::thread::park();
        },
        "stall" => std::thread::sleep(pause),
        "busy" => {
            ctx.busy("long work", pause * 2).await;
            std::thread::sleep(pause);
        }
        "crash" => panic!("asked to"),
        "degrade" => ctx.degraded("asked to"),
        other => return Err(Refusal::usage(format!("“{other}” is no mischief"))),
    }
    Ok(Map::new())
}
