//! One login, from the address that the user opens to the token.

use std::io;
use std::time::Duration;

use component::time::unix_s;
use fetch::Url;

use super::loopback::Loopback;
use super::pkce::{self, Verifier};
use super::{Accounts, GrantError, NoRandomness, Secret, Token};

/// A login that waits for the user.
#[derive(Debug)]
pub struct Login {
    accounts: Accounts,
    verifier: Verifier,
    state: Secret,
    loopback: Loopback,
}

/// Why a login came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// It could not begin safely.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The port is taken.
    #[error(
        "port {port} of 127.0.0.1 cannot be had: {source}; give another one with --port, and register it with the app"
    )]
    Port {
        /// Which.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// Nobody came back from the browser.
    #[error("no answer from the browser within {} s: begin again, and open the address on this machine", .0.as_secs())]
    TooLate(Duration),
    /// The user or Spotify declined.
    #[error("Spotify did not give consent: {0}")]
    Denied(String),
    /// The code was not redeemed.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// What was granted could not be renewed after an hour.
    #[error("Spotify granted an hour and no renewal: begin again")]
    NotRenewable,
}

impl Login {
    /// Opens `port` of 127.0.0.1 (any free one when it is 0) for the browser to come back to.
    ///
    /// # Errors
    /// When the port is taken, or there are no random numbers.
    pub async fn begin(accounts: Accounts, port: u16) -> Result<Login, LoginError> {
        let loopback = Loopback::open(port).await.map_err(|source| LoginError::Port { port, source })?;
        Ok(Login { accounts, verifier: Verifier::random()?, state: pkce::state()?, loopback })
    }

    /// The page on which the user consents.
    pub fn url(&self) -> Url {
        self.accounts.authorise_url(self.loopback.redirect(), &self.verifier, &self.state)
    }

    /// The redirect URI that must be registered with the app.
    pub fn redirect(&self) -> &str {
        self.loopback.redirect()
    }

    /// Waits for the browser and redeems what it brings.
    ///
    /// # Errors
    /// As [`LoginError`] says.
    pub async fn finish(self, at_most: Duration) -> Result<Token, LoginError> {
        let answer = tokio::time::timeout(at_most, self.loopback.answer(&self.state)).await;
        let code = answer.map_err(|_elapsed| LoginError::TooLate(at_most))?.map_err(LoginError::Denied)?;
        let grant = self.accounts.exchange(&code, &self.verifier, self.loopback.redirect()).await?;
        Token::granted(self.accounts.client_id(), grant, unix_s()).ok_or(LoginError::NotRenewable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::service::Service;

    const SOON: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn a_browser_that_follows_the_redirections_logs_in() {
        let service = Service::start();
        let login = Login::begin(service.accounts(), 0).await.unwrap();
        let url = login.url();
        let browser = async {
            // A real client, that follows the redirection from the accounts service to our port.
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            client.get(url.as_str()).send().await.unwrap().text().await.unwrap()
        };
        let (token, page) = tokio::join!(login.finish(SOON), browser);
        let token = token.unwrap();
        assert!(page.contains("You may close this page"), "{page}");
        assert_eq!(token.client_id, service.accounts().client_id());
        assert!(service.is_valid(&token.access), "the service granted this very token");
        assert!((unix_s() - token.consented as f64).abs() < 60.0);
    }

    #[tokio::test]
    async fn another_verifier_does_not_redeem_the_code() {
        let service = Service::start();
        let mut login = Login::begin(service.accounts(), 0).await.unwrap();
        let url = login.url();
        login.verifier = Verifier::random().unwrap();
        let browser = async {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            client.get(url.as_str()).send().await.unwrap()
        };
        let (token, _page) = tokio::join!(login.finish(SOON), browser);
        assert!(matches!(token, Err(LoginError::Grant(GrantError::Void))), "{token:?}");
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let service = Service::start();
        let login = Login::begin(service.accounts(), 0).await.unwrap();
        let error = login.finish(Duration::from_millis(20)).await.unwrap_err();
        assert!(matches!(error, LoginError::TooLate(_)), "{error}");
    }

    #[tokio::test]
    async fn a_taken_port_is_named_and_nothing_secret_is_shown() {
        let service = Service::start();
        let login = Login::begin(service.accounts(), 0).await.unwrap();
        let shown = format!("{login:?}");
        assert!(!shown.contains(login.state.reveal()) && !shown.contains(login.verifier.secret().reveal()));
        let url = login.url();
        let port = url.query_pairs().find(|(k, _)| k == "redirect_uri").unwrap().1;
        let port: u16 = port.rsplit_once(':').unwrap().1.trim_end_matches("/callback").parse().unwrap();
        let error = Login::begin(service.accounts(), port).await.unwrap_err();
        assert!(error.to_string().contains(&format!("port {port}")), "{error}");
    }
}
