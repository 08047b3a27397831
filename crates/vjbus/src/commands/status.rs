//! `vjbus status`: what runs, and how it is doing.

use std::io::Write as _;
use std::time::{Duration, Instant};

use comfy_table::{Cell, Color, Table, presets};
use schemas::sys::State;
use supervisor::{Status, status::ComponentStatus};

use super::down::status;
use crate::config::Config;
use crate::failure::{Failure, Outcome};

/// Time between two looks while waiting.
const LOOK: Duration = Duration::from_millis(100);

/// Prints the status; with `wait`, once everything is ready or the time is up.
pub(crate) async fn run(config: &Config, json: bool, wait: Option<Duration>) -> Outcome {
    let found = match wait {
        Some(patience) => until_ready(config, patience).await,
        None => status(config).await,
    };
    let shown = match &found {
        Ok(status) | Err(status) => status,
    };
    print(shown, json)?;
    match (&found, wait) {
        (Ok(status), Some(_)) if !ready(status) => {
            Err(Failure::try_again(format!("not ready yet: {}", unready(status).join(", "))))
        }
        (Ok(_), _) => Ok(()),
        (Err(_), _) => Err(Failure::absent("no supervisor answers: start the show with `vjbus up`")),
    }
}

async fn until_ready(config: &Config, patience: Duration) -> Result<Status, Status> {
    let begun = Instant::now();
    loop {
        let found = status(config).await;
        if begun.elapsed() >= patience || found.as_ref().is_ok_and(ready) {
            return found;
        }
        tokio::time::sleep(LOOK).await;
    }
}

// A degraded component works as well as its surroundings let it: waiting longer would not help.
fn settled(component: &ComponentStatus) -> bool {
    matches!(component.state, State::Ready | State::Degraded | State::Busy)
}

fn ready(status: &Status) -> bool {
    status.broker.state == State::Ready
        && !status.components.is_empty()
        && status.components.iter().all(settled)
}

fn unready(status: &Status) -> Vec<String> {
    status
        .components
        .iter()
        .filter(|c| !settled(c))
        .map(|c| format!("{} is {} {}", c.instance, c.state, c.reason))
        .collect()
}

fn print(status: &Status, json: bool) -> Outcome {
    let mut out = std::io::stdout().lock();
    if json {
        let text = serde_json::to_string(status).map_err(Failure::internal)?;
        return Ok(writeln!(out, "{text}")?);
    }
    let broker = &status.broker;
    let version = broker.version.as_deref().unwrap_or("unreached");
    writeln!(out, "broker      {} {} (nats-server {version})", broker.url, broker.state)?;
    match &status.supervisor {
        Some(s) => writeln!(out, "supervisor  process {} {} (vjbus {})", s.pid, s.state, s.version)?,
        None => writeln!(out, "supervisor  none")?,
    }
    Ok(writeln!(out, "{}", table(status))?)
}

fn table(status: &Status) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(["instance", "state", "pid", "up", "restarts", "dropped", "why"]);
    for c in &status.components {
        let why =
            if c.reason.is_empty() { c.last_error.clone().unwrap_or_default() } else { c.reason.clone() };
        table.add_row([
            Cell::new(&c.instance),
            Cell::new(c.state).fg(colour(c.state)),
            Cell::new(c.pid.map(|pid| pid.to_string()).unwrap_or_default()),
            Cell::new(span(c.uptime_s)),
            Cell::new(c.restarts),
            Cell::new(c.dropped),
            Cell::new(printable(&why)),
        ]);
    }
    table
}

const fn colour(state: State) -> Color {
    match state {
        State::Ready => Color::Green,
        State::Busy | State::Starting | State::Stopping => Color::Cyan,
        State::Degraded | State::Backoff => Color::Yellow,
        State::GaveUp | State::Hung => Color::Red,
        State::Stopped => Color::Grey,
    }
}

fn span(seconds: f64) -> String {
    let s = seconds as u64;
    match s {
        0..60 => format!("{s}s"),
        60..3600 => format!("{}m{:02}s", s / 60, s % 60),
        _ => format!("{}h{:02}m", s / 3600, s / 60 % 60),
    }
}

/// Text from a process is not trusted with the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(160).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        assert_eq!([5.9, 65.0, 3720.0].map(span), ["5s", "1m05s", "1h02m"]);
    }

    #[test]
    fn control_characters_never_reach_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb"), "a [2Jb");
    }
}
