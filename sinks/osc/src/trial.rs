//! Trying a target file before the show: is it right, and does the receiver hear it?

use std::sync::Arc;
use std::time::{Duration, Instant};

use rosc::OscMessage;
use schemas::Name;
use schemas::osc::Out;

use crate::mapping::Target;
use crate::send::{Destination, Mirror, json};
use crate::target::Mistake;

// A name server that has not answered by then is down, as far as a user at a prompt is concerned.
const LOOK_UP: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(10);

/// Why a trial sent nothing.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The file has mistakes.
    #[error("the target file has {} mistakes, the first is in {}", .0.len(), .0.first().map_or_else(String::new, ToString::to_string))]
    Mistakes(Vec<Mistake>),
    /// The address is wrong or its host unknown.
    #[error("{0}")]
    Address(String),
}

/// Every mistake in a target file, in the order of its lines; empty when it is right.
pub fn check_target(text: &str) -> Vec<Mistake> {
    Target::compile(text).err().unwrap_or_default()
}

/// Sends an example of each mapping to `address` (that of the file when `None`), whatever its
/// condition says, and what was sent is returned. Waits for the releases, so not for an async task.
///
/// # Errors
/// When the file has mistakes or the host is not known.
pub fn test_target(text: &str, address: Option<&str>) -> Result<Vec<Out>, TrialError> {
    let target = Target::compile(text).map_err(TrialError::Mistakes)?;
    let address = address.unwrap_or(&target.address);
    crate::send::check_address(address).map_err(TrialError::Address)?;
    let (mirror, _nobody_watches) = Mirror::new();
    let destination = Destination::new(Name::main(), address, target.bundle, Arc::new(mirror));
    let deadline = Instant::now() + LOOK_UP;
    while !destination.is_resolved() {
        if Instant::now() > deadline {
            return Err(TrialError::Address(format!(
                "the host of {address} is not known: check the name, or write its number"
            )));
        }
        std::thread::sleep(POLL);
    }
    let mut sent = Vec::new();
    for mapping in &target.mappings {
        if let Some(message) = mapping.example() {
            send(&destination, message, &mut sent);
        }
    }
    let mut releases: Vec<_> =
        target.mappings.iter().filter_map(|m| Some((m, m.release.as_ref()?))).collect();
    releases.sort_by_key(|(_, release)| release.after_ns);
    let first = Instant::now();
    for (mapping, release) in releases {
        let due = first + Duration::from_nanos(u64::try_from(release.after_ns).unwrap_or(0));
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let addr = mapping.address.clone();
        send(&destination, OscMessage { addr, args: release.args.clone() }, &mut sent);
    }
    Ok(sent)
}

fn send(destination: &Destination, message: OscMessage, sent: &mut Vec<Out>) {
    sent.push(Out { address: message.addr.clone(), args: message.args.iter().map(json).collect() });
    destination.send(&[message]);
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;
    use crate::target::SHIPPED;

    #[test]
    fn an_example_of_each_mapping_arrives_and_triggers_are_released() {
        let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
        receiver.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let address = receiver.local_addr().unwrap().to_string();
        let sent = test_target(SHIPPED[3].1, Some(&address)).unwrap();
        let mut buffer = [0; 2000];
        for out in &sent {
            let length = receiver.recv(&mut buffer).unwrap();
            let (_, packet) = rosc::decoder::decode_udp(&buffer[..length]).unwrap();
            let rosc::OscPacket::Message(message) = packet else { panic!("a bundle") };
            assert_eq!(message.addr, out.address);
        }
        assert_eq!(sent.last().unwrap().address, "/composition/tempocontroller/resync");
        assert_eq!(sent.last().unwrap().args, [serde_json::json!(0)]);
    }

    #[test]
    fn mistakes_and_addresses_are_told_apart() {
        assert!(matches!(test_target("", None), Err(TrialError::Mistakes(_))));
        assert!(matches!(test_target(SHIPPED[1].1, Some("nowhere")), Err(TrialError::Address(_))));
        assert_eq!(check_target(SHIPPED[1].1), []);
        assert!(!check_target("title = 1").is_empty());
    }

    #[test]
    fn receivers_that_nobody_here_wrote_decode_every_shipped_target() {
        const PATIENCE: Duration = Duration::from_secs(20);
        let (dump, python) =
            (testkit::osc::Dump::start().unwrap(), testkit::osc::PythonOsc::start().unwrap());
        for (name, text) in SHIPPED {
            let before = dump.lines().len();
            let sent = test_target(text, Some(&format!("127.0.0.1:{}", dump.port()))).unwrap();
            let all = || (dump.lines().len() >= before + sent.len()).then_some(());
            testkit::wait_for(PATIENCE, &format!("oscdump prints all of {name}"), all).unwrap();
            let mut addresses: Vec<_> =
                dump.lines()[before..].iter().map(|line| line.address.clone()).collect();
            let mut wanted: Vec<_> = sent.into_iter().map(|out| out.address).collect();
            addresses.sort();
            wanted.sort();
            assert_eq!(addresses, wanted, "{name}");
            test_target(text, Some(&format!("127.0.0.1:{}", python.port()))).unwrap();
            for address in wanted {
                python.wait_for_count(PATIENCE, &address, 1).unwrap();
            }
        }
    }
}
