//! python-osc, which many visual tools and scripts are built on.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::follow::Follower;
use crate::process::Spawned;
use crate::python;
use crate::wait::wait_for;

/// How long Python may take to start.
const START: Duration = Duration::from_secs(30);

/// Prints its port, then one JSON object per message: address, values and the names of their types.
const SCRIPT: &str = r#"
import json
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import BlockingOSCUDPServer

def received(address, *args):
    print(json.dumps({"address": address, "args": args, "types": [type(a).__name__ for a in args]}), flush=True)

dispatcher = Dispatcher()
dispatcher.set_default_handler(received)
server = BlockingOSCUDPServer(("127.0.0.1", 0), dispatcher)
print(json.dumps({"port": server.server_address[1]}), flush=True)
server.serve_forever()
"#;

/// One message as python-osc decoded it.
#[derive(Debug, Clone, PartialEq)]
pub struct PythonMessage {
    /// When the line was read from Python, on CLOCK_MONOTONIC in nanoseconds.
    pub at_mono_ns: i64,
    /// OSC address.
    pub address: String,
    /// Values.
    pub args: Vec<Value>,
    /// Python types of the values: `int`, `float`, `str`, `bool`.
    pub types: Vec<String>,
}

/// A running receiver of python-osc.
#[derive(Debug)]
pub struct PythonOsc {
    port: u16,
    messages: Arc<Mutex<Vec<PythonMessage>>>,
    _follower: Follower,
    process: Spawned,
}

impl PythonOsc {
    /// Starts it on a free port.
    ///
    /// # Errors
    /// When python or python-osc is missing, or it does not start.
    pub fn start() -> Result<PythonOsc> {
        let mut process = python::program(SCRIPT, &["pythonosc"])?.start()?;
        let first = process.wait_for_line(START, "python-osc listens", |line| line.contains("port"))?;
        let first: Value = serde_json::from_str(&first)?;
        let port = first["port"]
            .as_u64()
            .and_then(|port| port.try_into().ok())
            .context("python-osc names no port")?;
        let messages = Arc::<Mutex<Vec<PythonMessage>>>::default();
        let into = Arc::clone(&messages);
        let follower = Follower::start(&process.stdout_path(), move |at_mono_ns, text| {
            if let Some(message) = parse(at_mono_ns, text) {
                into.lock().unwrap_or_else(PoisonError::into_inner).push(message);
            }
        })?;
        Ok(PythonOsc { port, messages, _follower: follower, process })
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// All messages so far.
    pub fn messages(&self) -> Vec<PythonMessage> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until there are `count` messages to `address`, and returns them.
    ///
    /// # Errors
    /// When there are fewer by the deadline.
    pub fn wait_for_count(
        &self,
        deadline: Duration,
        address: &str,
        count: usize,
    ) -> Result<Vec<PythonMessage>> {
        let what = format!("python-osc receives {count} messages to {address}");
        let to = || self.messages().into_iter().filter(|m| m.address == address).collect::<Vec<_>>();
        wait_for(deadline, &what, || Some(to()).filter(|found| found.len() >= count))
            .with_context(|| self.process.tail())
    }
}

fn parse(at_mono_ns: i64, text: &str) -> Option<PythonMessage> {
    let value: Value = serde_json::from_str(text).ok()?;
    Some(PythonMessage {
        at_mono_ns,
        address: value["address"].as_str()?.to_owned(),
        args: value["args"].as_array()?.clone(),
        types: value["types"].as_array()?.iter().filter_map(|t| t.as_str().map(str::to_owned)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use rosc::OscType;

    use super::*;
    use crate::osc::send;

    #[test]
    fn what_is_sent_is_decoded_by_python_with_its_types() {
        let peer = PythonOsc::start().unwrap();
        let args =
            vec![OscType::Int(7), OscType::Float(0.5), OscType::String("x".into()), OscType::Bool(true)];
        send(peer.port(), "/vj/mixed", args).unwrap();
        let message = peer.wait_for_count(Duration::from_secs(10), "/vj/mixed", 1).unwrap().remove(0);
        assert_eq!(message.types, ["int", "float", "str", "bool"]);
        assert_eq!(message.args, [Value::from(7), Value::from(0.5), Value::from("x"), Value::from(true)]);
    }
}
