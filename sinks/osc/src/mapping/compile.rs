//! Compiling a target file: every mistake is collected, so that one round of repair is enough.

use rosc::OscType;
use schemas::Name;
use toml::Spanned;

use super::address;
use super::argument::{Argument, Flaw, Skip};
use super::example;
use super::expression::Expression;
use super::feed::Feed;
use super::fields::Fields;
use crate::send::check_address;
use crate::target::{ArgFile, Evidence, Head, Mistake, ReleaseFile, SendFile, TargetFile};

// Above this a mapping only fills buffers: no display is that fast.
const MAX_RATE_HZ: f64 = 1000.0;
// A release after this is no trigger any more, and would outlive its song.
const MAX_RELEASE_MS: f64 = 60_000.0;

/// A target file, ready for the show.
#[derive(Debug)]
pub struct Target {
    /// Name for people.
    pub title: String,
    /// How well its addresses are known.
    pub evidence: Evidence,
    /// `host:port` unless `vjbus.toml` says otherwise.
    pub address: String,
    /// The source that it follows unless `vjbus.toml` says otherwise.
    pub source: Name,
    /// At most so many messages a second from each mapping of a continuous value.
    pub max_rate_hz: f64,
    /// Whether all messages of one moment go out as one OSC bundle.
    pub bundle: bool,
    /// What is sent.
    pub mappings: Vec<Mapping>,
}

/// One mapping, ready for the show.
#[derive(Debug)]
pub struct Mapping {
    /// What feeds it.
    pub feed: Feed,
    /// OSC address.
    pub address: String,
    /// For triggers: the second half.
    pub release: Option<Release>,
    /// Sent only when a number has changed by more than this, or a text at all.
    pub deadband: Option<f64>,
    args: Vec<Argument>,
    when: Option<Expression>,
}

/// The second half of a trigger.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    /// Nanoseconds after the first half.
    pub after_ns: i64,
    /// Its arguments.
    pub args: Vec<OscType>,
}

impl Target {
    /// Compiles the text of a target file.
    ///
    /// # Errors
    /// Every mistake in it, in the order of its lines.
    pub fn compile(text: &str) -> Result<Target, Vec<Mistake>> {
        let TargetFile { head, sends } = TargetFile::parse(text)?;
        let mut mistakes = Mistakes { text, found: Vec::new() };
        mistakes.in_head(&head);
        let mappings = sends
            .iter()
            .enumerate()
            .filter_map(|(number, send)| mapping(&format!("send[{number}]"), send.get_ref(), &mut mistakes))
            .collect();
        mistakes.found.sort();
        if !mistakes.found.is_empty() {
            return Err(mistakes.found);
        }
        Ok(Target {
            title: head.title,
            evidence: head.evidence,
            address: head.address.into_inner(),
            source: head.source,
            max_rate_hz: head.max_rate_hz.into_inner(),
            bundle: head.bundle,
            mappings,
        })
    }
}

impl Mapping {
    /// Whether its condition holds for a message.
    pub fn applies(&self, fields: &Fields) -> bool {
        self.when.as_ref().is_none_or(|when| when.is_true(fields))
    }

    /// Its arguments for a message.
    ///
    /// # Errors
    /// [`Skip`] when a field that it needs is null: there is nothing to say.
    pub fn arguments(&self, fields: &Fields) -> Result<Vec<OscType>, Skip> {
        let mut args = Vec::with_capacity(self.args.len());
        for arg in &self.args {
            arg.evaluate(fields, &mut args)?;
        }
        Ok(args)
    }

    /// Its arguments for an example, to show a user that a target listens.
    pub fn example(&self) -> Option<Vec<OscType>> {
        let paths: Vec<_> = self.args.iter().flat_map(Argument::paths).collect();
        self.arguments(&Fields::new(example::message(self.feed, 0, &paths))).ok()
    }
}

struct Mistakes<'a> {
    text: &'a str,
    found: Vec<Mistake>,
}

impl Mistakes<'_> {
    fn add(&mut self, span: &std::ops::Range<usize>, key: impl Into<String>, message: impl Into<String>) {
        self.found.push(Mistake::at(self.text, span, key, message));
    }

    fn add_flaw(&mut self, key: &str, (part, span, message): Flaw) {
        let key = if part.is_empty() { key.to_owned() } else { format!("{key}.{part}") };
        self.add(&span, key, message);
    }

    fn in_head(&mut self, head: &Head) {
        if let Err(message) = check_address(head.address.get_ref()) {
            self.add(&head.address.span(), "address", message);
        }
        let rate = *head.max_rate_hz.get_ref();
        if !(rate > 0.0 && rate <= MAX_RATE_HZ) {
            let message = format!("{rate} messages a second: between 0 and {MAX_RATE_HZ} is right");
            self.add(&head.max_rate_hz.span(), "max_rate_hz", message);
        }
    }
}

fn mapping(key: &str, file: &SendFile, mistakes: &mut Mistakes<'_>) -> Option<Mapping> {
    let before = mistakes.found.len();
    if let Some(flaw) = address::flaw(file.osc.get_ref()) {
        mistakes.add(&file.osc.span(), format!("{key}.osc"), flaw);
    }
    if let Some(deadband) = file.deadband.as_ref().filter(|d| d.get_ref().is_nan() || *d.get_ref() < 0.0) {
        mistakes.add(&deadband.span(), format!("{key}.deadband"), "`deadband` is 0 or more");
    }
    let release = file.release.as_ref().and_then(|release| self::release(key, release, mistakes));
    let Some(feed) = Feed::named(file.from.get_ref()) else {
        let message =
            format!("there is no subject “{}”; there are {}", file.from.get_ref(), Feed::names().join(", "));
        mistakes.add(&file.from.span(), format!("{key}.from"), message);
        return None;
    };
    let args = arguments(&format!("{key}.args"), &file.args, feed, mistakes);
    let when = file.when.as_ref().and_then(|when| condition(key, when, feed, mistakes));
    (mistakes.found.len() == before).then(|| Mapping {
        feed,
        address: file.osc.get_ref().clone(),
        release,
        deadband: file.deadband.as_ref().map(|deadband| *deadband.get_ref()),
        args,
        when,
    })
}

fn arguments(
    key: &str,
    files: &[Spanned<ArgFile>],
    feed: Feed,
    mistakes: &mut Mistakes<'_>,
) -> Vec<Argument> {
    let mut args = Vec::new();
    for (number, file) in files.iter().enumerate() {
        match Argument::compile(file, feed) {
            Ok(arg) => args.push(arg),
            Err(flaw) => mistakes.add_flaw(&format!("{key}[{number}]"), flaw),
        }
    }
    args
}

fn condition(
    key: &str,
    when: &Spanned<String>,
    feed: Feed,
    mistakes: &mut Mistakes<'_>,
) -> Option<Expression> {
    let compiled = Expression::compile(when.get_ref(), feed)
        .and_then(|when| when.try_out(feed, |_any_value_is_true_or_not| Ok(())).map(|()| when));
    compiled.map_err(|message| mistakes.add(&when.span(), format!("{key}.when"), message)).ok()
}

fn release(key: &str, file: &ReleaseFile, mistakes: &mut Mistakes<'_>) -> Option<Release> {
    let key = format!("{key}.release");
    let after_ms = *file.after_ms.get_ref();
    if !(after_ms > 0.0 && after_ms <= MAX_RELEASE_MS) {
        mistakes.add(&file.after_ms.span(), format!("{key}.after_ms"), "`after_ms` is between 0 and 60000");
    }
    // Any feed will do: a release may use none of its fields.
    let args = arguments(&format!("{key}.args"), &file.args, Feed::Beat, mistakes);
    let fixed: Vec<_> = args.iter().filter_map(Argument::fixed).cloned().collect();
    if fixed.len() < args.len() {
        mistakes.add(&file.after_ms.span(), format!("{key}.args"), "a release has `value` arguments only");
    }
    Some(Release { after_ns: (after_ms * 1e6) as i64, args: fixed })
}
