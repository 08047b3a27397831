//! What the supervisor is asked over the bus.

use bus::{Bus, Command};
use component::RELOAD;
use schemas::Name;
use schemas::command::Refusal;
use serde_json::{Map, Value, json};

use crate::members::Member;
use crate::plan::Instance;
use crate::policy::Input;
use crate::supervisor::Supervisor;
use crate::voice::SUPERVISOR;

type Answer = Result<Map<String, Value>, Refusal>;

/// Does one command and answers it.
pub(crate) async fn obey(supervisor: &mut Supervisor, command: Command) {
    let answer = execute(supervisor, &command.verb, &command.args);
    command.reply(answer).await;
}

fn execute(supervisor: &mut Supervisor, verb: &str, args: &Value) -> Answer {
    let whom = whom(args);
    match (verb, whom) {
        ("status", _) => status(supervisor),
        ("stop", None | Some(SUPERVISOR)) => {
            supervisor.down("asked by command");
            Ok(Map::new())
        }
        ("start", Some(name)) => order(supervisor, name, Input::Start),
        ("stop", Some(name)) => order(supervisor, name, Input::Stop),
        ("restart", Some(name)) => order(supervisor, name, Input::Restart),
        (verb, _) => {
            Err(Refusal::usage(format!("{verb} needs the name of an instance: {{\"instance\": \"beat\"}}")))
        }
    }
}

/// `{"instance": "beat"}`, `{"args": ["beat"]}`, `["beat"]` or `"beat"`.
fn whom(args: &Value) -> Option<&str> {
    let first = |list: &'_ Value| list.get(0).is_some();
    match args {
        Value::String(name) => Some(name),
        list @ Value::Array(_) if first(list) => list[0].as_str(),
        Value::Object(fields) => match (fields.get("instance"), fields.get("args")) {
            (Some(name), _) => name.as_str(),
            (None, Some(list)) => list.get(0)?.as_str(),
            (None, None) => None,
        },
        _ => None,
    }
}

fn status(supervisor: &Supervisor) -> Answer {
    match serde_json::to_value(supervisor.status()) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) | Err(_) => {
            Err(Refusal { kind: "internal".into(), message: "the status cannot be written as JSON".into() })
        }
    }
}

fn order(supervisor: &mut Supervisor, name: &str, input: Input) -> Answer {
    let absent = || Refusal {
        kind: "absent".into(),
        message: format!("there is no instance “{name}”: `vjbus status` shows them"),
    };
    let name = Name::new(name).map_err(|error| Refusal::usage(error.to_string()))?;
    let now = supervisor.now();
    let wanted = input != Input::Stop;
    if supervisor.stopping && wanted {
        return Err(Refusal { kind: "absent".into(), message: "the show is ending".into() });
    }
    let member: &mut Member =
        supervisor.members.by_name.get_mut(&name).filter(|m| m.planned.is_some()).ok_or_else(absent)?;
    member.wanted = wanted;
    let reports = member.child.step(now, input);
    let state = member.child.state();
    supervisor.tell(vec![(name.clone(), reports)]);
    Ok(Map::from_iter([("instance".to_owned(), json!(name)), ("state".to_owned(), json!(state))]))
}

/// Hands a changed configuration to a running instance; if it does not take it, the old one stays in
/// force there and the next generation starts with the new one.
pub(crate) fn reload(bus: &Bus, instance: Instance) {
    let bus = bus.clone();
    tokio::spawn(async move {
        match bus.request(&instance.name, RELOAD, &instance.config).await {
            Ok(reply) if reply.ok => tracing::info!(instance = %instance.name, "new configuration in force"),
            Ok(reply) => {
                let why = reply.error.map(|refusal| refusal.message).unwrap_or_default();
                tracing::warn!(instance = %instance.name, why, "new configuration refused, the old one stays");
            }
            Err(error) => {
                tracing::warn!(instance = %instance.name, %error, "new configuration counts from its next start on")
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_named_in_any_of_four_ways() {
        for args in [json!("beat"), json!(["beat"]), json!({"instance": "beat"}), json!({"args": ["beat"]})] {
            assert_eq!(whom(&args), Some("beat"), "{args}");
        }
        for args in [json!(null), json!([]), json!({}), json!({"args": []}), json!(7)] {
            assert_eq!(whom(&args), None, "{args}");
        }
    }
}
