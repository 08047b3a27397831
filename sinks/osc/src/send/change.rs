//! Whether a value has changed enough to be worth sending.

use rosc::OscType;

/// Whether any argument differs: a number by more than `deadband`, anything else at all.
pub(crate) fn changed(before: &[OscType], after: &[OscType], deadband: f64) -> bool {
    let differs = |(before, after): (&OscType, &OscType)| match (before, after) {
        (OscType::Float(before), OscType::Float(after)) => f64::from((before - after).abs()) > deadband,
        (OscType::Int(before), OscType::Int(after)) => f64::from(before.abs_diff(*after)) > deadband,
        (before, after) => before != after,
    };
    before.len() != after.len() || before.iter().zip(after).any(differs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_deadband_and_text_has_none() {
        let f = |x| vec![OscType::Float(x)];
        assert!(!changed(&f(0.5), &f(0.505), 0.01));
        assert!(changed(&f(0.5), &f(0.52), 0.01));
        assert!(!changed(&f(0.5), &f(0.5), 0.0));
        assert!(changed(&[OscType::Int(i32::MIN)], &[OscType::Int(i32::MAX)], 3.0));
        assert!(changed(&["a".into()], &["b".into()], 9.0));
        assert!(changed(&f(0.5), &[], 9.0));
    }
}
