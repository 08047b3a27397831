//! Who may say and hear what. The broker enforces it; nothing in the components has to.

use bus::state::STREAM;
use schemas::{Payload as _, Subject, Topic, command, subject, sys};

use crate::broker::keys::Role;
use crate::plan::Instance;
use crate::voice::SUPERVISOR;

/// What one user of the broker may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions {
    /// Subjects that it may publish to.
    pub publish: Vec<String>,
    /// Subjects that it may subscribe to.
    pub subscribe: Vec<String>,
    /// Whether it may answer whoever asked it something.
    pub may_reply: bool,
}

/// A component: its own subjects and nothing else.
pub fn instance(instance: &Instance) -> Permissions {
    let name = &instance.name;
    let own = |topic: &'static Topic| Subject::new(topic, name).to_string();
    let wildcards =
        |topics: &[&'static Topic]| topics.iter().map(|t| subject::wildcard(t)).collect::<Vec<_>>();
    let mut publish = wildcards(&instance.writes);
    publish.extend([own(sys::Heartbeat::TOPIC), own(sys::Lifecycle::TOPIC), own(sys::Log::TOPIC)]);
    publish.extend(last_values());
    let mut subscribe = wildcards(&instance.reads);
    // Its own heartbeat: one of the same name from another host means that the name is taken.
    subscribe.extend([own(sys::Heartbeat::TOPIC), command::all_of(name), services_all()]);
    subscribe.push(inbox(&Role::Instance(instance.kind, name.clone())));
    Permissions { publish, subscribe, may_reply: true }
}

/// The supervisor: commands, the lives of all, and the only one that makes streams.
pub fn supervisor() -> Permissions {
    let publish = vec![
        format!("{}.>", command::ROOT),
        subject::wildcard(sys::Lifecycle::TOPIC),
        subject::wildcard(sys::Heartbeat::TOPIC).replace('*', SUPERVISOR),
        subject::wildcard(sys::Log::TOPIC).replace('*', SUPERVISOR),
        "$JS.API.>".into(),
        services_all(),
    ];
    let own_commands = format!("{}.{SUPERVISOR}.>", command::ROOT);
    let subscribe = vec![subject::EVERYTHING.into(), own_commands, services_all(), inbox(&Role::Supervisor)];
    Permissions { publish, subscribe, may_reply: true }
}

/// The operator: every command, and everything to read.
pub fn operator() -> Permissions {
    let mut publish = vec![format!("{}.>", command::ROOT), services_all()];
    publish.extend(last_values());
    Permissions {
        publish,
        subscribe: vec![subject::EVERYTHING.into(), inbox(&Role::Operator)],
        may_reply: false,
    }
}

/// Whoever shows no key: reads everything, says nothing.
pub fn viewer() -> Permissions {
    let mut publish: Vec<String> = ["PING", "INFO", "STATS"]
        .iter()
        .flat_map(|verb| [format!("$SRV.{verb}"), format!("$SRV.{verb}.>")])
        .collect();
    publish.extend(last_values());
    Permissions { publish, subscribe: vec![subject::EVERYTHING.into(), "_INBOX.>".into()], may_reply: false }
}

/// Reading last values by direct get, which no consumer is needed for.
fn last_values() -> [String; 2] {
    [format!("$JS.API.DIRECT.GET.{STREAM}"), format!("$JS.API.DIRECT.GET.{STREAM}.>")]
}

/// The services protocol, ADR-32 of NATS.
fn services_all() -> String {
    "$SRV.>".into()
}

fn inbox(role: &Role) -> String {
    format!("{}.>", role.inbox_prefix())
}

#[cfg(test)]
mod tests {
    use component::Kind;
    use schemas::{Name, audio, beat};

    use super::*;

    fn beat() -> Permissions {
        instance(&Instance {
            name: Name::new("beat").unwrap(),
            component: "processors/beat".into(),
            kind: Kind::Processor,
            reads: vec![audio::Block::TOPIC],
            writes: vec![beat::Grid::TOPIC, beat::Tick::TOPIC, beat::Active::TOPIC],
            launch: crate::process::Launch::default(),
            config: serde_json::Value::Null,
        })
    }

    fn may(allowed: &[String], subject: &str) -> bool {
        allowed.iter().any(|filter| subject::matches(filter, subject))
    }

    #[test]
    fn a_component_says_its_own_and_nothing_else() {
        let publish = beat().publish;
        for own in [
            "vj.beat.grid.room",
            "vj.beat.active",
            "vj.sys.heartbeat.beat",
            "vj.sys.lifecycle.beat",
            "vj.sys.log.beat",
        ] {
            assert!(may(&publish, own), "{own}");
        }
        assert!(
            may(&publish, "$JS.API.DIRECT.GET.VJ_STATE")
                && may(&publish, "$JS.API.DIRECT.GET.VJ_STATE.vj.beat.grid.main")
        );
        for foreign in [
            "vj.audio.block.main",
            "vj.sys.heartbeat.osc",
            "vj.sys.lifecycle.osc",
            "vjctl.osc.stop",
            "vjctl.beat.tap",
            "$JS.API.STREAM.DELETE.VJ_STATE",
            "$JS.API.CONSUMER.CREATE.VJ_STATE",
            "$SRV.PING",
            "_INBOX.x",
            "_INBOX_operator.x",
        ] {
            assert!(!may(&publish, foreign), "{foreign}");
        }
    }

    #[test]
    fn a_component_hears_what_it_reads_and_is_asked() {
        let subscribe = beat().subscribe;
        for own in [
            "vj.audio.block.main",
            "vjctl.beat.tap",
            "$SRV.PING.beat",
            "_INBOX_processor.beat.x",
            "vj.sys.heartbeat.beat",
        ] {
            assert!(may(&subscribe, own), "{own}");
        }
        for foreign in [
            "vj.beat.tick.main",
            "vjctl.osc.stop",
            "_INBOX_processor.clock.x",
            "_INBOX_operator.x",
            "_INBOX.x",
        ] {
            assert!(!may(&subscribe, foreign), "{foreign}");
        }
        assert!(beat().may_reply);
    }

    #[test]
    fn only_the_supervisor_makes_streams_and_nobody_but_components_says_music() {
        for (who, streams) in [(supervisor(), true), (operator(), false), (viewer(), false), (beat(), false)]
        {
            assert_eq!(may(&who.publish, "$JS.API.STREAM.CREATE.VJ_STATE"), streams);
        }
        for who in [supervisor(), operator(), viewer()] {
            assert!(!may(&who.publish, "vj.beat.tick.room") && may(&who.subscribe, "vj.beat.tick.room"));
        }
    }

    #[test]
    fn commands_are_for_operator_and_supervisor() {
        for (who, commands) in [(supervisor(), true), (operator(), true), (viewer(), false)] {
            assert_eq!(may(&who.publish, "vjctl.beat.stop"), commands);
            assert!(!may(&who.subscribe, "vjctl.beat.stop"));
        }
        assert!(may(&supervisor().subscribe, "vjctl.supervisor.status"));
        assert!(may(&supervisor().publish, "vj.sys.heartbeat.supervisor"));
        assert!(!may(&supervisor().publish, "vj.sys.heartbeat.beat"));
        assert!(may(&viewer().publish, "$SRV.PING") && may(&viewer().publish, "$SRV.STATS.beat"));
        assert!(!may(&viewer().subscribe, "_INBOX_operator.x"));
    }
}
