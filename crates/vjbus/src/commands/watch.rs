//! `vjbus watch`: last values first, then live.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use bus::{Bus, Delivery};
use schemas::{Name, subject, wire};
use serde_json::{Value, json};

use crate::client::{self, Key};
use crate::config::Config;
use crate::failure::{Failure, Outcome};

/// The mirrors stop 10 s after the last request.
const RENEW_LEASE: Duration = Duration::from_secs(4);

/// What to watch.
pub(crate) struct Wish {
    /// NATS filter.
    pub(crate) subject: String,
    /// JSON lines instead of text for people.
    pub(crate) json: bool,
    /// Stop after this many.
    pub(crate) count: Option<u64>,
    /// Give up after this time.
    pub(crate) timeout: Option<Duration>,
}

/// Prints until the count is reached, the time is up, or the reader goes away.
pub(crate) async fn run(config: &Config, wish: Wish) -> Outcome {
    let key = if wants_mirrors(&wish.subject) { Key::Operator } else { Key::Viewer };
    let bus = client::connect(config, key).await?;
    let mut inbox = bus.inbox();
    inbox.subscribe_filter(wish.subject.clone(), true).await;
    let deadline = async {
        match wish.timeout {
            Some(timeout) => tokio::time::sleep(timeout).await,
            None => std::future::pending().await,
        }
    };
    let print = async {
        let mut printed = 0;
        while wish.count.is_none_or(|count| printed < count) {
            print(&inbox.next().await, wish.json)?;
            printed += 1;
        }
        Ok(())
    };
    tokio::select! {
        done = print => done,
        () = deadline => match wish.count {
            Some(count) => Err(Failure::try_again(format!("{} brought fewer than {count} messages in that time", wish.subject))),
            None => Ok(()),
        },
        () = keep_mirrors_on(&bus, config, wants_mirrors(&wish.subject)) => Ok(()),
    }
}

fn wants_mirrors(filter: &str) -> bool {
    use schemas::Payload as _;
    let names = [Name::main(), Name::room()];
    let mirrors = [schemas::osc::Out::TOPIC, schemas::osc::In::TOPIC];
    // `vj.>` is everything that is there anyway; mirrors are made only for who names them.
    filter != subject::EVERYTHING
        && (mirrors.iter().any(|topic| filter.starts_with(subject::wildcard(topic).trim_end_matches('*')))
            || mirrors.iter().any(|topic| {
                names
                    .iter()
                    .any(|name| subject::matches(filter, &schemas::Subject::new(topic, name).to_string()))
            }))
}

// OSC traffic is mirrored only while somebody asks for it.
async fn keep_mirrors_on(bus: &Bus, config: &Config, wanted: bool) {
    if !wanted {
        return std::future::pending().await;
    }
    let sinks: Vec<&Name> =
        config.instances.iter().filter(|(_, i)| i.component.starts_with("sinks/")).map(|(n, _)| n).collect();
    loop {
        for name in &sinks {
            if let Err(error) = bus.request(name, "watch", &Value::Null).await {
                tracing::warn!(%error, "no mirror of this sink");
            }
        }
        tokio::time::sleep(RENEW_LEASE).await;
    }
}

fn print(delivery: &Delivery, json: bool) -> Outcome {
    let data = wire::decode_value(&delivery.payload).map_err(|e| Failure::internal(crate::chain(&e)))?;
    let mut out = std::io::stdout().lock();
    if json || !out.is_terminal() {
        writeln!(out, "{}", json!({ "subject": delivery.subject.to_string(), "data": data }))?;
    } else {
        writeln!(out, "{}  {}", console::style(&delivery.subject).cyan(), short(&data))?;
    }
    Ok(out.flush()?)
}

/// The payload without its header, and without long lists: for eyes.
fn short(data: &Value) -> String {
    const HEADER: [&str; 8] = ["v", "seq", "origin", "boot", "at", "at_mono_ns", "sent", "valid_s"];
    let fields = data.as_object().into_iter().flatten().filter(|(key, _)| !HEADER.contains(&key.as_str()));
    let words: Vec<String> = fields.map(|(key, value)| format!("{key}={}", brief(value))).collect();
    words.join(" ")
}

fn brief(value: &Value) -> String {
    match value {
        Value::Number(n) if n.is_f64() => format!("{:.3}", n.as_f64().unwrap_or_default()),
        Value::Array(list) if list.len() > 4 => format!("[{} values]", list.len()),
        Value::Object(fields) => {
            let inner: Vec<String> =
                fields.iter().map(|(key, value)| format!("{key}={}", brief(value))).collect();
            format!("{{{}}}", inner.join(" "))
        }
        Value::String(text) => text.chars().map(|c| if c.is_control() { '\u{b7}' } else { c }).collect(),
        other => other.to_string(),
    }
}
