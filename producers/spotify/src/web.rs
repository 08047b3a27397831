//! The Web API: asked for the player again and again, by a task of its own.
//!
//! [`Player`] asks once and says what came, [`playback`] translates an answer, `pace` says when to ask
//! next, and [`Watcher`] is the task. The task hands its reports over through a bounded channel, so a slow answer
//! delays nothing but the next question.

mod answer;
mod pace;
mod player;
mod translate;
mod trouble;
mod watcher;

pub use answer::Answer;
pub use player::{AskError, Player, Seen};
pub use translate::{Playback, playback, provenance};
pub use trouble::Trouble;
pub(crate) use trouble::login_command;
pub use watcher::{Report, Watcher};
