//! Where the files lie that have a name of their own; [`super::history`] has those that are named by the day.

use std::path::{Path, PathBuf};

/// The known places: below the home folder on every system, on Windows also below the local application data (where
/// VirtualDJ 2021 and newer keep their folder), and one that everybody may write to.
pub fn known(home: Option<&Path>, local_data: Option<&Path>, temporary: &Path) -> Vec<PathBuf> {
    let below_home = [
        "Library/Application Support/VirtualDJ/History/tracklist.txt",
        "Documents/VirtualDJ/History/tracklist.txt",
        "Documents/VirtualDJ/History/now_playing.txt",
        "Documents/VirtualDJ/now_playing.txt",
        "Music/VirtualDJ/now_playing.txt",
    ];
    let below_data = ["VirtualDJ/History/tracklist.txt", "VirtualDJ/History/now_playing.txt"];
    let mut places: Vec<PathBuf> =
        home.iter().flat_map(|home| below_home.map(|place| home.join(place))).collect();
    places.extend(local_data.iter().flat_map(|data| below_data.map(|place| data.join(place))));
    places.push(temporary.join("virtualdj_now_playing.txt"));
    places
}

/// The places in a folder of VirtualDJ's choice.
pub fn below(history: &Path) -> Vec<PathBuf> {
    ["tracklist.txt", "now_playing.txt"].map(|place| history.join(place)).into()
}

/// The known places of this user on this machine.
pub fn here() -> Vec<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = folder("HOME").or_else(|| folder("USERPROFILE"));
    known(home.as_deref(), folder("LOCALAPPDATA").as_deref(), &std::env::temp_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_places_are_named() {
        let places = known(Some(Path::new("h")), Some(Path::new("d")), Path::new("t"));
        assert_eq!(places.len(), 8);
        assert!(places.contains(&PathBuf::from("h/Documents/VirtualDJ/History/tracklist.txt")));
        assert!(places.contains(&PathBuf::from("t/virtualdj_now_playing.txt")));
        assert_eq!(known(None, None, Path::new("t")).len(), 1);
    }
}
