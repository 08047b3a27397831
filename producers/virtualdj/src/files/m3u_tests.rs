//! Histories as VirtualDJ writes them, cut short, and hostile.

use proptest::prelude::*;

use super::*;

const SUMMER: &str = "#EXTVDJ:<time>21:05</time><lastplaytime>1622487913</lastplaytime><filesize>9744561</filesize>\
    <artist>Calvin Harris</artist><title>Summer</title><songlength>224.522</songlength>\r\nC:\\Music\\Summer.mp3\r\n";
const BUDDY: &str = "#EXTVDJ:<time>21:09</time><lastplaytime>1622488150</lastplaytime><artist>J. Period</artist>\
    <title>Buddy &amp; Co</title><remix>feat. De La Soul</remix>\r\nnetsearch://dz715352532\r\n";

fn title(text: &str) -> Option<(String, bool)> {
    last(text).map(|(entry, ended)| (entry.title, ended))
}

fn entry(fields: &str) -> Entry {
    last(&format!("#EXTVDJ:{fields}\n/a.mp3\n")).unwrap().0
}

#[test]
fn the_last_entry_wins_with_all_that_it_tells() {
    let wanted = Entry {
        time: Some("21:05".into()),
        played_unix_s: Some(1_622_487_913),
        artist: Some("Calvin Harris".into()),
        title: "Summer".into(),
        duration_s: Some(224.522),
        place: Some(("path", r"C:\Music\Summer.mp3".into())),
    };
    assert_eq!(last(&format!("\u{feff}#EXTM3U\r\n{SUMMER}")), Some((wanted, true)));
    let (entry, ended) = last(&format!("{SUMMER}{BUDDY}\r\n")).unwrap();
    assert_eq!((entry.title.as_str(), ended), ("Buddy & Co (feat. De La Soul)", true));
    assert_eq!(entry.place, Some(("url", "netsearch://dz715352532".into())));
    assert_eq!(entry.duration_s, None);
}

#[test]
fn at_every_byte_the_entry_that_is_being_written_is_not_whole() {
    let both = format!("{SUMMER}{BUDDY}");
    for end in SUMMER.len()..both.len() - 1 {
        let (entry, ended) = last(&both[..end]).unwrap();
        assert!(ended == (entry.title == "Summer"), "{ended} {} at {end}", entry.title);
    }
    assert_eq!(title(&both), Some(("Buddy & Co (feat. De La Soul)".into(), true)));
}

#[test]
fn a_remix_is_shown_once() {
    let shown =
        |title: &str, remix: &str| entry(&format!("<title>{title}</title><remix>{remix}</remix>")).title;
    assert_eq!(shown("Move", "Extended Mix"), "Move (Extended Mix)");
    assert_eq!(shown("Bangarang (ChillPanic Remix)", "chillpanic remix"), "Bangarang (ChillPanic Remix)");
    assert_eq!(shown("Move [Edit]", "Edit"), "Move [Edit]");
    assert_eq!(shown("Move - Edit", "Edit"), "Move - Edit");
    assert_eq!(shown("Credit", "Edit"), "Credit (Edit)");
    assert_eq!(shown("Move", " "), "Move");
}

#[test]
fn without_tags_the_file_has_a_name() {
    let named = |text: &str| last(text).map(|(entry, _)| (entry.artist, entry.title));
    let gala = Some((Some("Gala".into()), "Freed from Desire".into()));
    assert_eq!(named("#EXTM3U\n/music/Gala - Freed from Desire.mp3\n"), gala);
    assert_eq!(named("#EXTVDJ:<filesize>5</filesize>\nD:\\90s\\Gala - Freed from Desire.flac\n"), gala);
    assert_eq!(named("\\\\nas\\music\\Intro\n"), Some((None, "Intro".into())));
    assert_eq!(named("netsearch://dz1\n"), None, "a number is no title");
}

#[test]
fn numbers_that_cannot_be_are_not_known() {
    let fields = |played: &str, length: &str| {
        let entry = entry(&format!(
            "<title>T</title><lastplaytime>{played}</lastplaytime><songlength>{length}</songlength>"
        ));
        (entry.played_unix_s, entry.duration_s)
    };
    assert_eq!(fields("1622487913", "215.3"), (Some(1_622_487_913), Some(215.3)));
    for (played, length) in [("0", "0"), ("-5", "-1"), ("soon", "NaN"), ("", "inf"), ("1e9", "1e9")] {
        assert_eq!(fields(played, length), (None, None), "{played} {length}");
    }
}

#[test]
fn what_is_no_history_names_nothing() {
    let long = format!("/{}\n", "x".repeat(PLACE_MAX_BYTES));
    let texts =
        ["", "\u{feff}", "#EXTVDJ:", "#EXTVDJ:<title></title>\n", "#EXTINF:1,A - B\n", "ÿØÿà\0JFIF", &long];
    for text in texts {
        assert_eq!(last(text), None, "{text:?}");
    }
    let long = format!("#EXTVDJ:<title>{}</title>\n/{}\n", "y".repeat(9000), "x".repeat(PLACE_MAX_BYTES));
    let (entry, ended) = last(&long).unwrap();
    assert_eq!((entry.title.len(), entry.place, ended), (foreign::NAME_CHARS, None, false));
    let (entry, _) = last("#EXTVDJ:<title>a&#27;[2J&#x202e;b</title>\n/a\u{1b}[2J\n").unwrap();
    assert_eq!((entry.title.as_str(), entry.place), ("a[2Jb", None));
}

proptest! {
    #[test]
    fn any_text_gives_bounded_names(text in "(#EXTVDJ:|</?title>|<artist>|</artist>|<remix>|/|\n|&#x?|;|.){0,200}") {
        if let Some((entry, _)) = last(&text) {
            let artist = entry.artist.unwrap_or_default();
            for name in [&entry.title, &artist] {
                prop_assert!(!name.contains(char::is_control) && name.chars().count() <= foreign::NAME_CHARS);
            }
            prop_assert!(!entry.title.is_empty());
            prop_assert!(entry.place.is_none_or(|(_, place)| place.len() <= PLACE_MAX_BYTES));
        }
    }
}
