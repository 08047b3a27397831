//! Ollama: `POST /api/chat` with a JSON schema in `format` (docs.ollama.com/api, “Structured outputs”).

use serde_json::{Value, json};

use super::{Provider, Unsaid};
use crate::answer::BadAnswer;
use crate::prompt::Turn;

/// The protocol of Ollama.
#[derive(Debug)]
pub(crate) struct Ollama;

impl Provider for Ollama {
    fn path(&self) -> &'static str {
        "api/chat"
    }

    fn question(&self, model: &str, talk: &[Turn], schema: &Value) -> Value {
        json!({
            "model": model,
            "messages": talk,
            "stream": false,
            "format": schema,
            "options": { "temperature": 0 },
        })
    }

    fn text(&self, answer: &Value) -> Result<String, Unsaid> {
        let text = answer["message"]["content"].as_str().ok_or(Unsaid::Foreign)?;
        if answer["done_reason"] == "length" {
            return Err(Unsaid::Bad(BadAnswer::CutOff));
        }
        Ok(text.to_owned())
    }

    fn when_missing(&self, model: &str) -> String {
        format!("run `ollama pull {model}`, or name another model (`ollama list`)")
    }

    fn when_away(&self) -> &'static str {
        "start it (`ollama serve`), or check url"
    }
}
