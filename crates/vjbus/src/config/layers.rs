//! The layers, and which of them said what.

use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format as _, Toml};
use serde_json::{Map, Value};

use super::{DEFAULTS, FILE, Mistake, locate};

/// First segments of environment keys that are configuration; other `VJBUS_` variables are not.
const SECTIONS: [&str; 5] = ["state_dir", "broker", "supervision", "instances", "targets"];

/// Where the configuration comes from.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// The file; none = `vjbus.toml` of the working folder if there is one.
    pub file: Option<PathBuf>,
    /// `key=value` of the command line.
    pub sets: Vec<String>,
}

impl Layers {
    /// The file that is read, if any.
    pub fn path(&self) -> Option<PathBuf> {
        match &self.file {
            Some(file) => Some(file.clone()),
            None => Some(PathBuf::from(FILE)).filter(|file| file.is_file()),
        }
    }

    /// The folder of the file.
    pub fn folder(&self) -> Option<&Path> {
        match &self.file {
            Some(file) => file.parent(),
            None => Some(Path::new(".")),
        }
    }

    /// Everything merged.
    ///
    /// # Errors
    /// When the file cannot be read or is no TOML, or a `--set` is no `key=value`.
    pub fn merged(&self) -> Result<Map<String, Value>, Vec<Mistake>> {
        self.readable()?;
        let figment = self.figment()?;
        figment.extract().map_err(|errors| {
            errors.into_iter().map(|e| self.mistake(&e.path.join("."), &e.kind.to_string())).collect()
        })
    }

    /// What can be read of a file that is no TOML as a whole, over the defaults.
    pub(super) fn salvaged(&self) -> Map<String, Value> {
        let text = self.path().and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
        let figment = Figment::from(Toml::string(DEFAULTS));
        let figment = figment.merge(figment::providers::Serialized::defaults(locate::readable_part(&text)));
        figment.merge(environment()).extract().unwrap_or_default()
    }

    /// A mistake at `key`, with the layer that said it.
    pub fn mistake(&self, key: &str, message: &str) -> Mistake {
        let source = self.source_of(key);
        Mistake { source, key: key.to_owned(), message: message.to_owned() }
    }

    fn readable(&self) -> Result<(), Vec<Mistake>> {
        let Some(path) = self.path() else { return Ok(()) };
        let whole = |line: Option<usize>, message: String| {
            let at = line.map(|l| format!(":{l}")).unwrap_or_default();
            vec![Mistake { source: format!("{}{at}", path.display()), key: String::new(), message }]
        };
        let text = std::fs::read_to_string(&path).map_err(|e| whole(None, format!("cannot be read: {e}")))?;
        locate::syntax(&text).map_err(|(line, message)| whole(Some(line), message))
    }

    fn figment(&self) -> Result<Figment, Vec<Mistake>> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        if let Some(path) = self.path() {
            figment = figment.merge(Toml::file_exact(path));
        }
        figment = figment.merge(environment());
        for set in &self.sets {
            let (key, value) = split(set)?;
            figment = figment.merge(figment::providers::Serialized::default(key, value));
        }
        Ok(figment)
    }

    fn source_of(&self, key: &str) -> String {
        if let Some(set) =
            self.sets.iter().find(|set| set.split('=').next().is_some_and(|k| covers(k.trim(), key)))
        {
            return format!("--set {set}");
        }
        let variable = format!("VJBUS_{}", key.replace('.', "__").to_uppercase());
        if std::env::vars().any(|(name, _)| name.eq_ignore_ascii_case(&variable)) {
            return format!("environment {variable}");
        }
        let Some(path) = self.path() else { return "defaults".into() };
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        match locate::line(&text, key) {
            Some(line) => format!("{}:{line}", path.display()),
            None => path.display().to_string(),
        }
    }
}

fn covers(set: &str, key: &str) -> bool {
    key == set || key.starts_with(&format!("{set}."))
}

fn environment() -> Env {
    Env::prefixed("VJBUS_")
        .filter(|key| {
            SECTIONS.contains(&key.as_str().split("__").next().unwrap_or_default().to_lowercase().as_str())
        })
        .split("__")
}

fn split(set: &str) -> Result<(&str, Value), Vec<Mistake>> {
    let Some((key, value)) = set.split_once('=') else {
        return Err(vec![Mistake {
            source: format!("--set {set}"),
            key: String::new(),
            message: "write key=value, e.g. --set instances.audio.source=file".into(),
        }]);
    };
    // A value is TOML where it can be (3, true, [1, 2], "text") and plain text otherwise.
    let parsed =
        toml::from_str::<Map<String, Value>>(&format!("v = {value}")).ok().and_then(|mut m| m.remove("v"));
    Ok((key.trim(), parsed.unwrap_or_else(|| Value::String(value.to_owned()))))
}
