//! Processor time and memory of a show that simply plays.

use std::time::Duration;

use anyhow::{Context as _, Result};

use super::running::Show;
use crate::platform::{cpu_s, pss_bytes};
use crate::report::{Budgets, Table};

/// Time for buffers to fill and beats to be found before anything is measured.
const SETTLE: Duration = Duration::from_secs(5);
/// How long processor time is counted.
const WINDOW_S: u64 = 20;
/// Budgets: per cent of one core, and megabytes.
const CPU_MAX: f64 = 15.0;
const PSS_MAX_MB: f64 = 200.0;

/// One process.
struct Share {
    name: String,
    pid: u32,
    cpu_s: f64,
}

/// Counts for the whole pipeline; gives a table of the processes.
pub(super) fn measure(show: &Show, budgets: &mut Budgets) -> Result<Table> {
    std::thread::sleep(SETTLE);
    let before: Vec<Share> =
        processes(show)?.into_iter().map(|(name, pid)| share(name, pid)).collect::<Result<_>>()?;
    std::thread::sleep(Duration::from_secs(WINDOW_S));
    let mut table = Table::new(&["process", "% of a core", "PSS MB"]);
    let (mut cpu, mut pss_mb, mut broker) = (0.0, 0.0, (0.0, 0.0));
    for Share { name, pid, cpu_s: earlier } in before {
        let used = 100.0 * (cpu_of(&name, pid)? - earlier) / WINDOW_S as f64;
        let held_mb = pss_bytes(pid).with_context(|| format!("memory of {name} cannot be read"))? / 1e6;
        table.row([name.clone(), format!("{used:.1}"), format!("{held_mb:.1}")]);
        if name == BROKER {
            broker = (used, held_mb);
        } else {
            (cpu, pss_mb) = (cpu + used, pss_mb + held_mb);
        }
    }
    let (all_cpu, all_mb) = (cpu + broker.0, pss_mb + broker.1);
    table.row(["*all without broker*".to_owned(), format!("{cpu:.1}"), format!("{pss_mb:.1}")]);
    table.row(["*all*".to_owned(), format!("{all_cpu:.1}"), format!("{all_mb:.1}")]);
    budgets.add("CPU, without broker", format!("{cpu:.1} % of a core"), "< 15 %", cpu < CPU_MAX);
    budgets.add("CPU, with broker", format!("{all_cpu:.1} % of a core"), "< 15 %", all_cpu < CPU_MAX);
    budgets.add("memory (PSS), without broker", format!("{pss_mb:.1} MB"), "< 200 MB", pss_mb < PSS_MAX_MB);
    Ok(table)
}

const BROKER: &str = "nats-server";

fn processes(show: &Show) -> Result<Vec<(String, u32)>> {
    let mut all =
        vec![("supervisor".to_owned(), show.supervisor()), (BROKER.to_owned(), show.broker()?.identity.pid)];
    all.extend(show.instances().into_iter().map(|record| (record.key, record.identity.pid)));
    Ok(all)
}

fn share(name: String, pid: u32) -> Result<Share> {
    Ok(Share { cpu_s: cpu_of(&name, pid)?, name, pid })
}

fn cpu_of(name: &str, pid: u32) -> Result<f64> {
    cpu_s(pid).with_context(|| {
        format!("processor time of {name} cannot be read: did it end, or is this not Linux?")
    })
}
