//! The browser's answer: the request by which it comes back from the accounts service.
//!
//! RFC 6749 section 4.1.2. The page that it is answered with repeats nothing of what was asked.

use fetch::Url;

use super::Secret;

/// Path of the redirect URI.
pub(super) const PATH: &str = "/callback";
/// Longest code that is believed, in bytes.
const CODE_LEN: usize = 4096;

/// What a request is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    /// The user consented.
    Granted(Secret),
    /// The user, or the service, did not.
    Denied(String),
    /// Nothing that ends the wait: another page, another login, no browser.
    Other(Page),
}

/// What it is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    status: &'static str,
    text: &'static str,
}

const THANKS: Page = Page {
    status: "200 OK",
    text: "vjbus has Spotify's answer. You may close this page; the terminal says what came of it.",
};
const DENIED: Page = Page {
    status: "200 OK",
    text: "Spotify says no: nothing was changed. You may close this page; the terminal says why.",
};
const FOREIGN: Page = Page {
    status: "403 Forbidden",
    text: "This answer does not belong to the login that is waiting. Open the address that the terminal shows.",
};
const NO_PAGE: Page = Page { status: "404 Not Found", text: "There is nothing here." };
const NO_GET: Page = Page { status: "405 Method Not Allowed", text: "There is nothing to do here." };
const NONSENSE: Page = Page { status: "400 Bad Request", text: "This is no answer of Spotify's." };

impl Verdict {
    /// The page for it.
    pub(super) fn page(&self) -> Page {
        match self {
            Verdict::Granted(_) => THANKS,
            Verdict::Denied(_) => DENIED,
            Verdict::Other(page) => *page,
        }
    }
}

impl Page {
    /// The whole response, HTTP/1.1. The code in the address is to stay in the browser's bar: nothing is cached, and
    /// nobody is told of it as a referrer.
    pub(super) fn response(self) -> String {
        let Page { status, text } = self;
        let body = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>vjbus</title><p>{text}</p></html>\n"
        );
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
             Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nContent-Security-Policy: default-src 'none'\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        )
    }
}

/// Judges the head of a request against the login that waits.
pub(super) fn judge(head: &[u8], state: &Secret) -> Verdict {
    let line = head.split(|byte| *byte == b'\r' || *byte == b'\n').next().unwrap_or_default();
    let Ok(line) = std::str::from_utf8(line) else { return Verdict::Other(NONSENSE) };
    let mut words = line.split(' ');
    let (method, target, version) = (words.next(), words.next().unwrap_or_default(), words.next());
    if !version.is_some_and(|version| version.starts_with("HTTP/1.")) || !target.starts_with('/') {
        return Verdict::Other(NONSENSE);
    }
    if method != Some("GET") {
        return Verdict::Other(NO_GET);
    }
    match Url::parse(&format!("http://127.0.0.1{target}")) {
        Ok(url) if url.path() == PATH => answer(&url, state),
        Ok(_) => Verdict::Other(NO_PAGE),
        Err(_) => Verdict::Other(NONSENSE),
    }
}

fn answer(url: &Url, state: &Secret) -> Verdict {
    let value = |wanted: &str| url.query_pairs().find(|(key, _)| key == wanted).map(|(_, value)| value);
    if value("state").as_deref() != Some(state.reveal()) {
        return Verdict::Other(FOREIGN);
    }
    match (value("error"), value("code")) {
        (Some(error), _) => Verdict::Denied(super::shown(&error)),
        (None, Some(code)) if (1..=CODE_LEN).contains(&code.len()) => Verdict::Granted(Secret::new(code)),
        _ => Verdict::Other(NONSENSE),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn judged(line: &str) -> Verdict {
        judge(format!("{line}\r\nHost: 127.0.0.1:8888\r\n\r\n").as_bytes(), &Secret::new("st+1"))
    }

    #[test]
    fn consent_and_refusal_are_told_apart() {
        let granted = judged("GET /callback?code=a%2Fb&state=st%2B1 HTTP/1.1");
        assert_eq!(granted, Verdict::Granted(Secret::new("a/b")));
        let denied = judged("GET /callback?error=access_denied&state=st%2B1 HTTP/1.1");
        assert_eq!(denied, Verdict::Denied("access_denied".into()));
        let both = judged("GET /callback?error=a%1Bb&code=c&state=st%2B1 HTTP/1.1");
        assert_eq!(both, Verdict::Denied("a b".into()));
    }

    #[test]
    fn what_is_no_answer_to_this_login_ends_nothing() {
        for (line, page) in [
            ("GET /callback?code=a&state=other HTTP/1.1", FOREIGN),
            ("GET /callback?code=a HTTP/1.1", FOREIGN),
            ("GET /callback?error=access_denied&state=st HTTP/1.1", FOREIGN),
            ("GET /callback?state=st%2B1 HTTP/1.1", NONSENSE),
            ("GET /callback?code=&state=st%2B1 HTTP/1.1", NONSENSE),
            ("GET /favicon.ico HTTP/1.1", NO_PAGE),
            ("GET /callback/?code=a&state=st%2B1 HTTP/1.1", NO_PAGE),
            ("POST /callback?code=a&state=st%2B1 HTTP/1.1", NO_GET),
            ("GET http://elsewhere/callback?code=a&state=st%2B1 HTTP/1.1", NONSENSE),
            ("GET /callback?code=a&state=st%2B1", NONSENSE),
            ("", NONSENSE),
        ] {
            assert_eq!(judged(line), Verdict::Other(page), "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_request_without_the_state_is_believed(head in proptest::collection::vec(any::<u8>(), 0..300)) {
            let state = Secret::new("0123456789abcdef");
            prop_assert!(matches!(judge(&head, &state), Verdict::Other(_)));
        }
    }
}
