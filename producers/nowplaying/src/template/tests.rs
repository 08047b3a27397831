//! Templates and the texts that they read.

use proptest::prelude::*;

use super::*;

fn read(template: &str, text: &str) -> Option<(Option<String>, Option<String>)> {
    reading(template, text, false).map(|r| (r.song.artist, r.song.title))
}

fn reading(template: &str, text: &str, last: bool) -> Option<Reading> {
    Template::parse(template).unwrap().read(text, last)
}

fn song(artist: &str, title: &str) -> Option<(Option<String>, Option<String>)> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Some((some(artist), some(title)))
}

#[test]
fn literals_separate() {
    assert_eq!(read("{artist} - {title}", "Ann - Blue - Live"), song("Ann", "Blue - Live"));
    assert_eq!(read("Now: {title} by {artist}!", "Now: Blue by Ann!"), song("Ann", "Blue"));
    assert_eq!(read("{title} [on air]", "Blue [on air] [on air]"), song("", "Blue [on air]"));
    assert_eq!(read("{{{title}}}", "{Blue}"), song("", "Blue"));
    assert_eq!(read("{_}|{title}|{_}", "12:04|Blue|x"), song("", "Blue"));
}

#[test]
fn a_part_may_be_missing() {
    assert_eq!(read("{artist} - {title}", "Blue"), song("", "Blue"));
    assert_eq!(read("{artist} - {title}", " - Blue"), song("", "Blue"));
    assert_eq!(read("{artist} - {title}", "Ann - "), song("", "Ann"));
    assert_eq!(read("{artist} - {title} ({album})", "Ann - Blue"), song("Ann", "Blue"));
    assert_eq!(read("{title} [on air]", "Blue"), song("", "Blue"));
    assert_eq!(read("{artist} - {title}", ""), None);
    assert_eq!(read("{artist} - {title}", " \r\n "), None);
    assert_eq!(read("{artist} - {title}", " - "), None);
}

#[test]
fn what_stands_before_the_first_placeholder_must_be_there() {
    assert_eq!(read("Playing: {title}", "Stopped"), None);
    assert_eq!(read("Playing: {title}", "Playing: "), None);
    assert_eq!(read("  {title}", "Blue"), song("", "Blue"));
}

#[test]
fn a_text_of_several_lines_is_read_by_a_template_of_several() {
    assert_eq!(read("{title}\n{artist}", "Blue\r\nAnn\r\n"), song("Ann", "Blue"));
    assert_eq!(read("{title}\r\n{artist}", "\nBlue\rAnn"), song("Ann", "Blue"));
    assert_eq!(read("{artist} - {title}", "Ann - Blue\nanything else"), song("Ann", "Blue"));
}

#[test]
fn the_last_line_wins_where_a_list_grows() {
    let list = "20:01 Ann - Blue\n20:05 Bob - Red\n\n";
    let last = reading("{_} {artist} - {title}", list, true).unwrap();
    assert_eq!(last.song, Song { artist: Some("Bob".into()), title: Some("Red".into()) });
    let pairs = reading("{title}\n{artist}", "Blue\nAnn\nRed\nBob\n", true).unwrap();
    assert_eq!(pairs.song, last.song);
}

#[test]
fn times_are_read_in_every_usual_form() {
    let cases = [("225", 225.0), ("3:45", 225.0), ("1:02:03.5", 3_723.5), ("03:45", 225.0), (" 0:07 ", 7.0)];
    for (text, expected) in cases {
        let read = reading("{title}|{position}|{duration}", &format!("Blue|{text}|{text}"), false).unwrap();
        assert_eq!((read.position_s, read.duration_s), (Some(expected), Some(expected)), "{text}");
    }
    for text in ["", "x", "-3", "3:75", "1:2:3:4", "NaN", "inf", "1e9", "99999999", "3:", "0"] {
        let read = reading("{title}|{duration}", &format!("Blue|{text}"), false).unwrap();
        assert_eq!(read.duration_s, None, "{text}");
    }
}

#[test]
fn a_template_that_cannot_be_used_says_what_would_be_right() {
    let wrong = |text: &str| Template::parse(text).unwrap_err().to_string();
    assert!(wrong("{artist}").contains("{title} is missing"));
    assert!(wrong("").contains("{title} is missing"));
    assert!(wrong("{name} {title}").contains("“{name}” is no placeholder: use {artist}"));
    assert!(wrong("{title").contains("write {{"));
    assert!(wrong("{title} {title}").contains("twice"));
    assert!(wrong("{artist}{title}").contains("between {artist} and"));
    assert!(wrong(&"x".repeat(501)).contains("500"));
}

proptest! {
    #[test]
    fn any_template_and_text_are_read_or_refused(template in "[{}a-z_ \\n-]{0,30}|\\PC{0,20}", text in ".{0,80}", last: bool) {
        if let Ok(template) = Template::parse(&template) {
            template.read(&text, last);
        }
    }

    #[test]
    fn what_is_written_by_a_template_is_read_by_it(artist in "[a-zA-Zäöü ]{1,20}", title in "\\PC{1,30}") {
        prop_assume!(clean(&artist).is_some() && clean(&title).is_some());
        let read = reading("[{artist} - {title}]", &format!("[{artist} - {title}]"), false);
        let read = read.unwrap();
        prop_assert_eq!(read.song, Song { artist: clean(&artist), title: clean(&title) });
    }
}
