//! Files that are no ear are refused, with the reason; the confidence says what its trainer says.

use proptest::prelude::*;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors, serialize};

use super::*;
use crate::rhythm::confidence::EVIDENCE;

const BEATS: usize = 64;

type Raw = (Dtype, Vec<usize>, Vec<u8>);

// The shipped ear, with its tensors changed or left out.
fn rewritten(change: impl Fn(&str, Raw) -> Option<Raw>) -> Vec<u8> {
    let shipped = SafeTensors::deserialize(LEARNED).unwrap();
    let kept = shipped.tensors().into_iter().filter_map(|(name, view)| {
        let raw = change(&name, (view.dtype(), view.shape().to_vec(), view.data().to_vec()))?;
        Some((name, raw))
    });
    let kept: Vec<_> = kept.collect();
    let views = kept.iter().map(|(name, (kind, shape, data))| {
        (name.clone(), TensorView::new(*kind, shape.clone(), data).unwrap())
    });
    serialize(views.collect::<Vec<_>>(), None).unwrap()
}

// The same with one tensor changed or left out.
fn changed(name: &str, by: Option<Raw>) -> Vec<u8> {
    rewritten(|other, raw| if other == name { by.clone() } else { Some(raw) })
}

fn refusal(bytes: &[u8]) -> String {
    Weights::read(bytes).expect_err("refused").to_string()
}

#[test]
fn what_is_no_ear_is_refused_with_the_reason() {
    assert!(refusal(b"{}").contains("no safetensors file"));
    assert!(refusal(&LEARNED[..LEARNED.len() / 2]).contains("no safetensors file"));
    assert!(refusal(&vec![0; LARGEST_BYTES + 1]).contains("bytes are no ear"));
    let missing = changed("metre.0.input.bias", None);
    assert!(refusal(&missing).contains("metre.0.input.bias is missing"), "{}", refusal(&missing));
    let narrow = changed("metre.0.outer.bias", Some((Dtype::F32, vec![2], vec![0; 8])));
    let told = refusal(&narrow);
    assert!(told.contains("metre.0.outer.bias is [2]") && told.contains("[26]"), "{told}");
    let whole = refusal(&changed("metre.0.outer.bias", Some((Dtype::I16, vec![26], vec![0; 52]))));
    assert!(whole.contains("metre.0.outer.bias") && whole.contains("floats of 16 or 32 bits"), "{whole}");
    let astray = changed("metre.prior", Some((Dtype::F32, vec![6], f32::NAN.to_le_bytes().repeat(6))));
    assert!(refusal(&astray).contains("metre.prior has a weight that is no number"), "{}", refusal(&astray));
    assert!(Weights::read(&changed("", None)).is_ok());
}

#[test]
fn weights_of_32_bits_say_the_same_as_of_16() {
    let wider = rewritten(|_, (kind, shape, data)| match kind {
        Dtype::F16 => {
            let halves = data.chunks_exact(2).map(|b| half::f16::from_le_bytes([b[0], b[1]]));
            Some((Dtype::F32, shape, halves.flat_map(|half| half.to_f32().to_le_bytes()).collect()))
        }
        _ => Some((kind, shape, data)),
    });
    assert!(wider.len() > LEARNED.len() * 3 / 2);
    let (wider, shipped) = (Weights::read(&wider).unwrap(), Weights::learned().unwrap());
    let evidence = std::array::from_fn(|n| (n as f32).sin());
    assert!((wider.confidence.of(&evidence) - shipped.confidence.of(&evidence)).abs() < 1e-9);
}

#[test]
fn the_confidence_says_what_its_trainer_says() {
    let vectors: [(_, &[u8]); 2] = [
        (Weights::learned().unwrap(), include_bytes!("learned.vector.safetensors")),
        (Weights::native().unwrap(), include_bytes!("native.vector.safetensors")),
    ];
    for (weights, vector) in vectors {
        let vector = Tensors::read(vector).unwrap();
        let evidence = vector.numbers("evidence", &[BEATS, EVIDENCE]).unwrap();
        let truth = vector.numbers("confidence", &[BEATS]).unwrap();
        for (evidence, truth) in evidence.chunks_exact(EVIDENCE).zip(truth) {
            let said = weights.confidence.of(evidence.try_into().unwrap());
            assert!((said - truth).abs() < 1e-4, "{said} for {truth}");
        }
    }
}

proptest! {
    // The head says where the tensors lie and how large they are.
    #[test]
    fn a_damaged_file_is_read_or_refused(at in 0usize..4000, byte: u8, length in 0usize..9000) {
        let mut damaged = LEARNED[..length.max(LEARNED.len() - length)].to_vec();
        damaged[at] = byte;
        let _either = Weights::read(&damaged);
    }
}
