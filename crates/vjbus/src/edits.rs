//! `vjbus.toml` and target files, watched: a good edit applies live, a bad one is refused and the old one stays.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use component::Entry;
use supervisor::Handle;

use crate::config::{self, Config, Layers};
use crate::plan;

/// Time between two looks. Looking is cheaper than a watcher of the file system and works on network folders too.
const LOOK: Duration = Duration::from_millis(500);

/// Follows edits for as long as the show runs.
pub(crate) async fn follow(
    config: &Config,
    layers: &Layers,
    registry: &'static [Entry],
    program: PathBuf,
    handle: Handle,
) {
    let mut seen = fingerprint(layers);
    let mut restart_only = frame(config);
    loop {
        tokio::time::sleep(LOOK).await;
        let now = fingerprint(layers);
        if now == seen {
            continue;
        }
        seen = now;
        match config::load(layers, registry) {
            Ok(config) => {
                if frame(&config) != restart_only {
                    tracing::warn!("state_dir and [broker] take effect at the next `up`");
                    restart_only = frame(&config);
                }
                apply(&config, layers, registry, &program, &handle).await;
            }
            Err(mistakes) => {
                for mistake in mistakes {
                    tracing::error!("edit refused, the old configuration stays: {mistake}");
                }
            }
        }
    }
}

async fn apply(config: &Config, layers: &Layers, registry: &[Entry], program: &Path, handle: &Handle) {
    let file = match config::snapshot(layers, &config.state_dir) {
        Ok(file) => file,
        Err(mistakes) => {
            return mistakes.iter().for_each(|mistake| tracing::error!("edit not applied: {mistake}"));
        }
    };
    match handle.apply(plan::of(config, registry, program, &file)).await {
        Ok(()) => tracing::info!("edit applied"),
        Err(error) => tracing::error!(error = %crate::chain(&error), "edit not applied"),
    }
}

/// What cannot change under a running show.
fn frame(config: &Config) -> (PathBuf, String) {
    (config.state_dir.clone(), config.broker.url())
}

/// Time and size of every file that is read.
fn fingerprint(layers: &Layers) -> Vec<(PathBuf, Option<SystemTime>, u64)> {
    let targets = layers.folder().map(|folder| folder.join("targets"));
    let entries = targets.and_then(|folder| std::fs::read_dir(folder).ok());
    let mut files: Vec<PathBuf> = entries.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.extend(layers.path());
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let meta = std::fs::metadata(&file).ok();
            (file, meta.as_ref().and_then(|m| m.modified().ok()), meta.map_or(0, |m| m.len()))
        })
        .collect()
}
