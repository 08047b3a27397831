//! How components wait.

use super::{none, sources};

/// How `wait` of a component begins, and how a function of a type ends.
const BEGINS: &str = "async fn wait(&mut self) {";
const ENDS: &str = "\n    }\n";

#[test]
fn no_timer_of_a_component_begins_anew_with_every_message() {
    let (mut offences, mut seen) = (Vec::new(), 0);
    for source in sources() {
        for body in source.text.split(BEGINS).skip(1).filter_map(|rest| rest.split(ENDS).next()) {
            seen += 1;
            if body.split("sleep(").skip(1).filter_map(|call| call.split(')').next()).any(is_constant) {
                offences.push(format!("{}: {}", source.path, body.trim()));
            }
        }
    }
    assert!(seen >= 10, "the components are found");
    none(
        "`wait` is dropped with every message: it ticks by `every`, or sleeps until a remembered instant",
        &offences,
    );
}

fn is_constant(argument: &str) -> bool {
    argument.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
