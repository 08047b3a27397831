//! The one binary: command line, configuration, and the table of components.
//!
//! [`main`] takes the table as an argument, so that another program can add components from outside
//! this tree and still be the whole of vjbus.

mod cli;
mod client;
mod commands;
pub mod config;
mod edits;
mod failure;
mod live;
mod plan;
mod platform;
pub mod registry;

use component::chain;
use std::process::ExitCode;

use clap::Parser as _;
use cli::{Cli, Command};
use component::Entry;
use config::{Config, Layers};
use failure::{Failure, Outcome};

/// Reads the command line, does it, and says how it ended.
pub fn main(registry: &'static [Entry]) -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    component::init_logging();
    match execute(cli, registry) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

// clap's own exit code for a wrong command line is 2; ours is 64.
fn usage(error: &clap::Error) -> ExitCode {
    // Printing help to a reader that has gone away is no failure.
    let _gone = error.print();
    if error.use_stderr() { ExitCode::from(64) } else { ExitCode::SUCCESS }
}

fn execute(cli: Cli, registry: &'static [Entry]) -> Outcome {
    let layers = Layers { file: cli.source.config, sets: cli.source.sets };
    match cli.command {
        Command::Decode => return commands::decode::run(),
        Command::Components => return commands::components::run(registry),
        Command::Check => return commands::check::run(&layers, registry),
        _ => {}
    }
    let config = configuration(&cli.command, &layers, registry)?;
    let runtime = runtime(&cli.command)?;
    let outcome = runtime.block_on(with_config(cli.command, &config, &layers, registry));
    // Blocking threads (name look-ups) that hang must not hold up the end.
    runtime.shutdown_background();
    outcome
}

// A component lives on one thread: its messages come 187 times a second, and a second thread would cost a wake-up
// for each, which is most of what a component costs. The supervisor must answer whatever it is doing.
fn runtime(command: &Command) -> std::io::Result<tokio::runtime::Runtime> {
    match command {
        Command::Run { .. } => tokio::runtime::Builder::new_current_thread().enable_all().build(),
        _ => tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build(),
    }
}

/// Commands that begin something want a configuration without mistakes; commands to a running show are told of
/// them and go on.
fn configuration(command: &Command, layers: &Layers, registry: &[Entry]) -> Result<Config, Failure> {
    if !command.reaches_a_running_show() {
        return config::load(layers, registry).map_err(mistakes);
    }
    let (config, found) = config::load_leniently(layers, registry);
    if !found.is_empty() {
        tracing::warn!(
            "the configuration has {} to mend; `vjbus check` names them",
            count(found.len(), "mistake")
        );
    }
    Ok(config)
}

async fn with_config(
    command: Command,
    config: &Config,
    layers: &Layers,
    registry: &'static [Entry],
) -> Outcome {
    match command {
        Command::Up { for_time } => commands::up::run(config, layers, registry, for_time).await,
        Command::Down => commands::down::run(config).await,
        Command::Start { instance } => commands::down::instance(config, &instance, "start").await,
        Command::Stop { instance } => commands::down::instance(config, &instance, "stop").await,
        Command::Restart { instance } => commands::down::instance(config, &instance, "restart").await,
        Command::Status { json, wait, timeout } => {
            commands::status::run(config, json, wait.map(|_| timeout)).await
        }
        Command::Watch { subject, json, count, timeout } => {
            commands::watch::run(config, commands::watch::Wish { subject, json, count, timeout }).await
        }
        Command::Ctl { instance, verb, args } => {
            commands::ctl::run(config, registry, &instance, &verb, &args).await
        }
        Command::Run { instance } => commands::run::run(config, registry, &instance).await,
        Command::Analyze(arguments) => commands::analyze::run(&arguments),
        Command::Tag(arguments) => commands::tag::run(config, &arguments).await,
        Command::Config { what } => commands::config::run(config, layers, registry, what).await,
        Command::Devices { meter } => commands::devices::run(meter),
        Command::Target { what } => commands::target::run(config, what),
        Command::Login { what } => commands::login::run(config, &what).await,
        Command::Broker { what } => commands::broker::run(config, registry, &what),
        Command::Decode | Command::Components | Command::Check => Ok(()),
    }
}

fn mistakes(mistakes: Vec<config::Mistake>) -> Failure {
    let lines: Vec<String> = mistakes.iter().map(|m| format!("\n  {m}")).collect();
    Failure::usage(format!(
        "the configuration has {} to mend:{}",
        count(mistakes.len(), "mistake"),
        lines.concat()
    ))
}

fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
