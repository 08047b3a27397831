//! Logs: everything to standard error, warnings and errors to the bus too.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use schemas::sys::Log;
use tokio::sync::mpsc;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

/// Lines that may wait for the bus.
const WAITING_MAX: usize = 64;

type Divert = Box<dyn Fn(&str) + Send + Sync>;

static DIVERT: OnceLock<Divert> = OnceLock::new();
static TAP: OnceLock<std::sync::Mutex<Option<Tap>>> = OnceLock::new();

/// Starts logging for this process. `VJBUS_LOG` filters (`debug`, `vjbus=debug,async_nats=info`); the default is `info`.
///
/// Standard output stays free for documents.
pub fn init() {
    let filter =
        EnvFilter::try_from_env("VJBUS_LOG").unwrap_or_else(|_| EnvFilter::new("info,async_nats=warn"));
    let terminal = std::io::stderr().is_terminal();
    let (lines, waiting) = mpsc::channel(WAITING_MAX);
    let lost: &'static AtomicU64 = Box::leak(Box::new(AtomicU64::new(0)));
    TAP.get_or_init(|| std::sync::Mutex::new(Some(Tap { waiting, lost })));
    let human = fmt::layer().with_writer(|| Out).with_ansi(terminal).with_target(false);
    // A second call in one process keeps the first set-up.
    let _again = Registry::default().with(filter).with(human).with(ToBus { lines, lost }).try_init();
}

/// Hands every log line to `to` instead of standard error: for a program that draws on the terminal itself.
pub fn divert(to: impl Fn(&str) + Send + Sync + 'static) {
    // The first one stays: there is one terminal.
    let _second = DIVERT.set(Box::new(to));
}

/// Standard error, or where log lines are diverted to.
struct Out;

impl std::io::Write for Out {
    // The formatter hands over whole lines, one call each.
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        match DIVERT.get() {
            Some(divert) => divert(String::from_utf8_lossy(line).trim_end()),
            None => std::io::stderr().write_all(line)?,
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}

/// The bus end of the log.
pub(crate) struct Tap {
    waiting: mpsc::Receiver<Log>,
    lost: &'static AtomicU64,
}

impl Tap {
    /// The one tap of this process, if logging is on and nobody has it yet.
    pub(crate) fn take() -> Option<Tap> {
        TAP.get()?.lock().ok()?.take()
    }

    /// Up to `budget` waiting lines.
    pub(crate) fn lines(&mut self, budget: usize) -> Vec<Log> {
        std::iter::from_fn(|| self.waiting.try_recv().ok()).take(budget).collect()
    }

    /// Lines that did not fit since the last question.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.swap(0, Ordering::Relaxed)
    }
}

struct ToBus {
    lines: mpsc::Sender<Log>,
    lost: &'static AtomicU64,
}

impl<S: Subscriber> Layer<S> for ToBus {
    fn on_event(&self, event: &Event<'_>, _ctx: Context<'_, S>) {
        let meta = event.metadata();
        if *meta.level() > Level::WARN {
            return;
        }
        let mut text = Text::default();
        event.record(&mut text);
        let line = Log {
            level: meta.level().to_string().to_ascii_lowercase(),
            target: meta.target().to_owned(),
            message: text.message,
            fields: text.fields,
        };
        if self.lines.try_send(line).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[derive(Default)]
struct Text {
    message: String,
    fields: BTreeMap<String, String>,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let value = format!("{value:?}");
        match field.name() {
            "message" => self.message = value,
            name => drop(self.fields.insert(name.to_owned(), value)),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => value.clone_into(&mut self.message),
            name => drop(self.fields.insert(name.to_owned(), value.to_owned())),
        }
    }
}
