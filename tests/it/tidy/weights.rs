//! Weights that are shipped are those that the model card describes.

use std::fs;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::{none, read, root};

const FOLDER: &str = "crates/dsp/src/rhythm/weights";
const CARD: &str = "ear/README.md";
/// Of each file: people clone this.
const LARGEST_BYTES: usize = 1 << 20;

#[test]
fn the_model_card_names_the_weights_that_are_shipped() {
    let (card, mut offences) = (read(CARD.as_ref()), Vec::new());
    for name in ["learned.safetensors", "native.safetensors"] {
        let bytes = fs::read(root().join(FOLDER).join(name)).unwrap();
        let hash = HEXLOWER.encode(&Sha256::digest(&bytes));
        if !card.contains(&hash) {
            offences.push(format!("{CARD} does not say that {name} is {hash}"));
        }
        if bytes.len() > LARGEST_BYTES {
            offences.push(format!("{name} has {} bytes", bytes.len()));
        }
    }
    none("weights can be traced to their training", &offences);
}
