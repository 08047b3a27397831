//! `vjbus login`: a user's consent to ask a service in his or her name.

use std::io::Write as _;
use std::time::Duration;

use schemas::Name;
use spotify::auth::{GrantError, Login, LoginError, TokenFile, day};

use crate::cli::LoginCommand;
use crate::config::Config;
use crate::failure::{Failure, Outcome};

/// How long the user may take in the browser.
const PATIENCE: Duration = Duration::from_secs(300);
/// Component whose instances have a login.
const SPOTIFY: &str = "producers/spotify";
/// EX_NOPERM of `sysexits.h`: whoever was asked said no.
const DECLINED: u8 = 77;

/// Logs in.
pub(crate) async fn run(config: &Config, what: &LoginCommand) -> Outcome {
    match what {
        LoginCommand::Spotify { port, instance } => spotify(config, instance.as_deref(), *port).await,
    }
}

async fn spotify(config: &Config, instance: Option<&str>, port: u16) -> Outcome {
    let (name, settings) = wanted(config, instance)?;
    let accounts = settings.accounts().map_err(Failure::usage)?;
    let login = Login::begin(accounts, port).await.map_err(failure)?;
    invite(&login)?;
    let token = login.finish(PATIENCE).await.map_err(failure)?;
    let file = TokenFile::new(&config.state_dir, name.as_str());
    file.write(&token).map_err(Failure::internal)?;
    let (until, place) = (day(token.consent_until()), file.path().display());
    writeln!(
        std::io::stdout(),
        "Logged in until {until}: Spotify ends every consent after six months.\n\
         “{name}” takes it from here, also if it runs already. To log out, delete {place}."
    )?;
    Ok(())
}

fn invite(login: &Login) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "Open this address in a browser on this machine, and agree (at most {} minutes):\n\n{}\n\n\
         Should Spotify speak of an invalid redirect URI: register {} with the app.",
        PATIENCE.as_secs() / 60,
        login.url(),
        login.redirect()
    )?;
    out.flush()
}

/// The instance that is logged in, and its configuration: the named one, or the only one.
fn wanted(config: &Config, instance: Option<&str>) -> Result<(Name, spotify::Config), Failure> {
    let mut found = config.instances.iter().filter(|(name, table)| {
        table.component == SPOTIFY && instance.is_none_or(|wanted| wanted == name.as_str())
    });
    let (first, another) = (found.next(), found.next());
    let (name, table) = match (first, another) {
        (Some(one), None) => one,
        (Some((one, _)), Some((other, _))) => {
            return Err(Failure::usage(format!("say which, with --instance {one} or --instance {other}")));
        }
        (None, _) => return Err(Failure::usage(missing(instance.unwrap_or("spotify")))),
    };
    let settings: spotify::Config = serde_json::from_value(table.config.clone()).map_err(Failure::usage)?;
    if settings.client_id.is_empty() {
        return Err(Failure::usage(format!(
            "instances.{name}.client_id is empty: register an app at https://developer.spotify.com/dashboard with the \
             redirect URI http://127.0.0.1:8888/callback, and write its Client ID there"
        )));
    }
    Ok((name.clone(), settings))
}

fn missing(instance: &str) -> String {
    format!(
        "no enabled instance “{instance}” is of {SPOTIFY}: write [instances.{instance}] with \
         component = \"{SPOTIFY}\" and the client_id of your app into the configuration"
    )
}

fn failure(error: LoginError) -> Failure {
    match &error {
        LoginError::Port { .. } | LoginError::Grant(GrantError::App(_)) => Failure::usage(error),
        LoginError::Denied(_) => Failure::with_code(DECLINED, error),
        LoginError::NoRandomness(_) => Failure::internal(error),
        LoginError::TooLate(_) | LoginError::NotRenewable | LoginError::Grant(_) => Failure::try_again(error),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::config::{BrokerConfig, Instance};

    fn config(instances: &[(&str, &str, &str)]) -> Config {
        let instances: BTreeMap<Name, Instance> = instances
            .iter()
            .map(|(name, component, id)| {
                let config = if *component == SPOTIFY { json!({ "client_id": id }) } else { json!({}) };
                (Name::new(*name).unwrap(), Instance { component: (*component).to_owned(), config })
            })
            .collect();
        let (broker, supervision) = (BrokerConfig::default(), supervisor::SupervisionConfig::default());
        Config { state_dir: "state".into(), broker, supervision, instances }
    }

    fn chosen(config: &Config, instance: Option<&str>) -> Result<(String, String), String> {
        let wanted = wanted(config, instance).map_err(|failure| format!("{failure:?}"))?;
        Ok((wanted.0.to_string(), wanted.1.client_id))
    }

    #[test]
    fn the_only_instance_is_meant_or_the_named_one() {
        let one = config(&[("audio", "producers/audio", ""), ("sp", SPOTIFY, "a")]);
        assert_eq!(chosen(&one, None), Ok(("sp".into(), "a".into())));
        let two = config(&[("sp", SPOTIFY, "a"), ("sp-b", SPOTIFY, "b")]);
        assert_eq!(chosen(&two, Some("sp-b")), Ok(("sp-b".into(), "b".into())));
        assert!(chosen(&two, None).unwrap_err().contains("--instance sp or --instance sp-b"));
    }

    #[test]
    fn what_is_missing_is_said_with_what_to_write() {
        let none = config(&[("audio", "producers/audio", "")]);
        assert!(chosen(&none, None).unwrap_err().contains("[instances.spotify]"));
        assert!(chosen(&none, Some("audio")).unwrap_err().contains("“audio”"));
        let empty = config(&[("spotify", SPOTIFY, "")]);
        assert!(chosen(&empty, None).unwrap_err().contains("http://127.0.0.1:8888/callback"));
    }
}
