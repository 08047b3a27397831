//! OpenAI and all servers that speak its protocol: `POST /v1/chat/completions` with a strict JSON schema
//! (platform.openai.com/docs, “Structured model outputs”).

use serde_json::{Value, json};

use super::{Provider, Unsaid};
use crate::answer::BadAnswer;
use crate::prompt::Turn;

/// The protocol of OpenAI.
#[derive(Debug)]
pub(crate) struct OpenAi;

impl Provider for OpenAi {
    fn path(&self) -> &'static str {
        "v1/chat/completions"
    }

    fn question(&self, model: &str, talk: &[Turn], schema: &Value) -> Value {
        // No temperature: reasoning models refuse a question that has one.
        json!({
            "model": model,
            "messages": talk,
            "stream": false,
            "response_format": {
                "type": "json_schema",
                "json_schema": { "name": "song_tags", "strict": true, "schema": schema },
            },
        })
    }

    fn text(&self, answer: &Value) -> Result<String, Unsaid> {
        let choice = &answer["choices"][0];
        if let Some(refusal) = choice["message"]["refusal"].as_str().filter(|text| !text.is_empty()) {
            return Err(Unsaid::Declined(refusal.to_owned()));
        }
        match (choice["finish_reason"].as_str(), choice["message"]["content"].as_str()) {
            (Some("content_filter"), _) => Err(Unsaid::Declined("its content filter stopped it".to_owned())),
            (Some("length"), _) => Err(Unsaid::Bad(BadAnswer::CutOff)),
            (_, Some(text)) => Ok(text.to_owned()),
            (_, None) => Err(Unsaid::Foreign),
        }
    }

    fn when_missing(&self, model: &str) -> String {
        format!("check that url is the server's base and that it has the model “{model}”")
    }

    fn when_away(&self) -> &'static str {
        "start the server, or check url and the network"
    }
}
