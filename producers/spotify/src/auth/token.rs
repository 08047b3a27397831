//! What a login leaves behind, and how long it holds.

use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::{Grant, Secret};

/// Consent ends six months after it was given, and renewing does not lengthen it:
/// <https://developer.spotify.com/blog/2026-06-18-refresh-token-expiration>. Six months have 181 to 184 days; no
/// more is promised than is held.
const CONSENT_DAYS: f64 = 181.0;
const DAY_S: f64 = 86_400.0;
/// The last second of the year 9999.
const LAST: Duration = Duration::from_secs(253_402_300_799);
/// An access token is renewed so long before its end that no question meets the end.
const MARGIN_S: f64 = 60.0;

/// One user's consent for one app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Token {
    /// The app that the user consented to.
    pub client_id: String,
    /// When, in whole Unix seconds: fractions would not come back from the file as they were.
    pub consented: u64,
    /// Wins a new access token, once: each renewal may bring another one.
    pub refresh: Secret,
    /// Opens the Web API.
    pub access: Secret,
    /// How long it does, in whole Unix seconds.
    pub access_until: u64,
}

impl Token {
    /// Consent just given at `now` (Unix seconds); `None` when the grant cannot be renewed.
    pub fn granted(client_id: &str, grant: Grant, now: f64) -> Option<Token> {
        Some(Token {
            client_id: client_id.to_owned(),
            consented: now as u64,
            refresh: grant.refresh?,
            access: grant.access,
            access_until: now as u64 + grant.lasts.as_secs(),
        })
    }

    /// The same consent with what a renewal brought.
    pub fn renewed(&self, grant: Grant, now: f64) -> Token {
        Token {
            refresh: grant.refresh.unwrap_or_else(|| self.refresh.clone()),
            access: grant.access,
            access_until: now as u64 + grant.lasts.as_secs(),
            ..self.clone()
        }
    }

    /// Whether the access token holds for the next question.
    pub fn is_fresh(&self, now: f64) -> bool {
        now + MARGIN_S < self.access_until as f64
    }

    /// When consent ends, in Unix seconds.
    pub fn consent_until(&self) -> f64 {
        self.consented as f64 + CONSENT_DAYS * DAY_S
    }
}

/// Whole days from `now` to `until`, both in Unix seconds; 0 when it is over.
pub(crate) fn days_left(until: f64, now: f64) -> u32 {
    ((until - now) / DAY_S).max(0.0) as u32
}

/// A day for people, in UTC: `26 May 2027`.
pub fn day(unix_s: f64) -> String {
    // No instant at all is shown as the first; httpdate has none after the year 9999.
    let since = Duration::try_from_secs_f64(unix_s).unwrap_or_default().min(LAST);
    // RFC 9110 section 5.6.7 fixes the columns: “Wed, 26 May 2027 00:00:00 GMT”.
    httpdate::fmt_http_date(UNIX_EPOCH + since).get(5..16).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(refresh: Option<&str>) -> Grant {
        let refresh = refresh.map(Secret::new);
        Grant { access: Secret::new("access"), lasts: Duration::from_secs(3600), refresh }
    }

    #[test]
    fn consent_runs_out_after_six_months_whatever_is_renewed() {
        let token = Token::granted("app", grant(Some("one")), 1000.0).unwrap();
        let later = token.renewed(grant(None), 1000.0 + 100.0 * DAY_S);
        assert_eq!(later.consent_until(), token.consent_until());
        assert_eq!(days_left(later.consent_until(), 1000.0 + 100.0 * DAY_S), 81);
        assert_eq!(days_left(later.consent_until(), 1000.0 + 500.0 * DAY_S), 0);
    }

    #[test]
    fn a_rotated_refresh_token_replaces_the_old_one_and_none_leaves_it() {
        let token = Token::granted("app", grant(Some("one")), 0.0).unwrap();
        assert_eq!(token.renewed(grant(Some("two")), 1.0).refresh, Secret::new("two"));
        assert_eq!(token.renewed(grant(None), 1.0).refresh, Secret::new("one"));
        assert_eq!(Token::granted("app", grant(None), 0.0), None);
    }

    #[test]
    fn an_access_token_is_renewed_before_its_end() {
        let token = Token::granted("app", grant(Some("one")), 0.0).unwrap();
        assert!(token.is_fresh(3000.0) && !token.is_fresh(3550.0));
    }

    #[test]
    fn days_are_written_for_people() {
        assert_eq!(day(0.0), "01 Jan 1970");
        assert_eq!(day(1_811_289_600.0), "26 May 2027");
        assert_eq!((day(f64::NAN), day(1e12)), ("01 Jan 1970".into(), "31 Dec 9999".into()));
    }
}
