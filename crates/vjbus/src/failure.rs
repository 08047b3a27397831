//! How a command ends when it does not succeed.

use std::fmt;
use std::process::ExitCode;

use component::Exit;

/// A message for people and an exit code for programs (BSD `sysexits.h`).
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
}

/// The usual result of a command.
pub(crate) type Outcome = Result<(), Failure>;

impl Failure {
    /// 64: the command line or the configuration is wrong.
    pub(crate) fn usage(message: impl fmt::Display) -> Failure {
        Failure { code: 64, message: message.to_string() }
    }

    /// 69: something needed is absent.
    pub(crate) fn absent(message: impl fmt::Display) -> Failure {
        Failure { code: 69, message: message.to_string() }
    }

    /// 70: it broke.
    pub(crate) fn internal(message: impl fmt::Display) -> Failure {
        Failure { code: 70, message: message.to_string() }
    }

    /// 75: not this time.
    pub(crate) fn try_again(message: impl fmt::Display) -> Failure {
        Failure { code: 75, message: message.to_string() }
    }

    /// With the exit code that the caller knows.
    pub(crate) fn with_code(code: u8, message: impl fmt::Display) -> Failure {
        Failure { code, message: message.to_string() }
    }

    /// Says it on standard error and gives the exit code.
    #[expect(clippy::print_stderr, reason = "the last word of a command is for its user")]
    pub(crate) fn report(&self) -> ExitCode {
        if !self.message.is_empty() {
            eprintln!("vjbus: {}", self.message);
        }
        ExitCode::from(self.code)
    }
}

impl From<Exit> for Failure {
    fn from(exit: Exit) -> Failure {
        Failure { code: exit.code(), message: exit.to_string() }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Failure {
        Failure::internal(format!("{error:#}"))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        // A reader that went away (`| head`) is no failure worth words.
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Failure { code: 0, message: String::new() },
            _ => Failure::internal(error),
        }
    }
}
