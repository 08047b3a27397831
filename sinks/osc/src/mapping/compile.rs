//! Compiling a target file: every mistake is collected, so that one round of repair is enough.

use rosc::OscType;
use schemas::{Kind, Name};
use toml::Spanned;

use super::address;
use super::address::Named;
use super::argument::{Argument, Flaw};
use super::each::Each;
use super::evaluate::Mapping;
use super::expression::Expression;
use super::feed::Feed;
use super::names::{Names, OF_EACH};
use super::options;
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
    /// The player whose track it shows unless `vjbus.toml` says otherwise.
    pub player: Name,
    /// At most so many messages a second from each mapping of a continuous value.
    pub max_rate_hz: f64,
    /// Whether all messages of one moment go out as one OSC bundle.
    pub bundle: bool,
    /// What is sent.
    pub mappings: Vec<Mapping>,
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
            player: head.player,
            max_rate_hz: head.max_rate_hz.into_inner(),
            bundle: head.bundle,
            mappings,
        })
    }
}

pub(super) struct Mistakes<'a> {
    text: &'a str,
    found: Vec<Mistake>,
}

impl Mistakes<'_> {
    pub(super) fn add(
        &mut self,
        span: &std::ops::Range<usize>,
        key: impl Into<String>,
        message: impl Into<String>,
    ) {
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
    if let Some(deadband) = file.deadband.as_ref().filter(|d| d.get_ref().is_nan() || *d.get_ref() < 0.0) {
        mistakes.add(&deadband.span(), format!("{key}.deadband"), "`deadband` is 0 or more");
    }
    let release = file.release.as_ref().and_then(|release| self::release(key, release, mistakes));
    let Some(feed) = Feed::named(file.from.get_ref()) else {
        let message =
            format!("there is no subject “{}”; there are {}", file.from.get_ref(), Feed::names().join(", "));
        mistakes.add(&file.from.span(), format!("{key}.from"), message);
        osc_address(key, &file.osc, None, mistakes);
        return None;
    };
    let names = options::names(key, file, feed, mistakes);
    let named = osc_address(key, &file.osc, Some(&names), mistakes);
    let each = options::each(key, file, &names, mistakes);
    let changed = options::changed(key, &file.changed, &names, mistakes);
    let args = arguments(&format!("{key}.args"), &file.args, &names, mistakes);
    let when = file.when.as_ref().and_then(|when| condition(&format!("{key}.when"), when, &names, mistakes));
    let keep = each.as_ref().and_then(|each: &Each| each.keep.as_ref());
    let texts = named.iter().map(Named::path).chain(args.iter().flat_map(Argument::paths));
    let uses = uses(texts, [when.as_ref(), keep], &changed);
    (mistakes.found.len() == before).then(|| Mapping {
        feed,
        address: file.osc.get_ref().clone(),
        release,
        deadband: file.deadband.as_ref().map(|deadband| *deadband.get_ref()),
        named,
        args,
        when,
        each,
        changed,
        names,
        uses,
    })
}

/// Checks an address; the field in it, if it has one.
fn osc_address(
    key: &str,
    file: &Spanned<String>,
    names: Option<&Names>,
    mistakes: &mut Mistakes<'_>,
) -> Option<Named> {
    let named = names.filter(|names| names.element.is_some()).and_then(|_| Named::parse(file.get_ref()));
    let flaw = match &named {
        Some(named) => named.flaw(),
        None => address::flaw(file.get_ref()),
    };
    if let Some(flaw) = flaw {
        mistakes.add(&file.span(), format!("{key}.osc"), flaw);
    }
    if let Some((path, names)) = named.as_ref().map(Named::path).zip(names)
        && !matches!(names.field(&path).map(Kind::required), Some(Kind::Text | Kind::Choice(_)))
    {
        let message = format!("“{path}” is no text of {}, and only text makes an address", names.subject());
        mistakes.add(&file.span(), format!("{key}.osc"), message);
    }
    named
}

fn arguments(
    key: &str,
    files: &[Spanned<ArgFile>],
    names: &Names,
    mistakes: &mut Mistakes<'_>,
) -> Vec<Argument> {
    let mut args = Vec::new();
    for (number, file) in files.iter().enumerate() {
        match Argument::compile(file, names) {
            Ok(arg) => args.push(arg),
            Err(flaw) => mistakes.add_flaw(&format!("{key}[{number}]"), flaw),
        }
    }
    args
}

/// An expression that is true or not.
pub(super) fn condition(
    key: &str,
    file: &Spanned<String>,
    names: &Names,
    mistakes: &mut Mistakes<'_>,
) -> Option<Expression> {
    let compiled = Expression::compile(file.get_ref(), names)
        .and_then(|when| when.try_out(names, |_any_value_is_true_or_not| Ok(())).map(|()| when));
    compiled.map_err(|message| mistakes.add(&file.span(), key, message)).ok()
}

/// Paths of all fields of messages, less those of an element.
fn uses(
    paths: impl Iterator<Item = String>,
    conditions: [Option<&Expression>; 2],
    changed: &[Vec<String>],
) -> Vec<Vec<String>> {
    let conditions = conditions.into_iter().flatten().flat_map(|condition| condition.paths().to_vec());
    let split = |path: String| path.split('.').map(str::to_owned).collect::<Vec<_>>();
    let all = paths.chain(conditions).map(split);
    let own = |path: &Vec<String>| path.first().is_some_and(|first| !OF_EACH.contains(&first.as_str()));
    let mut uses: Vec<_> = all.filter(own).chain(changed.iter().cloned()).collect();
    uses.sort();
    uses.dedup();
    uses
}

fn release(key: &str, file: &ReleaseFile, mistakes: &mut Mistakes<'_>) -> Option<Release> {
    let key = format!("{key}.release");
    let after_ms = *file.after_ms.get_ref();
    if !(after_ms > 0.0 && after_ms <= MAX_RELEASE_MS) {
        mistakes.add(&file.after_ms.span(), format!("{key}.after_ms"), "`after_ms` is between 0 and 60000");
    }
    // Any feed will do: a release may use none of its fields.
    let args = arguments(&format!("{key}.args"), &file.args, &Names::from(Feed::Beat), mistakes);
    let fixed: Vec<_> = args.iter().filter_map(Argument::fixed).cloned().collect();
    if fixed.len() < args.len() {
        mistakes.add(&file.after_ms.span(), format!("{key}.args"), "a release has `value` arguments only");
    }
    Some(Release { after_ns: (after_ms * 1e6) as i64, args: fixed })
}
