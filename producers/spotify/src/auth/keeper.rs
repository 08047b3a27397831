//! Keeps a token usable: takes a new login from the file, renews what ends, stores what is renewed.

use component::time::unix_s;

use super::{Accounts, GrantError, Secret, Token, TokenFile, TokenFileError};

/// The token of one instance, in a file and in memory.
#[derive(Debug)]
pub struct Keeper {
    accounts: Accounts,
    file: TokenFile,
    /// What the file held when it was read or written last. Only a file that differs from it is news: what could
    /// not be stored lives on in `token`.
    stored: Option<Token>,
    token: Option<Token>,
    /// The refresh token that Spotify does not take any more.
    void: Option<Secret>,
}

/// Why there is no token to ask with.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// Nobody has logged in.
    #[error("nobody has logged in to Spotify")]
    NoLogin,
    /// The login belongs to another client id.
    #[error("the login belongs to another client_id")]
    OtherApp,
    /// Consent has ended, or was taken back.
    #[error("Spotify wants the user's consent again")]
    ConsentOver,
    /// The file cannot be used.
    #[error(transparent)]
    File(#[from] TokenFileError),
    /// No renewal: the app is refused, or there is no answer for now.
    #[error(transparent)]
    Grant(GrantError),
}

impl Keeper {
    /// Keeps what `file` holds, and renews it at `accounts`.
    pub fn new(accounts: Accounts, file: TokenFile) -> Keeper {
        Keeper { accounts, file, stored: None, token: None, void: None }
    }

    /// A token to ask with, renewed if it is about to end.
    ///
    /// # Errors
    /// As [`KeepError`] says.
    pub async fn token(&mut self) -> Result<Token, KeepError> {
        self.look().await?;
        let token = self.usable()?;
        if token.is_fresh(unix_s()) { Ok(token) } else { self.renew().await }
    }

    /// A renewed token, for when the Web API does not take the present one.
    ///
    /// # Errors
    /// As [`KeepError`] says.
    pub async fn renew(&mut self) -> Result<Token, KeepError> {
        let old = self.usable()?;
        match self.accounts.refresh(&old.refresh).await {
            Ok(grant) => Ok(self.keep(old.renewed(grant, unix_s())).await),
            Err(GrantError::Void) => {
                self.discard().await;
                Err(KeepError::ConsentOver)
            }
            Err(error) => Err(KeepError::Grant(error)),
        }
    }

    /// The Web API refuses even a renewed token: it is not used again.
    pub fn give_up(&mut self) {
        self.void = self.token.as_ref().map(|token| token.refresh.clone());
    }

    fn usable(&self) -> Result<Token, KeepError> {
        match &self.token {
            None if self.void.is_some() => Err(KeepError::ConsentOver),
            None => Err(KeepError::NoLogin),
            Some(token) if self.void.as_ref() == Some(&token.refresh) => Err(KeepError::ConsentOver),
            Some(token) if token.client_id != self.accounts.client_id() => Err(KeepError::OtherApp),
            Some(token) => Ok(token.clone()),
        }
    }

    /// Takes what another process has written.
    async fn look(&mut self) -> Result<(), TokenFileError> {
        let found = self.with_file(TokenFile::read).await?;
        if found != self.stored {
            self.stored.clone_from(&found);
            self.token = found;
        }
        Ok(())
    }

    /// Spotify may have replaced the refresh token: without this one there is no next renewal.
    async fn keep(&mut self, token: Token) -> Token {
        let (new, old) = (token.clone(), self.stored.clone());
        let written = self.with_file(move |file| {
            // Somebody logged in meanwhile: that login stands.
            let present = file.read()?;
            if present != old { Ok((present, true)) } else { file.write(&new).map(|()| (Some(new), false)) }
        });
        match written.await {
            Ok((present, overtaken)) => {
                self.stored.clone_from(&present);
                self.token = if overtaken { present } else { Some(token.clone()) };
            }
            Err(error) => {
                tracing::error!(%error, "the renewed login is not stored: after a restart a new login is needed");
                self.token = Some(token.clone());
            }
        }
        token
    }

    /// A void token is not asked with again, and not kept.
    async fn discard(&mut self) {
        self.give_up();
        let old = self.stored.clone();
        let removed = self.with_file(move |file| if file.read()? == old { file.remove() } else { Ok(()) });
        if let Err(error) = removed.await {
            tracing::warn!(%error, "the login that has ended stays in its file");
        }
    }

    /// Files are used on a thread that may wait for a disk.
    async fn with_file<T: Send + 'static>(
        &self,
        use_it: impl FnOnce(&TokenFile) -> Result<T, TokenFileError> + Send + 'static,
    ) -> Result<T, TokenFileError> {
        let file = self.file.clone();
        let path = file.path().to_owned();
        let used = tokio::task::spawn_blocking(move || use_it(&file)).await;
        used.unwrap_or_else(|error| {
            Err(TokenFileError::System { action: "use", path, source: std::io::Error::other(error) })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::service::Service;

    struct Kept {
        service: Service,
        file: TokenFile,
        keeper: Keeper,
        _state: tempfile::TempDir,
    }

    fn kept() -> Kept {
        let (service, state) = (Service::start(), tempfile::tempdir().unwrap());
        let file = TokenFile::new(state.path(), "spotify");
        let keeper = Keeper::new(service.accounts(), file.clone());
        Kept { service, file, keeper, _state: state }
    }

    fn ended(token: Token) -> Token {
        Token { access_until: 0, ..token }
    }

    #[tokio::test]
    async fn a_login_while_it_runs_is_taken() {
        let mut kept = kept();
        assert!(matches!(kept.keeper.token().await, Err(KeepError::NoLogin)));
        let token = kept.service.login();
        kept.file.write(&token).unwrap();
        assert_eq!(kept.keeper.token().await.unwrap(), token);
        assert_eq!(kept.service.renewals(), 0);
    }

    #[tokio::test]
    async fn what_is_renewed_is_stored_and_renewed_again() {
        let mut kept = kept();
        let first = ended(kept.service.login());
        kept.file.write(&first).unwrap();
        let second = kept.keeper.token().await.unwrap();
        assert!(second.refresh != first.refresh, "the service rotates refresh tokens");
        assert_eq!(kept.file.read().unwrap(), Some(second.clone()));
        assert_eq!(second.consented, first.consented);
        let third = kept.keeper.renew().await.unwrap();
        assert!(kept.service.is_valid(&third.access) && !kept.service.is_valid(&second.access));
    }

    #[tokio::test]
    async fn consent_that_has_ended_is_discarded_and_not_asked_for_again() {
        let mut kept = kept();
        kept.file.write(&ended(kept.service.login())).unwrap();
        kept.service.revoke();
        for _ in 0..3 {
            assert!(matches!(kept.keeper.token().await, Err(KeepError::ConsentOver)));
        }
        assert_eq!(kept.service.renewals(), 1);
        assert_eq!(kept.file.read().unwrap(), None);
        let token = kept.service.login();
        kept.file.write(&token).unwrap();
        assert_eq!(kept.keeper.token().await.unwrap(), token);
    }

    #[tokio::test]
    async fn a_token_that_the_api_refuses_is_kept_but_not_used() {
        let mut kept = kept();
        let token = kept.service.login();
        kept.file.write(&token).unwrap();
        kept.keeper.token().await.unwrap();
        kept.keeper.give_up();
        assert!(matches!(kept.keeper.token().await, Err(KeepError::ConsentOver)));
        assert_eq!(kept.file.read().unwrap(), Some(token));
    }

    #[tokio::test]
    async fn the_login_of_another_app_is_not_used() {
        let mut kept = kept();
        kept.file.write(&Token { client_id: "other".into(), ..kept.service.login() }).unwrap();
        assert!(matches!(kept.keeper.token().await, Err(KeepError::OtherApp)));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_renewal_that_cannot_be_stored_lives_on_in_memory() {
        let mut kept = kept();
        kept.file.write(&ended(kept.service.login())).unwrap();
        kept.keeper.look().await.unwrap();
        // A folder at the place of the file that is written beside: nothing can be written, whoever runs this.
        let beside = kept.file.path().with_file_name(format!(".spotify.json.{}", std::process::id()));
        std::fs::create_dir(&beside).unwrap();
        let renewed = kept.keeper.token().await.unwrap();
        assert_eq!(kept.keeper.token().await.unwrap(), renewed);
        assert_eq!(kept.service.renewals(), 1);
    }
}
