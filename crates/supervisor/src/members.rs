//! The instances of the plan as children, and what changes when the plan changes.

use std::collections::BTreeMap;
use std::time::Duration;

use schemas::Name;
use tokio::sync::mpsc;

use crate::broker::Role;
use crate::child::{Child, Event, Report, Setup};
use crate::config::SupervisionConfig;
use crate::plan::{ENV_BROKER_URL, ENV_KEY_FILE, ENV_OVERLAY_FILE, Instance};
use crate::policy::Input;
use crate::process::Launch;
use crate::record::Record;
use crate::state_dir::StateDir;

/// One instance and its child.
pub(crate) struct Member {
    /// As planned; none when it is no longer part of the plan.
    pub(crate) planned: Option<Instance>,
    /// Its child.
    pub(crate) child: Child,
    /// Whether it is meant to run: an operator's `stop` outlasts a change of the plan.
    pub(crate) wanted: bool,
}

/// All instances by name.
pub(crate) struct Members {
    /// The children.
    pub(crate) by_name: BTreeMap<Name, Member>,
    surroundings: Surroundings,
    config: SupervisionConfig,
    events: mpsc::Sender<Event>,
}

/// What all instances have in common.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    /// The state folder.
    pub(crate) dir: StateDir,
    /// The folder whose keys the broker knows; none where it asks for no key.
    pub(crate) keys: Option<StateDir>,
    /// Where the broker listens.
    pub(crate) url: String,
    /// Version of what is started.
    pub(crate) version: String,
}

/// What a changed plan means for one instance that stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    None,
    Config,
    Everything,
}

impl Members {
    /// Nobody yet.
    pub(crate) fn new(
        surroundings: Surroundings,
        config: SupervisionConfig,
        events: mpsc::Sender<Event>,
    ) -> Members {
        Members { by_name: BTreeMap::new(), surroundings, config, events }
    }

    /// Adds a planned instance; it does not run yet.
    pub(crate) fn add(&mut self, instance: &Instance) -> &mut Member {
        let child = self.child(instance.name.as_str(), &instance.component, Some(self.launch(instance)));
        let member = Member { planned: Some(instance.clone()), child, wanted: true };
        // An entry of this name would be one that the plan had lost: its process has ended by then.
        self.by_name.entry(instance.name.clone()).insert_entry(member).into_mut()
    }

    /// Takes over a living process: a planned one plays on, another one is asked to end.
    pub(crate) fn adopt(
        &mut self,
        now: Duration,
        record: Record,
        planned: Option<&Instance>,
    ) -> Option<(Name, Vec<Report>)> {
        let name = Name::new(record.key.clone()).ok()?;
        let mut reports;
        match planned {
            Some(instance) => reports = self.add(instance).child.adopt(now, record),
            None => {
                let mut child = self.child(name.as_str(), &record.component, None);
                reports = child.adopt(now, record);
                reports.extend(child.step(now, Input::Stop));
                self.by_name.insert(name.clone(), Member { planned: None, child, wanted: false });
            }
        }
        Some((name, reports))
    }

    /// Makes the instances what the new plan says: new ones start, missing ones stop, changed ones
    /// start anew. Gives what is to be told, and who only has a new configuration to take over live.
    pub(crate) fn apply(
        &mut self,
        now: Duration,
        planned: &[Instance],
        config: &SupervisionConfig,
    ) -> (Vec<(Name, Vec<Report>)>, Vec<Instance>) {
        self.config = config.clone();
        let mut told = Vec::new();
        let mut live = Vec::new();
        for (name, member) in &mut self.by_name {
            member.child.configure(config.clone());
            if !planned.iter().any(|instance| instance.name == *name) {
                (member.planned, member.wanted, member.child.setup.launch) = (None, false, None);
                told.push((name.clone(), member.child.step(now, Input::Stop)));
            }
        }
        for instance in planned {
            let launch = self.launch(instance);
            let Some(member) = self.by_name.get_mut(&instance.name) else {
                told.push((instance.name.clone(), self.add(instance).child.step(now, Input::Start)));
                continue;
            };
            let change = change(member.planned.as_ref(), instance);
            member.wanted |= member.planned.is_none();
            member.planned = Some(instance.clone());
            member.child.setup.launch = Some(launch);
            member.child.setup.component.clone_from(&instance.component);
            match change {
                Change::None => {}
                _ if !member.wanted => {}
                Change::Config if member.child.identity().is_some() => live.push(instance.clone()),
                // A corrected mistake is tried at once.
                Change::Config => told.push((instance.name.clone(), member.child.step(now, Input::Start))),
                Change::Everything => {
                    told.push((instance.name.clone(), member.child.step(now, Input::Restart)))
                }
            }
        }
        (told, live)
    }

    /// Those that are no longer planned and have ended.
    pub(crate) fn remove_gone(&mut self) -> Vec<Name> {
        let gone = |member: &Member| member.planned.is_none() && member.child.is_stopped();
        let names: Vec<Name> =
            self.by_name.iter().filter(|(_, m)| gone(m)).map(|(name, _)| name.clone()).collect();
        self.by_name.retain(|_, member| !gone(member));
        names
    }

    /// Gives `input` to every child.
    pub(crate) fn step_all(&mut self, now: Duration, input: &Input) -> Vec<(Name, Vec<Report>)> {
        let step =
            |(name, member): (&Name, &mut Member)| (name.clone(), member.child.step(now, input.clone()));
        self.by_name.iter_mut().map(step).filter(|(_, reports)| !reports.is_empty()).collect()
    }

    fn child(&self, key: &str, component: &str, launch: Option<Launch>) -> Child {
        let Surroundings { dir, version, .. } = &self.surroundings;
        let setup = Setup {
            key: key.into(),
            component: component.into(),
            launch,
            version: version.clone(),
            url: None,
        };
        Child::new(dir, setup, self.config.clone(), self.events.clone())
    }

    fn launch(&self, instance: &Instance) -> Launch {
        let Surroundings { dir, keys, url, .. } = &self.surroundings;
        let role = Role::Instance(instance.kind, instance.name.clone());
        let path = |path: std::path::PathBuf| path.to_string_lossy().into_owned();
        let mut launch = instance.launch.clone();
        launch.env.insert(ENV_BROKER_URL.to_owned(), url.clone());
        launch.env.insert(ENV_OVERLAY_FILE.to_owned(), path(dir.overlay(instance.name.as_str())));
        launch.env.extend(keys.iter().map(|keys| (ENV_KEY_FILE.to_owned(), path(role.path(keys)))));
        launch
    }
}

fn change(before: Option<&Instance>, after: &Instance) -> Change {
    match before {
        Some(before) if before == after => Change::None,
        Some(before) if Instance { config: after.config.clone(), ..before.clone() } == *after => {
            Change::Config
        }
        _ => Change::Everything,
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use component::Kind;
    use serde_json::json;

    use super::*;

    fn instance(name: &str, seconds: u32) -> Instance {
        let launch =
            Launch { program: "/bin/sleep".into(), args: vec![seconds.to_string()], ..Launch::default() };
        Instance {
            name: Name::new(name).unwrap(),
            component: "processors/x".into(),
            kind: Kind::Processor,
            reads: vec![],
            writes: vec![],
            launch,
            config: json!({}),
        }
    }

    fn surroundings(folder: &std::path::Path) -> Surroundings {
        let dir = StateDir::new(folder);
        Surroundings { keys: Some(dir.clone()), dir, url: "nats://127.0.0.1:1".into(), version: "1".into() }
    }

    fn pids(members: &Members) -> Vec<(String, Option<u32>)> {
        members.by_name.iter().map(|(n, m)| (n.to_string(), m.child.identity().map(|i| i.pid))).collect()
    }

    #[tokio::test]
    async fn a_changed_plan_touches_only_what_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let (sender, mut events) = mpsc::channel(16);
        let config = SupervisionConfig { grace_s: 0.1, ..Default::default() };
        let mut members = Members::new(surroundings(folder.path()), config.clone(), sender);
        let now = Duration::from_secs(1);
        members.apply(now, &[instance("a", 600), instance("b", 600), instance("c", 600)], &config);
        let before = pids(&members);
        assert!(before.iter().all(|(_, pid)| pid.is_some()), "{before:?}");
        let tuned = Instance { config: json!({"x": 1}), ..instance("b", 600) };
        let (_, live) = members.apply(now, &[tuned, instance("c", 601), instance("d", 600)], &config);
        assert_eq!(live.iter().map(|i| i.name.as_str()).collect::<Vec<_>>(), ["b"]);
        // `a` is gone, `c` is another process.
        for _ in 0..2 {
            let Event::Exited { key, generation, ending } = events.recv().await.unwrap() else { panic!() };
            let member = members.by_name.get_mut(&Name::new(key).unwrap()).unwrap();
            member.child.exited(now, generation, ending);
        }
        assert_eq!(members.remove_gone(), [Name::new("a").unwrap()]);
        let after = pids(&members);
        assert_eq!(after.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(), ["b", "c", "d"]);
        assert_eq!(after[0], before[1]);
        assert!(after[1].1.is_some() && after[1] != before[2]);
        for member in members.by_name.values() {
            member.child.signal(crate::platform::Nudge::Kill);
        }
    }

    #[tokio::test]
    async fn a_child_is_told_its_key_its_broker_and_its_live_changes() {
        let folder = tempfile::tempdir().unwrap();
        let (sender, _events) = mpsc::channel(1);
        let members = Members::new(surroundings(folder.path()), SupervisionConfig::default(), sender);
        let env = members.launch(&instance("beat", 1)).env;
        assert_eq!(env[ENV_BROKER_URL], "nats://127.0.0.1:1");
        assert!(env[ENV_KEY_FILE].ends_with("keys/instance.beat.nk"));
        assert!(env[ENV_OVERLAY_FILE].ends_with("overlay/beat.json"));
    }
}
