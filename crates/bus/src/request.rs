//! Asking a component to do something, with refusals told apart from silence.

use std::time::Duration;

use schemas::Name;
use schemas::command::{self, Reply};
use serde_json::Value;
use tokio::sync::broadcast;

use crate::connect::Bus;

/// Components answer within 100 ms; a busy machine gets ten times that.
const REPLY_TIMEOUT: Duration = Duration::from_secs(1);

/// Why there is no reply.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The broker does not let this key say that.
    #[error("not permitted: this key may not publish to {subject}; use the operator's key")]
    NotPermitted {
        /// The subject.
        subject: String,
    },
    /// Nobody listens.
    #[error("{instance} is not running, or knows no “{verb}”")]
    Absent {
        /// Whom we asked.
        instance: Name,
        /// For what.
        verb: String,
    },
    /// It listens and says nothing.
    #[error("{instance} did not answer “{verb}” within {} s: it may be hung", REPLY_TIMEOUT.as_secs())]
    Silent {
        /// Whom we asked.
        instance: Name,
        /// For what.
        verb: String,
    },
    /// The answer is not one of ours.
    #[error("the answer of {instance} cannot be read")]
    Malformed {
        /// Whom we asked.
        instance: Name,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

impl Bus {
    /// Sends one command and waits for its reply.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub async fn request(&self, instance: &Name, verb: &str, args: &Value) -> Result<Reply, RequestError> {
        let subject = command::subject(instance, verb);
        let mut violations = self.violations.subscribe();
        let ask = self.client.request(subject.clone(), args.to_string().into());
        let answer = tokio::select! {
            answer = tokio::time::timeout(REPLY_TIMEOUT, ask) => answer,
            () = refused(&mut violations, &subject) => return Err(RequestError::NotPermitted { subject }),
        };
        let (instance, verb) = (instance.clone(), verb.to_owned());
        match answer {
            Ok(Ok(message)) => serde_json::from_slice(&message.payload)
                .map_err(|source| RequestError::Malformed { instance, source }),
            Ok(Err(error)) if error.kind() == async_nats::RequestErrorKind::NoResponders => {
                Err(RequestError::Absent { instance, verb })
            }
            Ok(Err(_)) | Err(_) => Err(RequestError::Silent { instance, verb }),
        }
    }
}

async fn refused(violations: &mut broadcast::Receiver<String>, subject: &str) {
    loop {
        match violations.recv().await {
            Ok(what) if what == subject => return,
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}
