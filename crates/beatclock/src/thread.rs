//! A thread that does things at their instant.
//!
//! It owns what it runs: others only put messages into a bounded inbox, so that no lock of a busy
//! thread can delay a deadline. It sleeps on the inbox until shortly before a deadline, so that news
//! wakes it, and the last stretch with an absolute deadline of the operating system.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::platform::{mono_ns, prefer_this_thread, sleep_until_ns};

/// Messages that may wait for the thread. A grid comes a few times a second: this is a minute of it.
pub const INBOX_CAPACITY: usize = 256;
// The last stretch before a deadline is slept absolutely and not woken by news; news waits for it at most this long.
const LAST_STRETCH_NS: i64 = 2_000_000;

/// What a [`DeadlineThread`] does and when. Runs on that thread alone and never blocks.
pub trait Agenda: Send + 'static {
    /// News from other threads.
    type Message: Send + 'static;

    /// Takes one message.
    fn take(&mut self, message: Self::Message, now_ns: i64);

    /// When [`Agenda::run`] wants to be called next; `None` waits for news.
    fn due_ns(&mut self, now_ns: i64) -> Option<i64>;

    /// Does everything that is due.
    fn run(&mut self, now_ns: i64);
}

/// The inbox is full: the thread is stuck or the sender is far too fast. The message is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// A running thread. Dropping it ends the thread and waits for that.
#[derive(Debug)]
pub struct DeadlineThread<M> {
    inbox: Arc<Inbox<M>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Inbox<M> {
    state: Mutex<State<M>>,
    news: Condvar,
}

#[derive(Debug)]
struct State<M> {
    queue: VecDeque<M>,
    closed: bool,
}

impl<M: Send + 'static> DeadlineThread<M> {
    /// Starts a thread called `name` that runs `agenda`.
    ///
    /// # Errors
    /// When the operating system has no thread to give.
    pub fn spawn<A: Agenda<Message = M>>(name: &str, agenda: A) -> std::io::Result<DeadlineThread<M>> {
        let state = Mutex::new(State { queue: VecDeque::new(), closed: false });
        let inbox = Arc::new(Inbox { state, news: Condvar::new() });
        let its_inbox = Arc::clone(&inbox);
        let thread =
            std::thread::Builder::new().name(name.to_owned()).spawn(move || work(&its_inbox, agenda))?;
        Ok(DeadlineThread { inbox, thread: Some(thread) })
    }

    /// Hands over a message; never waits.
    ///
    /// # Errors
    /// When [`INBOX_CAPACITY`] messages are waiting; count it.
    pub fn send(&self, message: M) -> Result<(), Full> {
        let mut state = self.inbox.lock();
        if state.queue.len() >= INBOX_CAPACITY {
            return Err(Full);
        }
        state.queue.push_back(message);
        drop(state);
        self.inbox.news.notify_one();
        Ok(())
    }

    /// False once the thread has ended, which it does only by a panic.
    pub fn is_running(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }
}

impl<M> Drop for DeadlineThread<M> {
    fn drop(&mut self) {
        self.inbox.lock().closed = true;
        self.inbox.news.notify_one();
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the thread that keeps the beat had panicked");
        }
    }
}

impl<M> Inbox<M> {
    // A panic while the lock was held leaves a queue that is still whole.
    fn lock(&self) -> MutexGuard<'_, State<M>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for news, at most `left_ns`. True when the inbox was closed.
    fn wait(&self, left_ns: Option<i64>) -> bool {
        let state = self.lock();
        if state.closed || !state.queue.is_empty() {
            return state.closed;
        }
        let state = match left_ns {
            None => self.news.wait(state).unwrap_or_else(PoisonError::into_inner),
            Some(left_ns) => {
                let left = Duration::from_nanos(u64::try_from(left_ns).unwrap_or(0));
                self.news.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
            }
        };
        state.closed
    }
}

fn work<A: Agenda>(inbox: &Inbox<A::Message>, mut agenda: A) {
    prefer_this_thread();
    loop {
        let (news, closed) = {
            let mut state = inbox.lock();
            (std::mem::take(&mut state.queue), state.closed)
        };
        if closed {
            return;
        }
        for message in news {
            agenda.take(message, mono_ns());
        }
        let now_ns = mono_ns();
        match agenda.due_ns(now_ns).map(|due_ns| (due_ns, due_ns.saturating_sub(now_ns))) {
            Some((_, left_ns)) if left_ns <= 0 => agenda.run(now_ns),
            Some((due_ns, left_ns)) if left_ns <= LAST_STRETCH_NS => {
                sleep_until_ns(due_ns);
                agenda.run(mono_ns());
            }
            due => {
                if inbox.wait(due.map(|(_, left_ns)| left_ns - LAST_STRETCH_NS / 2)) {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
