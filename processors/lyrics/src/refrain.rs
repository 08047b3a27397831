//! Refrains: blocks of lines that come again, and single lines that come often.
//!
//! Lines are the same when letters and digits are, whatever case and punctuation say. The block that covers most
//! lines by its repetitions is taken first, then the next among what is left: so a bridge between verse and
//! refrain that also comes again is a block of its own. Single lines come last. Empty lines are no part of it.

use schemas::lyrics::DocumentLine;

use crate::text::bare;

/// Lines that are looked at; the search takes time with their square.
pub const MAX_SEARCHED: usize = 300;
/// Longest block. What is longer is a song sung twice.
const MAX_BLOCK: usize = 16;
/// Most different refrains of a song.
const MAX_REFRAINS: usize = 8;
/// So often comes a single line that is a refrain by itself.
const OFTEN: usize = 3;

/// Marks the lines that belong to a refrain, and which occurrence of it they are in, from 1.
pub fn mark(lines: &mut [DocumentLine]) {
    let mut search = Search::new(lines);
    for _ in 0..MAX_REFRAINS {
        let Some(block) = search.best() else { break };
        for (occurrence, start) in (1..).zip(&block.starts) {
            for place in *start..start + block.length {
                search.taken[place] = true;
                let line = &mut lines[search.rows[place]];
                (line.refrain, line.occurrence) = (Some(true), Some(occurrence));
            }
        }
    }
}

struct Block {
    length: usize,
    starts: Vec<usize>,
}

impl Block {
    /// Lines that one would not have to learn again.
    fn saves(&self) -> usize {
        self.starts.len().saturating_sub(1) * self.length
    }

    /// Blocks before single lines, however often these come; then what saves most; of equals the longest.
    fn weight(&self) -> (bool, usize, usize) {
        (self.length > 1, self.saves(), self.length)
    }

    fn is_refrain(&self) -> bool {
        self.starts.len() >= if self.length == 1 { OFTEN } else { 2 }
    }
}

struct Search {
    /// Numbers of the lines that have words.
    rows: Vec<usize>,
    /// The same number for the same words.
    kinds: Vec<usize>,
    taken: Vec<bool>,
}

impl Search {
    fn new(lines: &[DocumentLine]) -> Search {
        let mut known = std::collections::HashMap::new();
        let (mut rows, mut kinds) = (Vec::new(), Vec::new());
        for (row, line) in lines.iter().enumerate() {
            let words = bare(&line.text);
            if !words.is_empty() && rows.len() < MAX_SEARCHED {
                let next = known.len();
                kinds.push(*known.entry(words).or_insert(next));
                rows.push(row);
            }
        }
        let taken = vec![false; rows.len()];
        Search { rows, kinds, taken }
    }

    /// The weightiest block; of equals, the first.
    fn best(&self) -> Option<Block> {
        let mut best: Option<Block> = None;
        for start in 0..self.kinds.len() {
            let shared = self.shared(start);
            let mut lengths: Vec<usize> = shared.iter().map(|(_, length)| *length).collect();
            lengths.sort_unstable();
            lengths.dedup();
            for length in lengths {
                let block = self.block(start, length, &shared);
                let better = best.as_ref().is_none_or(|b| block.weight() > b.weight());
                if block.is_refrain() && better {
                    best = Some(block);
                }
            }
        }
        best
    }

    /// Later places and how many lines from there are the same as from `start`, as far as none is taken.
    fn shared(&self, start: usize) -> Vec<(usize, usize)> {
        let same = |other: usize| {
            let most = MAX_BLOCK.min(other - start).min(self.kinds.len() - other);
            (0..most)
                .take_while(|n| {
                    let (a, b) = (start + n, other + n);
                    self.kinds[a] == self.kinds[b] && !self.taken[a] && !self.taken[b]
                })
                .count()
        };
        (start + 1..self.kinds.len())
            .map(|other| (other, same(other)))
            .filter(|(_, length)| *length > 0)
            .collect()
    }

    fn block(&self, start: usize, length: usize, shared: &[(usize, usize)]) -> Block {
        let mut starts = vec![start];
        let mut free = start + length;
        for (other, _) in shared.iter().filter(|(_, same)| *same >= length) {
            if *other >= free {
                starts.push(*other);
                free = other + length;
            }
        }
        Block { length, starts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Lyrics;

    /// Each line as its occurrence, 0 where it is no refrain.
    fn marks(text: &str) -> Vec<u32> {
        let mut lines = Lyrics::from_text(text).unwrap().lines;
        mark(&mut lines);
        assert!(lines.iter().all(|line| line.refrain.is_some() == line.occurrence.is_some()));
        lines.iter().map(|line| line.occurrence.unwrap_or(0)).collect()
    }

    #[test]
    fn a_block_that_comes_again_is_a_refrain_whatever_its_punctuation() {
        let text = "One dawn\nHold on\nTo the night\n\nTwo dawns\nHOLD ON!\nto the night...\n\nThree\nhold on\nTo the night";
        assert_eq!(marks(text), [0, 1, 1, 0, 0, 2, 2, 0, 0, 3, 3]);
    }

    #[test]
    fn a_line_that_comes_twice_is_none_and_one_that_comes_often_is() {
        assert_eq!(marks("a\nx\nb\nx\nc"), [0, 0, 0, 0, 0]);
        assert_eq!(marks("a\nx\nb\nx\nc\nx"), [0, 1, 0, 2, 0, 3]);
    }

    #[test]
    fn the_bridge_before_the_refrain_is_a_block_of_its_own() {
        let text = "v\np\nq\nr\ns\nw\np\nq\nr\ns\nz\nr\ns\nr\ns";
        assert_eq!(marks(text), [0, 1, 1, 1, 1, 0, 2, 2, 2, 2, 0, 3, 3, 4, 4]);
    }

    #[test]
    fn other_scripts_have_refrains_too() {
        assert_eq!(marks("いち\nさくら\nはる\nに\nさくら。\nはる"), [0, 1, 1, 0, 2, 2]);
    }

    #[test]
    fn a_hostile_song_is_searched_as_far_as_is_sensible() {
        let text = "la\n".repeat(2000);
        let found = marks(&text);
        assert!(found[0] == 1 && found[MAX_SEARCHED..].iter().all(|mark| *mark == 0));
    }
}
