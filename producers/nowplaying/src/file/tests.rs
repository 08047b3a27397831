//! A real file, written in all the ways that programs write one.

use tokio::sync::mpsc;

use super::*;

const PATIENCE: Duration = Duration::from_secs(20);

struct Watched {
    reports: mpsc::Receiver<Report>,
    _follower: Follower,
    dir: tempfile::TempDir,
}

fn watch(template: &str, line: Line, before: Option<&[u8]>) -> Watched {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("now.txt");
    if let Some(bytes) = before {
        fs::write(&path, bytes).unwrap();
    }
    let (outlet, reports) = mpsc::channel(crate::report::QUEUE);
    let settings = Settings { path, template: Template::parse(template).unwrap(), line };
    let follower = start(settings, outlet).unwrap();
    Watched { reports, _follower: follower, dir }
}

impl Watched {
    fn write(&self, bytes: &[u8]) {
        fs::write(self.dir.path().join("now.txt"), bytes).unwrap();
    }

    /// The next state of the file, and what it says.
    async fn next(&mut self) -> (Result<(), String>, Told) {
        let mut state = None;
        loop {
            let report = tokio::time::timeout(PATIENCE, self.reports.recv()).await.expect("no report");
            match report.expect("the thread has ended") {
                Report::Open { way: Way::File, .. } => state = Some(Ok(())),
                Report::Shut { way: Way::File, why } => state = Some(Err(why)),
                Report::Written(told) => return (state.expect("a state first"), told),
                other => panic!("{other:?}"),
            }
        }
    }

    async fn song(&mut self) -> (Option<String>, Option<String>) {
        let (state, told) = self.next().await;
        assert_eq!(state, Ok(()));
        (told.track.artist, told.track.title)
    }
}

fn song(artist: &str, title: &str) -> (Option<String>, Option<String>) {
    (Some(artist.to_owned()), Some(title.to_owned()))
}

#[tokio::test]
async fn a_file_may_appear_later_change_vanish_and_come_back() {
    let mut file = watch("{artist} - {title}", Line::First, None);
    let (state, told) = file.next().await;
    assert!(state.unwrap_err().contains("it is read as soon as another program writes it"));
    assert_eq!(told, Told::nothing());

    file.write(b"Ann - Blue\r\n");
    let (state, told) = file.next().await;
    assert_eq!((state, told.track.title.as_deref()), (Ok(()), Some("Blue")));
    assert_eq!(told.track.provenance.service, "operator");
    assert!(told.playing && told.age < Duration::from_secs(10));

    // Of the same length, and perhaps within the same tick of the drive's clock.
    file.write(b"Ann - Grey\r\n");
    assert_eq!(file.song().await, song("Ann", "Grey"));
    fs::remove_file(file.dir.path().join("now.txt")).unwrap();
    assert!(file.next().await.0.is_err());
    file.write(b"Ann - Grey\r\n");
    assert_eq!(file.song().await, song("Ann", "Grey"));
    file.write(b"");
    assert_eq!(file.next().await, (Ok(()), Told::nothing()));
}

#[tokio::test]
async fn every_encoding_is_read() {
    let texts: [&[u8]; 4] = [
        b"\xef\xbb\xbfAnn - Bl\xc3\xbce",
        b"\xff\xfeA\0n\0n\0 \0-\0 \0B\0l\0\xfc\0e\0",
        b"\xfe\xff\0A\0n\0n\0 \0-\0 \0B\0l\0\xfc\0e",
        b"Ann - Bl\xfce",
    ];
    for text in texts {
        let mut file = watch("{artist} - {title}", Line::First, Some(text));
        assert_eq!(file.song().await, song("Ann", "Blüe"));
    }
}

#[tokio::test]
async fn a_list_that_grows_is_read_at_its_end_and_positions_are_taken() {
    let mut file = watch("{_} {artist} - {title}|{position}", Line::Last, Some(b"20:01 Ann - Blue|1:00\n"));
    assert_eq!(file.song().await, song("Ann", "Blue"));
    file.write(b"20:01 Ann - Blue|1:00\n20:05 Bob - Red|0:07\n");
    let (_, told) = file.next().await;
    assert_eq!((told.track.title.as_deref(), told.position_s), (Some("Red"), Some(7.0)));
}

#[tokio::test]
async fn what_is_no_file_or_too_large_is_said() {
    let mut file = watch("{title}", Line::First, Some(&vec![b'x'; 1024 * 1024 + 1]));
    let (state, told) = file.next().await;
    assert!(state.unwrap_err().contains("more than 1048576"));
    assert_eq!(told, Told::nothing());
    fs::remove_file(file.dir.path().join("now.txt")).unwrap();
    fs::create_dir(file.dir.path().join("now.txt")).unwrap();
    let is_directory =
        async { while !file.next().await.0.is_err_and(|why| why.contains("it is no file")) {} };
    tokio::time::timeout(PATIENCE, is_directory).await.expect("the folder is noticed");
}

#[test]
fn only_a_file_that_was_written_lately_says_when_its_track_began() {
    let ago =
        |s: u64| UNIX_EPOCH + Duration::from_secs_f64(component::time::unix_s()) - Duration::from_secs(s);
    assert!((age(ago(90)).as_secs_f64() - 90.0).abs() < 5.0);
    assert_eq!(age(ago(7 * 3600)), Duration::ZERO);
    assert_eq!(age(ago(0) + Duration::from_secs(100)), Duration::ZERO);
}
