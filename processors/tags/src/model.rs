//! A model that is asked for tags: one question, one attempt to repair a wrong answer, typed failures.

use std::path::Path;
use std::time::Duration;

use fetch::{Client, Error, Limits};
use schemas::lyrics::Document;
use schemas::tags::Song;

use crate::answer::{self, BadAnswer, Guess};
use crate::cache::{Cache, Key};
use crate::config::Config;
use crate::facts::Facts;
use crate::prompt::{self, Turn};
use crate::provider::{self, Provider, Secret, Unsaid};
use crate::text::clean;
use crate::{policy, rules};

/// Longest answer of a server, in bytes.
const BYTES: usize = 1024 * 1024;
/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// So much of what others say is shown, in characters.
const SHOWN: usize = 160;

/// Why no model tagged a track. Each says what to do about it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Failure {
    /// No model can be asked with this configuration.
    #[error("{0}")]
    Config(String),
    /// The track may not be sent to a model.
    #[error("{0}")]
    Kept(&'static str),
    /// The server is away, slow or busy: the same question may be answered later.
    #[error("{what}")]
    Away {
        /// What happened, and what to do.
        what: String,
        /// How long the server asks to wait.
        after: Option<Duration>,
    },
    /// The server refuses: the key, the model or the question.
    #[error("{0}")]
    Refused(String),
    /// The model answered, and what it said are no tags, also when it was told so.
    #[error("{0}")]
    Bad(String),
}

/// Tags by the model of `config`, or from the cache in `state_dir` when it has tagged the track before.
///
/// # Errors
/// As [`Failure`] says: the policy refuses the track, or no usable answer came.
pub async fn by_model(
    config: &Config,
    state_dir: &Path,
    facts: &Facts,
    lyrics: Option<&Document>,
) -> Result<Song, Failure> {
    if let Some(refusal) = policy::refusal(&facts.service, config.spotify_to_models) {
        return Err(Failure::Kept(refusal));
    }
    let none = || Failure::Config("no model is configured: set provider to ollama or openai".to_owned());
    let model = Model::of(config).map_err(Failure::Config)?.ok_or_else(none)?;
    let (cache, key) = (Cache::in_folder(state_dir), Key::of(model.id(), facts, lyrics));
    let guess = match cache.get(&key).await {
        Some(guess) => guess,
        None => {
            let guess = model.ask(prompt::question(facts, lyrics)).await?;
            cache.put(&key, &guess).await;
            guess
        }
    };
    Ok(guess.song(&rules::of(facts, lyrics), facts, lyrics, model.name()))
}

/// Tags from the text that a model called `model` answered about a track.
///
/// # Errors
/// [`Failure::Bad`] when there are no tags in it.
pub fn of_answer(text: &str, facts: &Facts, lyrics: Option<&Document>, model: &str) -> Result<Song, Failure> {
    let guess = answer::read(text).map_err(|why| Failure::Bad(why.to_string()))?;
    Ok(guess.song(&rules::of(facts, lyrics), facts, lyrics, model))
}

/// A model behind a server.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    client: Client,
    provider: &'static dyn Provider,
    name: String,
    id: String,
    key: Secret,
    key_env: String,
}

impl Model {
    /// The model of a configuration; `None` where the rules are all.
    ///
    /// # Errors
    /// When the configuration is wrong, or the key is not in the environment; with what to do.
    pub(crate) fn of(config: &Config) -> Result<Option<Model>, String> {
        let Some(provider) = provider::of(config.provider) else { return Ok(None) };
        if let Some(mistake) = config.mistakes().into_iter().next() {
            return Err(mistake);
        }
        let limits = Limits { time: config.timeout(), connect: CONNECT, bytes: BYTES };
        let client = Client::new(&config.base(), limits).map_err(|error| error.to_string())?;
        let key = if config.api_key_env.is_empty() {
            Secret::default()
        } else {
            Secret::from_env(&config.api_key_env).ok_or_else(|| {
                format!(
                    "the environment variable {} is not set: put the server's key there",
                    config.api_key_env
                )
            })?
        };
        let name = config.model.trim().to_owned();
        let id = format!("{:?}/{name}", config.provider).to_lowercase();
        Ok(Some(Model { client, provider, name, id, key, key_env: config.api_key_env.clone() }))
    }

    /// What the server calls it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Protocol and name: answers of another one are others.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Asks; a wrong answer is sent back once with what is wrong about it.
    pub(crate) async fn ask(&self, talk: Vec<Turn>) -> Result<Guess, Failure> {
        let (text, why) = match self.once(&talk).await? {
            Ok(guess) => return Ok(guess),
            Err(wrong) => wrong,
        };
        tracing::debug!(model = self.name, %why, "a wrong answer is sent back");
        match self.once(&prompt::repair(talk, &text, &why.to_string())).await? {
            Ok(guess) => Ok(guess),
            Err((_, why)) => Err(Failure::Bad(format!(
                "{} answers with what are no tags, also when told so: {why}; choose a larger model",
                self.name
            ))),
        }
    }

    /// One question and what was read of its answer; an answer that the model may mend comes back with the reason.
    async fn once(&self, talk: &[Turn]) -> Result<Result<Guess, (String, BadAnswer)>, Failure> {
        let question = self.provider.question(&self.name, talk, &prompt::schema());
        let mut ask = self.client.post(self.provider.path()).json(&question);
        if !self.key.reveal().is_empty() {
            ask = ask.bearer(self.key.reveal());
        }
        let answer = ask.send().await.map_err(|error| self.failure(&error))?;
        let answer: serde_json::Value = answer.json().map_err(|error| self.failure(&error))?;
        match self.provider.text(&answer) {
            Ok(text) => Ok(answer::read(&text).map_err(|why| (text, why))),
            Err(Unsaid::Bad(why)) => Ok(Err((String::new(), why))),
            Err(Unsaid::Declined(said)) => Err(Failure::Bad(format!(
                "{} declines: {}",
                self.name,
                clean(&self.key.redact(&said), SHOWN)
            ))),
            Err(Unsaid::Foreign) => Err(Failure::Refused(format!(
                "{} answers in another protocol: check provider and url",
                self.client.host()
            ))),
        }
    }

    fn failure(&self, error: &Error) -> Failure {
        let host = self.client.host();
        match error {
            Error::Later { after, .. } => {
                let what = format!("{error}: {}", self.provider.when_away());
                Failure::Away { what, after: *after }
            }
            Error::Missing { .. } => Failure::Refused(format!(
                "{host} does not know it: {}",
                self.provider.when_missing(&self.name)
            )),
            // What it says then may repeat a part of the key.
            Error::Refused { status: status @ (401 | 403), .. } => {
                let variable =
                    if self.key_env.is_empty() { "name its variable in api_key_env" } else { &self.key_env };
                Failure::Refused(format!("{host} wants another key (status {status}): {variable}"))
            }
            Error::Refused { .. } => Failure::Refused(format!(
                "{}: check model and url",
                clean(&self.key.redact(&error.to_string()), SHOWN)
            )),
            Error::Nonsense { .. } => Failure::Away {
                what: format!("{error}: check that url is the server of the model"),
                after: None,
            },
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
