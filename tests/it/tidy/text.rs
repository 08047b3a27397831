//! What may stand in public text.

use super::{files, none, read};

/// Places of one person's or one build's machine. In pieces, so that this file passes its own test.
const MACHINE_PATHS: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("C:\\", "Users"),
];

#[test]
fn no_text_names_somebodys_machine() {
    let mut offences = Vec::new();
    for file in files() {
        for (n, line) in read(&file).lines().enumerate() {
            if let Some(path) = MACHINE_PATHS.iter().find(|path| line.contains(**path)) {
                offences.push(format!("{}:{}: {path}", file.display(), n + 1));
            }
        }
    }
    none("text speaks of the project alone", &offences);
}

#[test]
fn nothing_is_left_for_later() {
    let words = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("#[ig", "nore")];
    let mut offences = Vec::new();
    for source in super::sources() {
        for (n, line) in
            source.text.lines().enumerate().filter(|(_, line)| words.iter().any(|w| line.contains(w)))
        {
            offences.push(format!("{}:{}: {}", source.path, n + 1, line.trim()));
        }
    }
    none("it is done, or it is an issue", &offences);
}
