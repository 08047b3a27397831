//! Clients that nobody here wrote: nats-py as a viewer, without a key.

use std::time::Duration;

use anyhow::{Result, ensure};
use testkit::osc::Receiver;
use testkit::python;

use super::show;
use crate::support::show::SHIPPED;

/// Prints five messages of `vj.beat.>`, tries to inject one, and lists the services.
const VIEWER: &str = r#"
import asyncio, json, sys, nats

async def main():
    refused = asyncio.Event()
    async def on_error(e):
        if "ermissions" in str(e): refused.set()
    nc = await nats.connect(sys.argv[1], error_cb=on_error)
    sub = await nc.subscribe("vj.beat.>")
    for _ in range(5):
        msg = await sub.next_msg(timeout=30)
        json.loads(msg.data)
        print("beat", msg.subject, msg.headers.get("Content-Type"))
    await nc.publish("vj.beat.tick.room", b"{}")
    await nc.flush()
    await asyncio.wait_for(refused.wait(), 10)
    print("injection refused")
    inbox = nc.new_inbox()
    replies = await nc.subscribe(inbox)
    await nc.publish("$SRV.INFO", b"", reply=inbox)
    try:
        while True:
            reply = json.loads((await replies.next_msg(timeout=2)).data)
            print("service", reply["name"], reply["version"], reply["metadata"]["instance"])
    except nats.errors.TimeoutError:
        pass
    await nc.close()

asyncio.run(main())
"#;

#[test]
fn nats_py_reads_beats_without_a_key_injects_nothing_and_lists_the_components() -> Result<()> {
    let receiver = Receiver::start()?;
    let mut show = show("source = \"demo\"", receiver.port())?;
    show.up()?;
    let url = show.url();
    let done = python::program(VIEWER, &["nats"])?.arg(url).run(Duration::from_secs(60))?;
    ensure!(done.status.success(), "{}\n{}", done.stdout, done.stderr);
    ensure!(done.stdout.matches("beat vj.beat.").count() == 5, "{}", done.stdout);
    ensure!(done.stdout.contains("injection refused"), "the injection was not refused: {}", done.stdout);
    for instance in SHIPPED.into_iter().chain(["supervisor"]) {
        ensure!(done.stdout.contains(&format!(" {instance}\n")), "{instance} is not listed: {}", done.stdout);
    }
    show.down()
}
