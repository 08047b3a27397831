//! What a request wants, and whether it may. Pure.

use super::head::Head;
use super::update;
use crate::query;
use crate::text::Song;

/// Users whose password is asked for; Icecast takes the second for metadata only.
const SOURCE: &str = "source";
const ADMIN: &str = "admin";

/// What is done about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// Take the stream.
    Source(Welcome),
    /// Take what is told of the stream.
    Update(Song),
    /// Say only this. `true`: somebody came with a wrong password.
    Answer(String, bool),
}

/// How a source client is received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Welcome {
    /// It waits for `100 Continue` (RFC 9110 section 10.1.1) before it sends.
    pub(crate) awaits: bool,
    /// Its body comes in chunks (RFC 9112 section 7.1).
    pub(crate) chunked: bool,
}

impl Welcome {
    /// What it is answered: both lines at once, as Icecast does; some clients wait for the second.
    pub(crate) const fn text(self) -> &'static str {
        if self.awaits {
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\n"
        } else {
            "HTTP/1.0 200 OK\r\n\r\n"
        }
    }
}

/// Decides.
pub(crate) fn route(head: &Head, password: &str) -> Route {
    match head.method.as_str() {
        "SOURCE" | "PUT" if permits(head, password, &[SOURCE]) => Route::Source(welcome(head)),
        "SOURCE" | "PUT" => unauthorised(head),
        "GET" if update::is_update(&head.path) => updated(head, password),
        // libshout pokes here to learn what the server can do; it goes on after a 401.
        "GET" if head.path.starts_with("/admin") => unauthorised(head),
        "GET" | "HEAD" => Route::Answer(
            answer("404 Not Found", "", "Nothing is played here: this server only listens."),
            false,
        ),
        // What libshout asks first when it could encrypt.
        "OPTIONS" => Route::Answer(answer("200 OK", ALLOW, ""), false),
        _ => Route::Answer(answer("405 Method Not Allowed", ALLOW, "Send SOURCE or PUT."), false),
    }
}

const ALLOW: &str = "Allow: GET, PUT, SOURCE, OPTIONS\r\n";

fn welcome(head: &Head) -> Welcome {
    let says =
        |name: &str, word: &str| head.header(name).is_some_and(|v| v.to_ascii_lowercase().contains(word));
    Welcome { awaits: says("expect", "100-continue"), chunked: says("transfer-encoding", "chunked") }
}

fn updated(head: &Head, password: &str) -> Route {
    let fields = query::fields(&head.query);
    let passed = query::value(&fields, "pass").is_some_and(|given| same(given, password.as_bytes()));
    if !passed && !permits(head, password, &[SOURCE, ADMIN]) {
        return unauthorised(head);
    }
    match update::read(&fields) {
        Ok(song) => Route::Update(song),
        Err(why) => Route::Answer(answer("400 Bad Request", "", &why.to_string()), false),
    }
}

fn permits(head: &Head, password: &str, users: &[&str]) -> bool {
    head.credentials()
        .is_some_and(|(user, given)| users.contains(&user.as_str()) && same(&given, password.as_bytes()))
}

/// Compares without telling by the time it takes how much was right.
fn same(given: &[u8], right: &[u8]) -> bool {
    let differs = given.iter().zip(right).fold(0, |differs, (a, b)| differs | (a ^ b));
    differs == 0 && given.len() == right.len()
}

fn unauthorised(head: &Head) -> Route {
    let wrong =
        head.credentials().is_some() || query::fields(&head.query).iter().any(|(name, _)| name == b"pass");
    let challenge = "WWW-Authenticate: Basic realm=\"vjbus\"\r\n";
    Route::Answer(answer("401 Authentication Required", challenge, "You need to authenticate"), wrong)
}

/// What Icecast says after an update; some clients look for these words.
pub(crate) fn updated_answer() -> String {
    let body = "<?xml version=\"1.0\"?>\n<iceresponse><message>Metadata update successful</message><return>1</return></iceresponse>\n";
    let length = body.len();
    format!(
        "HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// An answer after which the connection ends.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    let body = if body.is_empty() { String::new() } else { format!("{body}\r\n") };
    let length = body.len();
    format!(
        "HTTP/1.0 {status}\r\n{headers}Content-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;
    use proptest::prelude::*;

    use super::*;

    fn head(line: &str, headers: &str) -> Head {
        Head::read(format!("{line}\r\n{headers}\r\n").as_bytes()).unwrap().unwrap().0
    }

    fn basic(user: &str, password: &str) -> String {
        format!("Authorization: Basic {}\r\n", BASE64.encode(format!("{user}:{password}").as_bytes()))
    }

    fn status(route: &Route) -> &str {
        let Route::Answer(text, _) = route else { panic!("no answer: {route:?}") };
        text.split("\r\n").next().unwrap_or_default().trim_start_matches("HTTP/1.0 ")
    }

    #[test]
    fn a_source_client_with_the_password_is_taken() {
        let plain = head("SOURCE /live HTTP/1.0", &basic("source", "pw"));
        assert_eq!(route(&plain, "pw"), Route::Source(Welcome { awaits: false, chunked: false }));
        let headers =
            format!("{}Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n", basic("source", "pw"));
        let Route::Source(welcome) = route(&head("PUT /live HTTP/1.1", &headers), "pw") else {
            panic!("refused")
        };
        assert!(welcome.awaits && welcome.chunked);
        assert!(welcome.text().starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\n"));
    }

    #[test]
    fn without_it_nobody_is() {
        for headers in [
            String::new(),
            basic("source", "pW"),
            basic("source", "pw2"),
            basic("source", ""),
            basic("admin", "pw"),
        ] {
            let refused = route(&head("SOURCE /live HTTP/1.0", &headers), "pw");
            assert_eq!(status(&refused), "401 Authentication Required");
            let Route::Answer(text, wrong) = refused else { panic!() };
            assert!(text.contains("WWW-Authenticate: Basic"));
            assert_eq!(wrong, !headers.is_empty(), "to ask is no offence");
        }
        for line in [
            "GET /admin/metadata?mode=updinfo&song=x HTTP/1.0",
            "GET /admin.cgi?pass=no&mode=updinfo&song=x HTTP/1.0",
        ] {
            assert_eq!(status(&route(&head(line, ""), "pw")), "401 Authentication Required");
        }
    }

    #[test]
    fn an_update_comes_in_either_form() {
        let song = Song { artist: Some("Ann".into()), title: Some("Blue".into()) };
        let line =
            "GET /admin/metadata?mode=updinfo&charset=UTF-8&mount=%2Flive&song=Ann%20-%20Blue HTTP/1.1";
        for user in ["source", "admin"] {
            assert_eq!(route(&head(line, &basic(user, "pw")), "pw"), Route::Update(song.clone()));
        }
        let icy = "GET /admin.cgi?mode=updinfo&pass=pw&song=Ann%20-%20Blue HTTP/1.0";
        assert_eq!(route(&head(icy, ""), "pw"), Route::Update(song));
        assert!(updated_answer().contains("Metadata update successful"));
    }

    #[test]
    fn what_libshout_asks_first_is_answered_so_that_it_goes_on() {
        assert_eq!(
            status(&route(&head("OPTIONS * HTTP/1.1", "Upgrade: TLS/1.0, HTTP/1.1\r\n"), "pw")),
            "200 OK"
        );
        assert_eq!(
            status(&route(&head("GET /admin/!POKE HTTP/1.1", ""), "pw")),
            "401 Authentication Required"
        );
        assert_eq!(status(&route(&head("GET /live HTTP/1.0", ""), "pw")), "404 Not Found");
        assert_eq!(status(&route(&head("DELETE /live HTTP/1.0", ""), "pw")), "405 Method Not Allowed");
    }

    proptest! {
        #[test]
        fn no_request_passes_without_the_password(line in "(SOURCE|PUT|GET) /[a-z./?=&%]{0,40} HTTP/1\\.0", user in "[a-z]{0,8}") {
            let routed = route(&head(&line, &basic(&user, "guess")), "pw");
            prop_assert!(matches!(routed, Route::Answer(_, _)));
        }
    }
}
