//! Answering commands by the NATS services protocol (ADR-32), so that any NATS tool lists the components.

use std::collections::HashMap;

use async_nats::service::ServiceExt as _;
use futures_util::StreamExt as _;
use schemas::Name;
use schemas::command::{self, Refusal, Reply};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::connect::Bus;

/// Commands that may wait for a busy component; more are refused by time-out at the asker.
const WAITING_MAX: usize = 64;
/// Longest command that is looked at, in bytes.
const COMMAND_MAX: usize = 64 << 10;

/// What a component announces.
#[derive(Debug, Clone)]
pub struct ServiceInfo {
    /// Service name, `A-Za-z0-9_-`.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// One sentence.
    pub description: String,
    /// Further facts by name.
    pub metadata: HashMap<String, String>,
}

/// The commands could not be offered.
#[derive(Debug, thiserror::Error)]
#[error("commands of {instance} are not offered")]
pub struct ServeError {
    instance: Name,
    #[source]
    source: async_nats::Error,
}

/// Commands as they come. Dropping it withdraws the service.
pub struct Service {
    commands: mpsc::Receiver<Command>,
    _service: async_nats::service::Service,
}

/// One command that waits for its reply.
pub struct Command {
    /// The last token of its subject.
    pub verb: String,
    /// Its JSON argument; null when it had none.
    pub args: Value,
    request: async_nats::service::Request,
}

impl Bus {
    /// Offers `verbs` as `vjctl.<instance>.<verb>`.
    ///
    /// # Errors
    /// When the client is closed or the name is no service name.
    pub async fn serve(
        &self,
        instance: &Name,
        info: ServiceInfo,
        verbs: &[&str],
    ) -> Result<Service, ServeError> {
        let failed = |source| ServeError { instance: instance.clone(), source };
        let service = self
            .client
            .service_builder()
            .description(info.description)
            .metadata(info.metadata)
            .start(info.name, info.version)
            .await
            .map_err(failed)?;
        let (queue, commands) = mpsc::channel(WAITING_MAX);
        for verb in verbs {
            let builder = service.endpoint_builder().name(*verb);
            let endpoint = builder.add(command::subject(instance, verb)).await.map_err(failed)?;
            tokio::spawn(forward(endpoint, (*verb).to_owned(), queue.clone()));
        }
        self.settle_subscriptions().await;
        Ok(Service { commands, _service: service })
    }
}

impl Service {
    /// The next command. Cancel-safe.
    pub async fn next(&mut self) -> Command {
        match self.commands.recv().await {
            Some(command) => command,
            // All endpoints ended: the client is closed and nothing will come any more.
            None => std::future::pending().await,
        }
    }
}

impl Command {
    /// Answers.
    pub async fn reply(self, reply: impl Into<Reply>) {
        let reply = reply.into();
        let text = serde_json::to_vec(&reply).unwrap_or_else(|_| br#"{"ok":false}"#.to_vec());
        if let Err(error) = self.request.respond(Ok(text.into())).await {
            tracing::debug!(%error, verb = %self.verb, "nobody waits for this reply any more");
        }
    }
}

async fn forward(
    mut endpoint: async_nats::service::endpoint::Endpoint,
    verb: String,
    queue: mpsc::Sender<Command>,
) {
    while let Some(request) = endpoint.next().await {
        let args = arguments(&request.message.payload);
        let command = Command { verb: verb.clone(), args: Value::Null, request };
        match args {
            Err(refusal) => command.reply(Err(refusal)).await,
            // A full queue means that the component is stuck; the asker's time-out says so.
            Ok(args) => drop(queue.try_send(Command { args, ..command })),
        }
    }
}

fn arguments(payload: &[u8]) -> Result<Value, Refusal> {
    match payload {
        [] => Ok(Value::Null),
        long if long.len() > COMMAND_MAX => {
            Err(Refusal::usage(format!("arguments of more than {COMMAND_MAX} bytes")))
        }
        json => {
            serde_json::from_slice(json).map_err(|e| Refusal::usage(format!("arguments are not JSON: {e}")))
        }
    }
}
