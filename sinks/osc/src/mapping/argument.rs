//! One argument of a mapping: where it comes from and how it becomes an OSC value.

use minijinja::value::ValueKind;
use rosc::OscType;
use schemas::Kind;
use serde_json::Value;
use toml::Spanned;

use super::expression::Expression;
use super::fields::Fields;
use super::names::Names;
use super::text;
use crate::target::{ArgFile, ArgKind};

/// There is nothing to send: a field is null, or a number is not finite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skip;

/// A checked argument.
#[derive(Debug)]
pub(crate) struct Argument {
    kind: ArgKind,
    ascii: bool,
    origin: Origin,
}

#[derive(Debug)]
enum Origin {
    Fixed(OscType),
    Field { path: Vec<String>, range: Option<[f64; 4]> },
    Expression(Expression),
}

/// What is wrong with an argument: the key within it, and why.
pub(crate) type Flaw = (&'static str, std::ops::Range<usize>, String);

impl Argument {
    /// Checks an argument against the names of its mapping.
    pub(crate) fn compile(file: &Spanned<ArgFile>, names: &Names) -> Result<Argument, Flaw> {
        let span = file.span();
        let file = file.get_ref();
        let origin = match (&file.field, &file.expr, &file.value) {
            (Some(field), None, None) => compile_field(file, field, names)?,
            (None, Some(expr), None) => compile_expr(file.kind, expr, names)?,
            (None, None, Some(value)) => compile_value(file, value)?,
            _ => {
                return Err((
                    "",
                    span,
                    "an argument has exactly one of `field`, `expr` and `value`".to_owned(),
                ));
            }
        };
        if let (Some(range), None) = (&file.range, &file.field) {
            return Err((
                "range",
                range.span(),
                "`range` goes with `field`; an expression can scale by itself".into(),
            ));
        }
        if file.ascii && file.kind != ArgKind::Text {
            return Err(("ascii", span, "`ascii` goes with type \"s\"".to_owned()));
        }
        Ok(Argument { kind: file.kind, ascii: file.ascii, origin })
    }

    /// Its value for one message, appended to `args`: a list gives several.
    pub(crate) fn evaluate(&self, fields: &Fields, args: &mut Vec<OscType>) -> Result<(), Skip> {
        match &self.origin {
            Origin::Fixed(value) => args.push(value.clone()),
            Origin::Expression(expression) => args.push(self.of_expression(&expression.value(fields)?)?),
            Origin::Field { path, range } => match fields.get(path).ok_or(Skip)? {
                Value::Array(items) => {
                    for item in items {
                        args.push(self.of_field(item, *range)?);
                    }
                }
                value => args.push(self.of_field(value, *range)?),
            },
        }
        Ok(())
    }

    /// Its value when it is always the same.
    pub(crate) fn fixed(&self) -> Option<&OscType> {
        match &self.origin {
            Origin::Fixed(value) => Some(value),
            _ => None,
        }
    }

    /// Paths of the fields that it uses.
    pub(crate) fn paths(&self) -> Vec<String> {
        match &self.origin {
            Origin::Fixed(_) => Vec::new(),
            Origin::Field { path, .. } => vec![path.join(".")],
            Origin::Expression(expression) => expression.paths().to_vec(),
        }
    }

    fn of_field(&self, value: &Value, range: Option<[f64; 4]>) -> Result<OscType, Skip> {
        let number = || {
            let number = value.as_f64().or(value.as_bool().map(|b| f64::from(u8::from(b)))).ok_or(Skip)?;
            Ok(range.map_or(number, |range| rescale(number, range)))
        };
        match (self.kind, value) {
            (ArgKind::Text, Value::String(words)) => Ok(OscType::String(text::clean(words, self.ascii))),
            (ArgKind::Text, value) => Ok(OscType::String(value.to_string())),
            (ArgKind::Float | ArgKind::Int, _) => osc_number(self.kind, number()?),
        }
    }

    fn of_expression(&self, value: &minijinja::Value) -> Result<OscType, Skip> {
        match self.kind {
            ArgKind::Text => Ok(OscType::String(text::clean(&value.to_string(), self.ascii))),
            ArgKind::Float | ArgKind::Int => osc_number(self.kind, number(value).ok_or(Skip)?),
        }
    }
}

fn osc_number(kind: ArgKind, number: f64) -> Result<OscType, Skip> {
    if !number.is_finite() {
        return Err(Skip);
    }
    Ok(match kind {
        // `as` saturates: a count beyond 2^31 stays at the largest one.
        ArgKind::Int => OscType::Int(number.round() as i32),
        _ => OscType::Float(number as f32),
    })
}

fn number(value: &minijinja::Value) -> Option<f64> {
    match value.kind() {
        ValueKind::Bool => Some(f64::from(u8::from(value.is_true()))),
        ValueKind::Number => f64::try_from(value.clone()).ok(),
        _ => None,
    }
}

fn rescale(number: f64, [from_low, from_high, to_low, to_high]: [f64; 4]) -> f64 {
    let part = ((number - from_low) / (from_high - from_low)).clamp(0.0, 1.0);
    to_low + part * (to_high - to_low)
}

fn compile_field(file: &ArgFile, field: &Spanned<String>, names: &Names) -> Result<Origin, Flaw> {
    let wrong = |message: String| Err(("field", field.span(), message));
    let path = field.get_ref();
    let Some(kind) = names.field(path) else {
        let (subject, paths) = (names.subject(), names.paths().join(", "));
        return wrong(format!("{subject} has no field “{path}”; it has {paths}"));
    };
    let item = match kind.required() {
        Kind::List(item) => item.required(),
        single => single,
    };
    let numeric = matches!(item, Kind::Int | Kind::Float | Kind::Bool);
    match (file.kind, item) {
        (_, Kind::Struct(_) | Kind::Map(_) | Kind::List(_) | Kind::Any) => {
            return wrong(format!("“{path}” has several values; name one of {}", names.paths().join(", ")));
        }
        (ArgKind::Float | ArgKind::Int, Kind::Text | Kind::Choice(_)) => {
            return wrong(format!("“{path}” is text: give it type \"s\", or compare it in an `expr`"));
        }
        _ => {}
    }
    if let Some(range) = &file.range {
        let [from_low, from_high, ..] = *range.get_ref();
        if !numeric || file.kind == ArgKind::Text {
            return Err(("range", range.span(), "`range` goes with numbers".to_owned()));
        }
        if from_low == from_high || range.get_ref().iter().any(|n| !n.is_finite()) {
            return Err((
                "range",
                range.span(),
                "`range` is [from low, from high, to low, to high]".to_owned(),
            ));
        }
    }
    let path = path.split('.').map(str::to_owned).collect();
    Ok(Origin::Field { path, range: file.range.as_ref().map(|range| *range.get_ref()) })
}

fn compile_expr(kind: ArgKind, expr: &Spanned<String>, names: &Names) -> Result<Origin, Flaw> {
    let flaw = |message| ("expr", expr.span(), message);
    let expression = Expression::compile(expr.get_ref(), names).map_err(flaw)?;
    let check = |value: &minijinja::Value| match (kind, value.kind()) {
        (ArgKind::Text, ValueKind::String | ValueKind::Number | ValueKind::Bool) => Ok(()),
        (ArgKind::Float | ArgKind::Int, ValueKind::Number | ValueKind::Bool) => Ok(()),
        (ArgKind::Text, other) => Err(format!("type \"s\" needs text, and this is {other}")),
        (_, ValueKind::String) => Err("this is text: give it type \"s\"".to_owned()),
        (_, other) => Err(format!("a number is needed, and this is {other}")),
    };
    expression.try_out(names, check).map_err(flaw)?;
    Ok(Origin::Expression(expression))
}

fn compile_value(file: &ArgFile, value: &Spanned<toml::Value>) -> Result<Origin, Flaw> {
    let number = match value.get_ref() {
        toml::Value::Integer(number) => Some(*number as f64),
        toml::Value::Float(number) => Some(*number),
        toml::Value::Boolean(yes) => Some(f64::from(u8::from(*yes))),
        _ => None,
    };
    let fixed = match (file.kind, value.get_ref(), number) {
        (ArgKind::Text, toml::Value::String(words), _) => {
            Some(OscType::String(text::clean(words, file.ascii)))
        }
        (ArgKind::Float | ArgKind::Int, _, Some(number)) => osc_number(file.kind, number).ok(),
        _ => None,
    };
    let wrong =
        || ("value", value.span(), "`value` does not fit `type`: f and i are numbers, s is text".to_owned());
    fixed.map(Origin::Fixed).ok_or_else(wrong)
}
