//! The tables of styles, and drawing from them.

use std::sync::OnceLock;

use crate::{random::Random, style::Style};

mod basics;
mod broken;
mod club;
mod latin;
mod quiet;
mod rock;
mod song;
mod swing;
mod unheard;

const TABLES: [&[Style]; 9] = [
    club::STYLES,
    broken::STYLES,
    rock::STYLES,
    song::STYLES,
    swing::STYLES,
    latin::STYLES,
    quiet::STYLES,
    basics::STYLES,
    unheard::STYLES,
];

/// Every style.
pub(crate) fn all() -> impl Iterator<Item = &'static Style> + Clone {
    TABLES.into_iter().flatten()
}

/// One of them, by weight.
pub(crate) fn draw(random: &mut Random) -> &'static Style {
    let index = random.weighted(all().map(|style| style.weight));
    all().nth(index).unwrap_or(&club::STYLES[0])
}

/// The one of this name.
pub(crate) fn named(name: &str) -> Option<&'static Style> {
    all().find(|style| style.name == name)
}

/// Their names.
pub(crate) fn names() -> &'static [&'static str] {
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| all().map(|style| style.name).collect())
}

/// Names of those that are drawn by name alone.
pub(crate) fn unheard() -> Vec<&'static str> {
    unheard::STYLES.iter().map(|style| style.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{kit::LETTERS, pattern::lines};

    #[test]
    fn every_row_can_be_read() {
        let mut wrong = Vec::new();
        for style in all() {
            let bar = style.beats as usize * style.steps;
            for text in style.grooves.iter().chain(style.tops) {
                let whole = text.split_whitespace().count() == lines(text).count();
                let known = |letter| LETTERS.contains(&letter);
                let good = |pattern: &[u8]| pattern.iter().all(|c| b"XxogR?%dtq.".contains(c));
                if !whole || !lines(text).all(|(l, p)| known(l) && good(p) && fits(p.len(), bar)) {
                    wrong.push((style.name, *text));
                }
            }
            for figure in style.bass.iter().chain(style.comp) {
                if !figure.bytes().all(|c| b"rR358wxXuabm?_.".contains(&c)) || !fits(figure.len(), bar) {
                    wrong.push((style.name, *figure));
                }
            }
            let any = style.grooves.len() + style.tops.len() + style.bass.len() + style.comp.len();
            assert!(any + style.lead as usize > 0 && style.bpm.0 <= style.bpm.1, "{}", style.name);
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    /// A pattern divides a bar or fills whole bars.
    fn fits(length: usize, bar: usize) -> bool {
        bar.is_multiple_of(length) || length.is_multiple_of(bar)
    }

    #[test]
    fn what_is_for_validation_is_never_drawn() {
        assert!(unheard::STYLES.len() >= 20 && unheard::STYLES.iter().all(|style| style.weight == 0));
        assert!(all().filter(|style| style.weight == 0).count() == unheard::STYLES.len());
        let mut random = Random::new(5);
        assert!((0..2_000).all(|_| draw(&mut random).weight > 0));
    }

    #[test]
    fn names_differ() {
        let mut names = names().to_vec();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert!(names.len() == count && count >= 40, "{count}");
    }
}
