//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::commands::{analyze, tag};

/// vjbus listens to a show and tells every visual tool in the room what is happening.
#[derive(Debug, Parser)]
#[command(name = "vjbus", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) source: Source,
}

/// Where the configuration comes from.
#[derive(Debug, Args)]
pub(crate) struct Source {
    /// Configuration file [default: vjbus.toml in this folder]
    #[arg(long, short = 'c', global = true, env = "VJBUS_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Set one value, e.g. --set instances.audio.source=file
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    pub(crate) sets: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start everything, in the foreground; Ctrl-C stops it
    Up {
        /// Stop after this time
        #[arg(long = "for", value_name = "TIME", value_parser = duration)]
        for_time: Option<Duration>,
    },
    /// Stop everything
    Down,
    /// Start a stopped instance
    Start { instance: String },
    /// Stop an instance, and keep it stopped
    Stop { instance: String },
    /// Stop an instance and start it again
    Restart { instance: String },
    /// What runs, and how it is doing
    Status {
        /// One JSON document
        #[arg(long)]
        json: bool,
        /// Wait until everything is ready
        #[arg(long, value_name = "STATE", value_parser = ["ready"])]
        wait: Option<String>,
        /// How long to wait
        #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10s")]
        timeout: Duration,
    },
    /// Print messages: last values first, then live
    Watch {
        /// NATS subject, e.g. 'vj.beat.>'
        subject: String,
        /// JSON lines {"subject","data"}
        #[arg(long)]
        json: bool,
        /// Stop after this many
        #[arg(long, value_name = "N")]
        count: Option<u64>,
        /// Give up after this time
        #[arg(long, value_name = "TIME", value_parser = duration)]
        timeout: Option<Duration>,
    },
    /// Send one command to an instance, e.g. `vjbus ctl beat tap`
    Ctl {
        instance: String,
        verb: String,
        /// Arguments: a JSON object, KEY=VALUE, or plain values
        #[arg(allow_negative_numbers = true)]
        args: Vec<String>,
    },
    /// Run one instance by hand
    Run { instance: String },
    /// Analyse sound files and print what a live show would have heard
    Analyze(analyze::Arguments),
    /// Prepare songs before the show: words, tags, tempo, key, energy
    Tag(tag::Arguments),
    /// Read a payload from standard input, print it as JSON
    Decode,
    /// Check the configuration and all target files
    Check,
    /// The configuration in force
    Config {
        #[command(subcommand)]
        what: Option<ConfigCommand>,
    },
    /// Capture devices
    Devices {
        /// Show the level of each channel
        #[arg(long)]
        meter: bool,
    },
    /// The components of this build, what they read, write and obey
    Components,
    /// Targets of the OSC sink
    Target {
        #[command(subcommand)]
        what: Option<TargetCommand>,
    },
    /// Ask a service for consent, in the browser
    Login {
        #[command(subcommand)]
        what: LoginCommand,
    },
    /// The broker
    Broker {
        #[command(subcommand)]
        what: BrokerCommand,
    },
}

impl Command {
    /// Whether it speaks to what runs already, instead of beginning something.
    pub(crate) fn reaches_a_running_show(&self) -> bool {
        use Command::{Ctl, Down, Restart, Start, Status, Stop, Watch};
        matches!(
            self,
            Down | Start { .. } | Stop { .. } | Restart { .. } | Status { .. } | Watch { .. } | Ctl { .. }
        )
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// What differs from the defaults
    Diff,
    /// Write live changes into the configuration file
    Save,
    /// Forget live changes
    Reset,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TargetCommand {
    /// All target files that are found
    List,
    /// Send one message of each mapping
    Test { name: String },
}

#[derive(Debug, Subcommand)]
pub(crate) enum LoginCommand {
    /// See what a Spotify account plays; holds for six months
    Spotify {
        /// Port of the redirect URI http://127.0.0.1:PORT/callback that is registered with the app; 0: any free one
        #[arg(long, default_value_t = 8888)]
        port: u16,
        /// Which, when there are several of producers/spotify
        #[arg(long, value_name = "INSTANCE")]
        instance: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum BrokerCommand {
    /// Write keys and a configuration for a broker of your own
    Setup,
}

/// `30`, `30s`, `500ms`, `2m`, `1h`
fn duration(text: &str) -> Result<Duration, String> {
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let scale_s = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(format!("“{unit}” is no unit of time: write 500ms, 30s, 2m or 1h")),
    };
    let number: f64 =
        number.trim().parse().map_err(|_| format!("“{text}” is no time: write 500ms, 30s, 2m or 1h"))?;
    Duration::try_from_secs_f64(number * scale_s).map_err(|_| format!("“{text}” is out of range"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn times_have_units() {
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert!(duration("3 parsecs").is_err());
        assert!(duration("-1s").is_err());
    }
}
