//! What players are called: from the name on the bus to a player's name, and whose content it plays.

use schemas::Name;

/// What every player's name on the bus begins with.
pub const PREFIX: &str = "org.mpris.MediaPlayer2.";
/// What a player is called whose own name has no letter that we can write.
const NAMELESS: &str = "player";
/// Room for `-` and a number behind a name that is taken.
const NUMBER_LEN: usize = 4;
/// Whatever these play is Spotify's.
const SPOTIFY_PLAYERS: [&str; 6] = ["spotify", "spotifyd", "librespot", "ncspot", "psst", "spot"];

/// The short name of a player: `org.mpris.MediaPlayer2.chromium.instance123` is `chromium`. The instance is left
/// out: it is another at every start of the player.
pub fn short(bus_name: &str) -> String {
    let own = bus_name.strip_prefix(PREFIX).unwrap_or(bus_name);
    let parts: Vec<String> = own.split('.').filter(|part| !is_instance(part)).map(plain).collect();
    let short = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    if short.is_empty() { NAMELESS.to_owned() } else { short }
}

/// `<instance>-<short name>`, with a number when that is taken: the lowest that is free, from 2 on.
pub fn player(instance: &Name, short: &str, is_taken: impl Fn(&Name) -> bool) -> Option<Name> {
    let mut stem = format!("{instance}-{short}");
    stem.truncate(Name::MAX_LEN - NUMBER_LEN);
    let stem = stem.trim_end_matches('-');
    let numbered = (2..1_000).map(|number| format!("{stem}-{number}"));
    let names = std::iter::once(stem.to_owned()).chain(numbered);
    names.filter_map(|name| Name::new(name).ok()).find(|name| !is_taken(name))
}

/// Whether a player of this short name is a player of Spotify's content, e.g. `spotify`, `spotifyd`, `spotify-player`.
pub fn plays_spotify(short: &str) -> bool {
    short.starts_with("spotify-")
        || SPOTIFY_PLAYERS.iter().any(|player| short.split('-').any(|part| part == *player))
}

/// `instance123`, `instance_1_42` or `instance-42`.
fn is_instance(part: &str) -> bool {
    part.strip_prefix("instance")
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '_' | '-')))
}

/// Lower case, and one `-` for whatever is no letter or digit.
fn plain(part: &str) -> String {
    let mut plain = String::with_capacity(part.len());
    for c in part.chars().map(|c| c.to_ascii_lowercase()) {
        match c {
            'a'..='z' | '0'..='9' => plain.push(c),
            _ if !plain.ends_with('-') => plain.push('-'),
            _ => {}
        }
    }
    plain.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mpris() -> Name {
        Name::new("mpris").unwrap()
    }

    #[test]
    fn names_are_short_and_the_same_at_every_start() {
        for (bus_name, wanted) in [
            ("org.mpris.MediaPlayer2.mpv", "mpv"),
            ("org.mpris.MediaPlayer2.mpv.instance4711", "mpv"),
            ("org.mpris.MediaPlayer2.chromium.instance123", "chromium"),
            ("org.mpris.MediaPlayer2.firefox.instance_1_42", "firefox"),
            ("org.mpris.MediaPlayer2.VLC", "vlc"),
            ("org.mpris.MediaPlayer2.io.bassi.Amberol", "io-bassi-amberol"),
            ("org.mpris.MediaPlayer2.plasma-browser-integration", "plasma-browser-integration"),
            ("org.mpris.MediaPlayer2.instance7", "player"),
            ("org.mpris.MediaPlayer2.__", "player"),
        ] {
            assert_eq!(short(bus_name), wanted, "{bus_name}");
        }
    }

    #[test]
    fn a_second_player_of_the_same_name_has_the_lowest_free_number() {
        let named = |taken: &[&str]| {
            player(&mpris(), "mpv", |name| taken.contains(&name.as_str())).unwrap().to_string()
        };
        assert_eq!(named(&[]), "mpris-mpv");
        assert_eq!(named(&["mpris-mpv"]), "mpris-mpv-2");
        assert_eq!(named(&["mpris-mpv", "mpris-mpv-3"]), "mpris-mpv-2");
    }

    #[test]
    fn players_of_spotify_are_known() {
        for short in
            ["spotify", "spotifyd", "librespot", "ncspot", "psst", "spotify-player", "dev-alextren-spot"]
        {
            assert!(plays_spotify(short), "{short}");
        }
        for short in ["mpv", "spotlight", "chromium"] {
            assert!(!plays_spotify(short), "{short}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_bus_says_becomes_a_name(bus_name in ".{0,200}", instance in "[a-z][a-z0-9-]{0,47}") {
            let instance = Name::new(instance).unwrap();
            let first = player(&instance, &short(&bus_name), |_| false).unwrap();
            let second = player(&instance, &short(&bus_name), |name| *name == first).unwrap();
            prop_assert!(first != second);
        }
    }
}
