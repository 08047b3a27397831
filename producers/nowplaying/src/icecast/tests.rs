//! Source clients on a real socket, byte for byte as they write.

use data_encoding::BASE64;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::*;
use crate::report::{QUEUE, Report};

const PATIENCE: Duration = Duration::from_secs(20);

struct Server {
    address: SocketAddr,
    reports: mpsc::Receiver<Report>,
    _task: Task,
}

async fn server() -> Server {
    let (outlet, mut reports) = mpsc::channel(QUEUE);
    let password: Secret = serde_json::from_str("\"hackme\"").unwrap();
    let task = start("127.0.0.1:0".parse().unwrap(), password, outlet);
    let Some(Report::Open { at: Some(address), .. }) = reports.recv().await else { panic!("not open") };
    Server { address, reports, _task: task }
}

impl Server {
    async fn connect(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }

    async fn next(&mut self) -> Report {
        tokio::time::timeout(PATIENCE, self.reports.recv()).await.expect("no report").unwrap()
    }

    async fn song(&mut self) -> (Option<String>, Option<String>) {
        match self.next().await {
            Report::Sent(told) => (told.track.artist, told.track.title),
            other => panic!("{other:?}"),
        }
    }
}

/// What comes until the connection is closed.
async fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("not closed").unwrap();
    String::from_utf8(bytes).unwrap()
}

/// As many bytes as `expected` has.
async fn said(stream: &mut TcpStream, expected: &str) {
    let mut bytes = vec![0; expected.len()];
    tokio::time::timeout(PATIENCE, stream.read_exact(&mut bytes)).await.expect("no answer").unwrap();
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
}

fn basic(password: &str) -> String {
    format!("Authorization: Basic {}\r\n", BASE64.encode(format!("source:{password}").as_bytes()))
}

/// The request of libshout 2.4 for an Ogg stream; with `poke` its first, without the password.
fn libshout(poke: bool) -> String {
    let (auth, poked) = match poke {
        true => (String::new(), "Content-Length: 0\r\nConnection: Keep-Alive\r\n"),
        false => (basic("hackme"), ""),
    };
    format!(
        "SOURCE /live.ogg HTTP/1.0\r\n{auth}Host: 127.0.0.1:8012\r\nUser-Agent: libshout/2.4.6\r\n\
         Content-Type: application/ogg\r\n{poked}ice-public: 0\r\nice-name: Mixxx\r\n\
         ice-audio-info: bitrate=128;samplerate=44100;channels=2\r\n\r\n"
    )
}

fn track_of(serial: u32, artist: &str, title: &str) -> Vec<u8> {
    let (artist, title) = (format!("ARTIST={artist}"), format!("TITLE={title}"));
    let comments = comments::tests::packet(b"\x03vorbis", &[artist.as_bytes(), title.as_bytes()]);
    ogg::tests::stream(serial, &[b"\x01vorbis head", &comments, b"\x05vorbis setup", &[0; 900]], 4)
}

const WELCOME: &str = "HTTP/1.0 200 OK\r\n\r\n";

#[tokio::test]
async fn libshout_asks_without_its_password_first_and_then_streams() {
    let mut server = server().await;
    let options = "OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1:8012\r\nUser-Agent: libshout/2.4.6\r\n\
                   Connection: Upgrade\r\nUpgrade: TLS/1.0, HTTP/1.1\r\n\r\n";
    let mut asked = server.connect(options.as_bytes()).await;
    asked.shutdown().await.unwrap();
    assert!(rest(asked).await.starts_with("HTTP/1.0 200 OK\r\nAllow: "));
    let mut poked = server.connect(libshout(true).as_bytes()).await;
    poked.shutdown().await.unwrap();
    assert!(rest(poked).await.starts_with("HTTP/1.0 401 "));

    let mut source = server.connect(libshout(false).as_bytes()).await;
    said(&mut source, WELCOME).await;
    assert!(matches!(server.next().await, Report::SourceCame));
    // A new logical stream at each change of track, as Traktor and Mixxx make.
    for (serial, title) in [(1, "Blue"), (2, "Red")] {
        source.write_all(&track_of(serial, "Ann", title)).await.unwrap();
        assert_eq!(server.song().await, (Some("Ann".into()), Some(title.into())));
    }
    drop(source);
    assert!(matches!(server.next().await, Report::SourceLeft));
}

#[tokio::test]
async fn a_put_waits_for_its_continue_and_comes_in_chunks() {
    let mut server = server().await;
    let put = format!(
        "PUT /live.ogg HTTP/1.1\r\n{}Host: 127.0.0.1:8012\r\nUser-Agent: butt 1.40\r\nContent-Type: application/ogg\r\n\
         Transfer-Encoding: chunked\r\nExpect: 100-continue\r\nice-public: 0\r\n\r\n",
        basic("hackme")
    );
    let mut source = server.connect(put.as_bytes()).await;
    said(&mut source, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\n").await;
    assert!(matches!(server.next().await, Report::SourceCame));
    for part in track_of(5, "Bob", "Green").chunks(100) {
        let chunk = [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat();
        source.write_all(&chunk).await.unwrap();
    }
    assert_eq!(server.song().await, (Some("Bob".into()), Some("Green".into())));
    source.write_all(b"0\r\n\r\n").await.unwrap();
    assert!(matches!(server.next().await, Report::SourceLeft));
}

#[tokio::test]
async fn titles_are_told_beside_a_stream_of_mp3() {
    let mut server = server().await;
    let head = libshout(false).replace("application/ogg", "audio/mpeg");
    let mut source = server.connect(head.as_bytes()).await;
    said(&mut source, WELCOME).await;
    assert!(matches!(server.next().await, Report::SourceCame));
    source.write_all(&[0xff; 40_000]).await.unwrap();
    let update = format!(
        "GET /admin/metadata?mode=updinfo&charset=UTF-8&mount=%2Flive.ogg&song=Bj%C3%B6rk%20-%20J%C3%B3ga HTTP/1.1\r\n\
         Host: 127.0.0.1:8012\r\nUser-Agent: libshout/2.4.6\r\n{}\r\n",
        basic("hackme")
    );
    let mut told = server.connect(update.as_bytes()).await;
    told.shutdown().await.unwrap();
    assert!(rest(told).await.contains("Metadata update successful"));
    assert_eq!(server.song().await, (Some("Björk".into()), Some("Jóga".into())));
    let icy = b"GET /admin.cgi?mode=updinfo&pass=hackme&song=Ann+-+Bl%FCe HTTP/1.0\r\n\
                User-Agent: libshout/2.4.6 (Mozilla compatible)\r\n\r\n";
    let _told = server.connect(icy).await;
    assert_eq!(server.song().await, (Some("Ann".into()), Some("Blüe".into())));
}

#[tokio::test]
async fn a_second_source_and_a_wrong_password_are_turned_away() {
    let mut server = server().await;
    let mut first = server.connect(libshout(false).as_bytes()).await;
    said(&mut first, WELCOME).await;
    assert!(matches!(server.next().await, Report::SourceCame));
    let mut second = server.connect(libshout(false).as_bytes()).await;
    second.shutdown().await.unwrap();
    let refused = rest(second).await;
    assert!(refused.starts_with("HTTP/1.0 403 ") && refused.contains("Mountpoint in use"), "{refused}");

    let wrong = format!("SOURCE /live HTTP/1.0\r\n{}\r\n", basic("guess"));
    let mut third = server.connect(wrong.as_bytes()).await;
    third.shutdown().await.unwrap();
    assert!(rest(third).await.starts_with("HTTP/1.0 401 "));
    assert!(matches!(server.next().await, Report::TurnedAway(Way::Icecast)));
}

#[tokio::test]
async fn rubbish_is_answered() {
    let server = server().await;
    for rubbish in [b"hackme\r\n\r\n".to_vec(), vec![b'x'; 9_000], b"\xff\xfe\0\n\n".to_vec()] {
        let mut stream = server.connect(&rubbish).await;
        stream.shutdown().await.unwrap();
        assert!(rest(stream).await.starts_with("HTTP/1.0 400 "));
    }
}

#[tokio::test]
async fn a_source_that_falls_silent_is_let_go() {
    let (outlet, mut reports) = mpsc::channel(QUEUE);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let password = serde_json::from_str("\"hackme\"").unwrap();
    let silence = Duration::from_millis(50);
    let desk = Arc::new(Desk { password, outlet, sources: Semaphore::new(1), silence });
    let _task = Task::start(async move { serve(&listener, &desk).await });
    let mut source = TcpStream::connect(address).await.unwrap();
    source.write_all(libshout(false).as_bytes()).await.unwrap();
    assert!(matches!(reports.recv().await, Some(Report::SourceCame)));
    assert!(matches!(reports.recv().await, Some(Report::SourceLeft)));
    assert_eq!(rest(source).await, WELCOME);
}
