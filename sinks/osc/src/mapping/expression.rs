//! Expressions of target files: minijinja's expression language with a few functions and no filters.

use std::sync::LazyLock;

use minijinja::value::{Rest, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};
use schemas::Kind;

use super::argument::Skip;
use super::example;
use super::fields::Fields;
use super::names::Names;

/// Names of the functions.
pub(crate) const FUNCTIONS: &[&str] = &["clamp", "sqrt", "round", "db", "min", "max", "upper", "join"];
// Longer ones are program text, which belongs into a processor.
const MAX_BYTES: usize = 500;
// Amplitude that `db` takes for silence: -100 dB.
const SILENCE: f64 = 1e-5;

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_function("clamp", |x: f64, low: f64, high: f64| x.max(low).min(high));
    environment.add_function("sqrt", |x: f64| x.max(0.0).sqrt());
    environment.add_function("round", |x: f64| x.round());
    environment.add_function("db", |x: f64| 20.0 * x.abs().max(SILENCE).log10());
    environment.add_function("min", |values: Rest<f64>| fold("min", &values, f64::min));
    environment.add_function("max", |values: Rest<f64>| fold("max", &values, f64::max));
    environment.add_function("upper", |text: String| text.to_uppercase());
    environment.add_function("join", |words: Vec<String>, between: String| words.join(&between));
    environment
});

fn fold(name: &str, values: &[f64], choose: fn(f64, f64) -> f64) -> Result<f64, Error> {
    let missing = || Error::new(ErrorKind::MissingArgument, format!("{name} needs at least one number"));
    values.iter().copied().reduce(choose).ok_or_else(missing)
}

/// A compiled expression over the names of one mapping.
#[derive(Debug)]
pub(crate) struct Expression {
    compiled: minijinja::Expression<'static, 'static>,
    /// Paths of the fields that it uses, e.g. `bands.bass`.
    paths: Vec<String>,
}

impl Expression {
    /// Compiles `text` and looks up every name in it.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what would be right.
    pub(crate) fn compile(text: &str, names: &Names) -> Result<Expression, String> {
        if text.len() > MAX_BYTES {
            return Err(format!("an expression has at most {MAX_BYTES} characters"));
        }
        let compiled =
            ENVIRONMENT.compile_expression_owned(text.to_owned()).map_err(|error| reason(&error))?;
        let mut paths: Vec<_> = compiled.undeclared_variables(true).into_iter().collect();
        paths.sort();
        let unknown: Vec<_> = paths.iter().filter_map(|path| unknown(path, text, names)).collect();
        if !unknown.is_empty() {
            return Err(unknown.join("; "));
        }
        Ok(Expression { compiled, paths })
    }

    /// Tries it with examples; `check` says what is wrong with a result.
    ///
    /// # Errors
    /// The first thing that went wrong.
    pub(crate) fn try_out(
        &self,
        names: &Names,
        check: impl Fn(&Value) -> Result<(), String>,
    ) -> Result<(), String> {
        for round in 0..example::ROUNDS {
            let fields = Fields::new(example::message(names, round, &self.paths));
            let result = self.compiled.eval(fields.variables()).map_err(|error| reason(&error))?;
            check(&result)?;
        }
        Ok(())
    }

    /// Its value for one message.
    pub(crate) fn value(&self, fields: &Fields) -> Result<Value, Skip> {
        let value = self.compiled.eval(fields.variables()).map_err(|_null_or_missing| Skip)?;
        if matches!(value.kind(), ValueKind::None | ValueKind::Undefined) { Err(Skip) } else { Ok(value) }
    }

    /// Whether its value for one message is true; an expression that cannot be worked out is not.
    pub(crate) fn is_true(&self, fields: &Fields) -> bool {
        self.value(fields).is_ok_and(|value| value.is_true())
    }

    pub(crate) fn paths(&self) -> &[String] {
        &self.paths
    }
}

fn unknown(path: &str, text: &str, names: &Names) -> Option<String> {
    let name = path.split('.').next().unwrap_or(path);
    let called =
        text.match_indices(name).any(|(at, _)| text[at + name.len()..].trim_start().starts_with('('));
    if called {
        let known = FUNCTIONS.contains(&name);
        return (!known)
            .then(|| format!("there is no function “{name}”; there are {}", FUNCTIONS.join(", ")));
    }
    let known = || names.paths().join(", ");
    match names.field(path).map(Kind::required) {
        None => Some(format!("{} has no field “{path}”; it has {}", names.subject(), known())),
        Some(Kind::Struct(_)) => Some(format!("“{path}” is a group; name one of {}", known())),
        Some(_) => None,
    }
}

fn reason(error: &Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    }
}
