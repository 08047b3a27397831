//! The broker's configuration, from the template `nats.conf` at the root of the project.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use crate::broker::keys::{KeyError, Role, public_key};
use crate::broker::permissions::{self, Permissions};
use crate::files::{FileError, make_folder, remove_quietly, write_atomically};
use crate::plan::Instance;
use crate::process::{Launch, output};
use crate::state_dir::StateDir;

const TEMPLATE: &str = include_str!("../../../../nats.conf");
/// Longest wait for `nats-server -t`.
const PATIENCE: Duration = Duration::from_secs(10);

/// The configuration could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ConfError {
    /// A key is missing or damaged.
    #[error("the broker's users cannot be set up")]
    Key(#[source] KeyError),
    /// The file cannot be written.
    #[error("the broker's configuration cannot be written")]
    File(#[source] FileError),
    /// nats-server does not accept it.
    #[error("nats-server refuses the configuration that vjbus made for it: {said}")]
    Refused {
        /// What it said.
        said: String,
    },
    /// nats-server could not be asked.
    #[error("{} could not be started to check its configuration", program.display())]
    Unchecked {
        /// The program.
        program: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// The whole file, for a broker on loopback. Makes keys that are missing.
///
/// # Errors
/// [`ConfError::Key`].
pub fn render(dir: &StateDir, port: u16, instances: &[Instance]) -> Result<String, ConfError> {
    let text = TEMPLATE
        .replace("\"@SERVER_NAME@\"", &quoted(&server_name(dir)?))
        .replace("@PORT@", &port.to_string())
        .replace("\"@STORE_DIR@\"", &quoted(&dir.broker_store().to_string_lossy()))
        .replace("@USERS@", &users(dir, instances)?);
    Ok(text)
}

/// The users alone, for the configuration of an external broker. Makes keys that are missing.
///
/// # Errors
/// [`ConfError::Key`].
pub fn users(dir: &StateDir, instances: &[Instance]) -> Result<String, ConfError> {
    let mut roles =
        vec![(Role::Supervisor, permissions::supervisor()), (Role::Operator, permissions::operator())];
    roles
        .extend(instances.iter().map(|i| (Role::Instance(i.kind, i.name.clone()), permissions::instance(i))));
    let mut lines = Vec::new();
    for (role, permissions) in &roles {
        let key = public_key(dir, role).map_err(ConfError::Key)?;
        lines.push(user(&format!("nkey: {}", quoted(&key)), permissions));
    }
    // The password is no secret: whoever connects without any is this user.
    lines.push(user("user: \"viewer\", password: \"viewer\"", &permissions::viewer()));
    Ok(lines.join("\n"))
}

/// Name by which a broker of this state folder is known from any other.
///
/// # Errors
/// [`ConfError::Key`].
pub fn server_name(dir: &StateDir) -> Result<String, ConfError> {
    let key = public_key(dir, &Role::Supervisor).map_err(ConfError::Key)?;
    Ok(format!("vjbus-{}", &key[key.len().saturating_sub(12)..]))
}

/// Writes `text` to its place after nats-server has accepted it; the old file stays otherwise. Says
/// whether it differs from what was there.
///
/// # Errors
/// See [`ConfError`].
pub(crate) async fn install(dir: &StateDir, program: &Path, text: &str) -> Result<bool, ConfError> {
    let path = dir.broker_conf();
    if std::fs::read_to_string(&path).is_ok_and(|there| there == text) {
        return Ok(false);
    }
    make_folder(&dir.broker_store()).map_err(ConfError::File)?;
    let draft = path.with_extension("draft");
    write_atomically(&draft, text.as_bytes()).map_err(ConfError::File)?;
    let accepted = check(program, &draft).await;
    remove_quietly(&draft);
    accepted?;
    write_atomically(&path, text.as_bytes()).map_err(ConfError::File)?;
    Ok(true)
}

async fn check(program: &Path, conf: &Path) -> Result<(), ConfError> {
    let args = vec!["-t".into(), "-c".into(), conf.to_string_lossy().into_owned()];
    let launch = Launch { program: program.to_owned(), args, ..Launch::default() };
    let output = output(&launch, PATIENCE)
        .await
        .map_err(|source| ConfError::Unchecked { program: program.to_owned(), source })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().chars().take(600).collect();
    Err(ConfError::Refused { said })
}

fn user(who: &str, permissions: &Permissions) -> String {
    let list = |subjects: &[String]| json!(subjects).to_string();
    let replies = if permissions.may_reply { ", allow_responses: true" } else { "" };
    format!(
        "    {{ {who}, permissions: {{ publish: {{ allow: {} }}, subscribe: {{ allow: {} }}{replies} }} }}",
        list(&permissions.publish),
        list(&permissions.subscribe)
    )
}

/// A string as nats-server reads it: quotes and backslashes as in JSON.
fn quoted(text: &str) -> String {
    json!(text).to_string()
}

#[cfg(test)]
mod tests {
    use component::Kind;
    use schemas::{Name, TOPICS};

    use super::*;

    fn everything(name: &str, kind: Kind) -> Instance {
        Instance {
            name: Name::new(name).unwrap(),
            component: "x/y".into(),
            kind,
            reads: TOPICS.to_vec(),
            writes: TOPICS.to_vec(),
            launch: Launch::default(),
            config: serde_json::Value::Null,
        }
    }

    #[tokio::test]
    async fn the_real_broker_accepts_what_is_rendered() {
        let folder = tempfile::tempdir().unwrap();
        // A space and a quote in the path must not end the string.
        let dir = StateDir::new(folder.path().join("a \"state\" folder"));
        let program = crate::broker::find::find(&dir)
            .await
            .expect("nats-server is needed for tests: run ./bootstrap")
            .program;
        let instances = [everything("audio", Kind::Producer), everything("osc", Kind::Sink)];
        let text = render(&dir, 14222, &instances).unwrap();
        assert!(
            !text.lines().any(|line| line.trim_start().starts_with(|c| c != '#') && line.contains('@')),
            "{text}"
        );
        assert_eq!(text.matches("nkey:").count(), 4);
        assert!(!text.contains("\"SU"));
        assert!(install(&dir, &program, &text).await.unwrap());
        assert!(!install(&dir, &program, &text).await.unwrap());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(dir.broker_conf()).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[tokio::test]
    async fn a_refused_file_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let dir = StateDir::new(folder.path());
        let program = crate::broker::find::find(&dir)
            .await
            .expect("nats-server is needed for tests: run ./bootstrap")
            .program;
        let text = render(&dir, 14222, &[]).unwrap();
        install(&dir, &program, &text).await.unwrap();
        let refusal = install(&dir, &program, "listen: {").await.unwrap_err();
        assert!(matches!(refusal, ConfError::Refused { .. }), "{refusal}");
        assert_eq!(std::fs::read_to_string(dir.broker_conf()).unwrap(), text);
    }
}
