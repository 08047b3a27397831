//! `vjbus ctl`: one command, its reply as JSON.

use std::io::Write as _;

use component::Entry;
use schemas::Name;
use schemas::command::Reply;
use serde_json::{Map, Value};

use crate::client::{self, Key};
use crate::config::Config;
use crate::failure::{Failure, Outcome};

/// Sends it and prints the reply; a refusal is exit 64, silence 75.
pub(crate) async fn run(
    config: &Config,
    registry: &[Entry],
    instance: &str,
    verb: &str,
    words: &[String],
) -> Outcome {
    let name = Name::new(instance).map_err(Failure::usage)?;
    let names = argument_names(config, registry, &name, verb);
    let args = arguments(words, &names)?;
    let bus = client::connect(config, Key::Operator).await?;
    let reply = bus.request(&name, verb, &args).await.map_err(client::failure)?;
    print(&reply)?;
    match reply.error {
        Some(refusal) => Err(Failure::usage(refusal)),
        None => Ok(()),
    }
}

fn print(reply: &Reply) -> Outcome {
    let text = serde_json::to_string(reply).map_err(Failure::internal)?;
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

/// Names of the plain arguments, from the usage of the verb: `TARGET MS` gives `target`, `ms`.
fn argument_names(config: &Config, registry: &[Entry], name: &Name, verb: &str) -> Vec<String> {
    let component = config.instances.get(name).map(|instance| instance.component.as_str());
    let entry = registry.iter().find(|entry| Some(entry.spec.name) == component);
    let usage =
        entry.and_then(|entry| entry.spec.verbs.iter().find(|v| v.name == verb)).map_or("", |v| v.args);
    let usage = if name.as_str() == supervisor::SUPERVISOR { "INSTANCE" } else { usage };
    usage.split_whitespace().map(|word| word.trim_matches(['[', ']']).to_lowercase()).collect()
}

/// A JSON object as it stands, `key=value` pairs, or plain values in the order of the usage.
fn arguments(words: &[String], names: &[String]) -> Result<Value, Failure> {
    match words {
        [] => return Ok(Value::Null),
        [json] if json.trim_start().starts_with('{') => {
            return serde_json::from_str(json)
                .map_err(|e| Failure::usage(format!("arguments are not JSON: {e}")));
        }
        _ => {}
    }
    let mut names = names.iter();
    let mut args = Map::new();
    for word in words {
        let (key, value) = match word.split_once('=') {
            Some((key, value)) => (key.to_owned(), value),
            None => match names.next() {
                Some(name) => (name.clone(), word.as_str()),
                None => {
                    return Err(Failure::usage(format!(
                        "“{word}” is one argument too many; write KEY=VALUE, or see `vjbus components`"
                    )));
                }
            },
        };
        // A word that is JSON (3, true, null) is that value, any other is text.
        args.insert(key, serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned())));
    }
    Ok(Value::Object(args))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn args(words: &[&str], names: &[&str]) -> Value {
        let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        let names: Vec<String> = names.iter().map(|w| (*w).to_owned()).collect();
        arguments(&words, &names).unwrap()
    }

    #[test]
    fn arguments_come_in_three_forms() {
        assert_eq!(args(&[], &[]), Value::Null);
        assert_eq!(args(&["{\"ms\": 5}"], &[]), json!({"ms": 5}));
        assert_eq!(args(&["generic", "-12.5"], &["target", "ms"]), json!({"target": "generic", "ms": -12.5}));
        assert_eq!(args(&["ms=3", "generic"], &["target"]), json!({"target": "generic", "ms": 3}));
    }
}
