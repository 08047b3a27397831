//! `vjbus login spotify` while the show runs: from the printed address, through a real HTTP client that follows the
//! redirection, to the track on the bus. The accounts service and the Web API are servers on this machine.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use schemas::Payload as _;
use schemas::playback::{Position, Track};
use testkit::web::{Reply, Request, Server};

use crate::support::show::Show;
use crate::support::{SOON, name, next, vjbus};

/// A browser: opens an address, follows redirections, prints the page at their end.
const BROWSER: &str = "
import sys, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
print(opener.open(sys.argv[1], timeout=10).read().decode())
";
const TOKEN: &str =
    r#"{"access_token":"open","token_type":"Bearer","expires_in":3600,"refresh_token":"r3fresh"}"#;
const PLAYING: &str = r#"{"is_playing":true,"progress_ms":42000,"currently_playing_type":"track",
    "item":{"name":"One More Time","duration_ms":320000,"artists":[{"name":"Daft Punk"}]}}"#;

/// The service, as far as a user who agrees at once sees it.
fn service(request: &Request) -> Reply {
    let target = request.target();
    if target.starts_with("/authorize?") {
        let value =
            |key: &str| target.split(['?', '&']).find_map(|pair| pair.strip_prefix(key)).unwrap_or_default();
        let redirect = value("redirect_uri=").replace("%3A", ":").replace("%2F", "/");
        return Reply::json(302, "")
            .with("location", &format!("{redirect}?code=c0de&state={}", value("state=")));
    }
    let body = String::from_utf8_lossy(&request.body);
    match target {
        "/api/token" if body.contains("code=c0de&") && body.contains("&code_verifier=") => {
            Reply::json(200, TOKEN)
        }
        "/api/token" => Reply::json(400, r#"{"error":"invalid_grant"}"#),
        _ if request.header("authorization") == Some("Bearer open") => Reply::json(200, PLAYING),
        _ => Reply::json(401, r#"{"error":{"status":401,"message":"No token provided"}}"#),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_in_the_browser_shows_what_plays_without_a_restart() -> Result<()> {
    let server = Server::start(service)?;
    let tables = format!(
        "[instances.spotify]\ncomponent = \"producers/spotify\"\nclient_id = \"0123456789abcdef0123456789abcdef\"\n\
         accounts_url = \"{0}\"\napi_url = \"{0}\"\n",
        server.url()
    );
    let mut show = Show::only(vjbus()?, &tables)?;
    show.up()?;
    show.wait_component("spotify", "spotify asks for a login", |component| {
        component["reason"].as_str().is_some_and(|reason| reason.contains("run `vjbus login spotify`"))
    })?;

    let mut login = show.command(&["login", "spotify", "--port", "0"]).start()?;
    let address = login.wait_for_line(SOON, "the address", |line| line.starts_with("http"))?;
    let browser = testkit::python::program(BROWSER, &[])?.arg(&address).run(SOON)?;
    ensure!(browser.stdout.contains("You may close this page"), "{} {}", browser.stdout, browser.stderr);
    ensure!(login.wait(SOON)?.success(), "{}", login.tail());
    ensure!(login.stdout().contains("Logged in until "), "{}", login.tail());
    private(&show)?;

    let bus = show.viewer().await?;
    let mut inbox = bus.inbox();
    inbox.subscribe(Track::TOPIC, Some(&name("spotify"))).await;
    let track = next::<Track>(&inbox, "the track", |track| track.body.title.is_some()).await?;
    assert_eq!(track.body.title.as_deref(), Some("One More Time"));
    assert_eq!(track.body.provenance.service, "spotify");
    let mut inbox = bus.inbox();
    inbox.subscribe(Position::TOPIC, Some(&name("spotify"))).await;
    let position = next::<Position>(&inbox, "its position", |_| true).await?;
    assert!(position.body.playing && position.body.position_s >= 42.0, "{:?}", position.body);
    show.wait_component("spotify", "spotify is ready", |component| component["state"] == "ready")?;
    show.down()
}

/// The token is its owner's alone, and nothing of it is in a log.
fn private(show: &Show) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let file = show.state_dir().join("spotify/spotify.json");
    let mode = std::fs::metadata(&file).context("no token file")?.permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let log = std::fs::read_to_string(show.state_dir().join("log/spotify.log"))?;
    assert!(!log.contains("r3fresh") && !log.contains("c0de"), "{log}");
    Ok(())
}

#[test]
fn without_an_app_the_command_says_how_to_get_one() -> Result<()> {
    let show = Show::only(vjbus()?, "[instances.spotify]\ncomponent = \"producers/spotify\"\n")?;
    let done = show.command(&["login", "spotify"]).run(Duration::from_secs(30))?;
    assert_eq!(done.status.code(), Some(64), "{}", done.stderr);
    assert!(done.stderr.contains("http://127.0.0.1:8888/callback"), "{}", done.stderr);
    Ok(())
}
