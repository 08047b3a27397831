//! Clients that hold on to their connections.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::connection::AT_ONCE;
use super::*;
use crate::report::{QUEUE, Report};

const PATIENCE: Duration = Duration::from_secs(20);

async fn answer(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is cut off may end in an error as well as in nothing.
    let _cut =
        tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("not closed").is_err();
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn whoever_is_slow_is_cut_off_and_keeps_nobody_out_for_long() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (outlet, mut reports) = mpsc::channel(QUEUE);
    let desk = Desk { instance: Name::main(), outlet, guard: Guard { remote: false } };
    let _task = Task::start(serve(listener, Duration::from_millis(300), desk));
    let mut slow = Vec::new();
    for _ in 0..AT_ONCE {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"POST /nowplaying HTTP/1.1\r\nContent-Length: 9\r\n").await.unwrap();
        slow.push(stream);
    }
    let mut next = TcpStream::connect(address).await.unwrap();
    next.write_all(b"POST /nowplaying HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\ntitle=Red")
        .await
        .unwrap();
    let Some(Report::Posted { told, answer: taken, .. }) = reports.recv().await else { panic!("not posted") };
    assert_eq!(told.track.title.as_deref(), Some("Red"));
    taken.send(Ok(())).unwrap();
    assert!(answer(next).await.ends_with("{\"ok\":true}"));
    for stream in slow {
        let cut = answer(stream).await;
        assert!(!cut.contains("200 OK"), "{cut}");
    }
}
