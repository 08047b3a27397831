//! What takes time, each in a task of its own: a look into the cache, a question to the model.

use tokio::task::{AbortHandle, JoinSet};

use crate::answer::Guess;
use crate::cache::{Cache, Key};
use crate::desk::Ask;
use crate::model::{Failure, Model};

/// What has come of a task.
#[derive(Debug)]
pub(crate) enum Done {
    /// The cache was looked into; boxed, since an answer is large beside a key.
    Looked(Key, Option<Box<Guess>>),
    /// The model was asked.
    Asked(Key, Result<Box<Guess>, Failure>),
}

/// Tasks under way: looks, and at most one question. They end when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Work {
    tasks: JoinSet<Done>,
    question: Option<AbortHandle>,
}

impl Work {
    /// Looks into the cache.
    pub(crate) fn look(&mut self, cache: Cache, key: Key) {
        self.tasks.spawn(async move {
            let guess = cache.get(&key).await;
            Done::Looked(key, guess.map(Box::new))
        });
    }

    /// Asks the model, and keeps its answer.
    pub(crate) fn ask(&mut self, model: Model, cache: Cache, ask: Ask) {
        let question = async move {
            let answer = model.ask(ask.talk).await;
            if let Ok(guess) = &answer {
                cache.put(&ask.key, guess).await;
            }
            Done::Asked(ask.key, answer.map(Box::new))
        };
        self.question = Some(self.tasks.spawn(question));
    }

    /// Stops the question that is being asked: nobody wants its answer.
    pub(crate) fn stop(&mut self) {
        if let Some(question) = self.question.take() {
            question.abort();
        }
    }

    /// The next that is done. Cancel-safe; waits for ever while nothing is under way.
    pub(crate) async fn next(&mut self) -> Done {
        loop {
            match self.tasks.join_next().await {
                Some(Ok(done)) => return done,
                // It was stopped.
                Some(Err(_stopped)) => {}
                None => std::future::pending().await,
            }
        }
    }
}
