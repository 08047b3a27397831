//! The head of a request, as old source clients write it.

use data_encoding::BASE64;

/// Largest head in bytes.
pub(crate) const MAX_HEAD: usize = 8 * 1024;

/// First line and headers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Head {
    pub(crate) method: String,
    /// Without the query.
    pub(crate) path: String,
    pub(crate) query: Vec<u8>,
    /// Names in lower case.
    headers: Vec<(String, String)>,
}

/// A request that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadHead {
    #[error("the request is longer than {MAX_HEAD} bytes")]
    TooLong,
    #[error("the request is no request of HTTP")]
    Malformed,
}

impl Head {
    /// Reads the head at the beginning of `bytes` and says how long it is; `None` while more of it is to come.
    pub(crate) fn read(bytes: &[u8]) -> Result<Option<(Head, usize)>, BadHead> {
        match end(bytes) {
            Some(length) if length <= MAX_HEAD => {
                Head::parse(&bytes[..length]).map(|head| Some((head, length)))
            }
            None if bytes.len() < MAX_HEAD => Ok(None),
            _ => Err(BadHead::TooLong),
        }
    }

    fn parse(bytes: &[u8]) -> Result<Head, BadHead> {
        let mut lines = bytes.split(|&b| b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let first = lines.next().unwrap_or_default();
        // The path may hold spaces where a client did not encode them: only the ends are sure.
        let (method, rest) = split_once(first, b' ').ok_or(BadHead::Malformed)?;
        let target = match rest.iter().rposition(|&b| b == b' ') {
            Some(at) if is_protocol(&rest[at + 1..]) => &rest[..at],
            _ => return Err(BadHead::Malformed),
        };
        let (path, query) = split_once(target, b'?').unwrap_or((target, b""));
        if method.is_empty() || !method.iter().all(u8::is_ascii_uppercase) || path.is_empty() {
            return Err(BadHead::Malformed);
        }
        let headers = lines.filter_map(|line| split_once(line, b':')).map(|(name, value)| {
            let value = String::from_utf8_lossy(value).trim().to_owned();
            (String::from_utf8_lossy(name).trim().to_ascii_lowercase(), value)
        });
        Ok(Head {
            method: String::from_utf8_lossy(method).into_owned(),
            path: String::from_utf8_lossy(path).into_owned(),
            query: query.to_vec(),
            headers: headers.collect(),
        })
    }

    /// The value of a header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// User and password of `Authorization: Basic` (RFC 7617).
    pub(crate) fn credentials(&self) -> Option<(String, Vec<u8>)> {
        let (scheme, coded) = self.header("authorization")?.split_once(' ')?;
        let plain = BASE64.decode(coded.trim().as_bytes()).ok()?;
        let (user, password) = split_once(&plain, b':')?;
        scheme
            .eq_ignore_ascii_case("basic")
            .then(|| (String::from_utf8_lossy(user).into_owned(), password.to_vec()))
    }
}

/// Length of the head with the empty line that ends it.
fn end(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|&b| b == b'\n').map(|at| from + at) {
        match &bytes[at + 1..] {
            [b'\n', ..] => return Some(at + 2),
            [b'\r', b'\n', ..] => return Some(at + 3),
            _ => from = at + 1,
        }
    }
    None
}

fn is_protocol(word: &[u8]) -> bool {
    [b"HTTP/".as_slice(), b"ICE/", b"ICY"].iter().any(|known| word.starts_with(known))
}

fn split_once(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|&b| b == at)?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SOURCE: &[u8] = b"SOURCE /live.ogg HTTP/1.0\r\nAuthorization: Basic c291cmNlOmhhY2s6bWU=\r\n\
        Host: localhost:8012\r\nUser-Agent: libshout/2.4.6\r\nContent-Type: application/ogg\r\nice-public: 0\r\n\r\nOggS";

    #[test]
    fn the_head_of_a_source_client_is_read_and_no_more() {
        let (head, length) = Head::read(SOURCE).unwrap().unwrap();
        assert_eq!((head.method.as_str(), head.path.as_str()), ("SOURCE", "/live.ogg"));
        assert_eq!(head.header("content-type"), Some("application/ogg"));
        assert_eq!(head.credentials(), Some(("source".to_owned(), b"hack:me".to_vec())));
        assert_eq!(&SOURCE[length..], b"OggS");
    }

    #[test]
    fn it_may_come_in_pieces_and_with_bare_line_ends() {
        let head = SOURCE.len() - 4;
        assert!((0..head).all(|n| Head::read(&SOURCE[..n]) == Ok(None)));
        let (head, _) = Head::read(b"GET /admin/metadata?song=a b HTTP/1.0\nHost: x\n\n").unwrap().unwrap();
        assert_eq!((head.path.as_str(), head.query.as_slice()), ("/admin/metadata", b"song=a b".as_slice()));
        assert_eq!(head.header("host"), Some("x"));
    }

    #[test]
    fn what_is_no_request_or_too_long_is_refused() {
        for bytes in
            [b"hackme\r\n\r\n".as_slice(), b"\r\n\r\n", b"GET  HTTP/1.0\r\n\r\n", b"get / HTTP/1.0\r\n\r\n"]
        {
            assert_eq!(Head::read(bytes), Err(BadHead::Malformed), "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(Head::read(&[b'x'; MAX_HEAD]), Err(BadHead::TooLong));
        for coded in ["Basic", "Basic %%%", "Bearer c291cmNlOmhhY2s6bWU=", "Basic bm9jb2xvbg=="] {
            let bytes = format!("SOURCE / HTTP/1.0\r\nAuthorization: {coded}\r\n\r\n");
            let (head, _) = Head::read(bytes.as_bytes()).unwrap().unwrap();
            assert_eq!(head.credentials(), None, "{coded}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_awaited_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(Some((head, length))) = Head::read(&bytes) {
                prop_assert!(length <= bytes.len());
                head.credentials();
            }
        }

        #[test]
        fn any_request_is_read(line in "[A-Z]{1,8} /[^\\n]{0,40} HTTP/1\\.[01]", headers in "([^\\n]{0,30}\\r\\n){0,5}") {
            let bytes = format!("{line}\r\n{headers}\r\n");
            prop_assert!(matches!(Head::read(bytes.as_bytes()), Ok(Some(_))));
        }
    }
}
