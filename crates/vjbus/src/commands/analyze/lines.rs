//! What the cores say, as JSON lines.

use std::io::Write;

use schemas::audio::{Features, Key, Pitch, Spectrum};
use schemas::beat::{Grid, Onset, Tick};
use schemas::structure::{Event, Progress, Section};
use schemas::{Name, Payload, Subject};
use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};

/// One thing that was said.
#[derive(Debug)]
pub(crate) struct Line {
    /// Seconds of the file that had been heard.
    pub(crate) t_s: f64,
    /// The instant that it speaks of, in seconds from the start of the file.
    pub(crate) at_s: f64,
    /// The message.
    pub(crate) said: Said,
}

/// Everything that the cores can say.
#[derive(Debug)]
pub(crate) enum Said {
    Grid(Grid),
    Tick(Tick),
    Onset(Onset),
    Key(Key),
    Pitch(Pitch),
    Section(Section),
    Moment(Event),
    Progress(Progress),
    Features(Features),
    Spectrum(Spectrum),
}

/// Writes lines, with the name of the file where there are several.
pub(crate) struct Lines<'a, W> {
    out: &'a mut W,
    file: Option<String>,
}

impl<'a, W: Write> Lines<'a, W> {
    pub(crate) fn new(out: &'a mut W, file: Option<String>) -> Lines<'a, W> {
        Lines { out, file }
    }

    pub(crate) fn write(&mut self, line: &Line) -> Outcome {
        let mut written = match &line.said {
            Said::Grid(body) => object(line, body),
            Said::Tick(body) => object(line, body),
            Said::Onset(body) => object(line, body),
            Said::Key(body) => object(line, body),
            Said::Pitch(body) => object(line, body),
            Said::Section(body) => object(line, body),
            Said::Moment(body) => object(line, body),
            Said::Progress(body) => object(line, body),
            Said::Features(body) => object(line, body),
            Said::Spectrum(body) => object(line, body),
        }?;
        if let Some(file) = &self.file {
            written["file"] = file.as_str().into();
        }
        Ok(writeln!(self.out, "{written}")?)
    }
}

fn object<T: Payload>(line: &Line, body: &T) -> Result<Value, Failure> {
    let mut data = serde_json::to_value(body).map_err(Failure::internal)?;
    if let Value::Object(fields) = &mut data {
        fields.insert("at".into(), line.at_s.into());
    }
    Ok(json!({ "t": line.t_s, "subject": Subject::new(T::TOPIC, &Name::main()).to_string(), "data": data }))
}
