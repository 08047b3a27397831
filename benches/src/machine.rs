//! What the figures were taken on: without it they mean nothing.

use std::fs;

use crate::report::Table;

/// Date and machine, read when the run begins.
#[derive(Debug)]
pub(crate) struct Machine {
    date: String,
    cpu: String,
    cores: usize,
    kernel: String,
    load_before: String,
}

impl Machine {
    /// Reads it from the operating system; unknown on systems without `/proc`.
    pub(crate) fn read() -> Machine {
        let uname = rustix::system::uname();
        Machine {
            date: date(bus::time::unix_s() as u64 / 86_400),
            cpu: cpu_model().unwrap_or_else(|| "unknown".to_owned()),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            kernel: format!("{} {}", uname.sysname().to_string_lossy(), uname.release().to_string_lossy()),
            load_before: load_average(),
        }
    }

    /// As a table; the load average is read once more.
    pub(crate) fn table(&self) -> Table {
        let mut table = Table::new(&["", ""]);
        table.row(["date", &self.date]);
        table.row(["processor", &format!("{}, {} cores", self.cpu, self.cores)]);
        table.row(["kernel", &self.kernel]);
        table.row(["build", profile()]);
        table.row(["load average before (1, 5, 15 min)", &self.load_before]);
        table.row(["load average after", &load_average()]);
        table
    }
}

/// The profile that this program was built in.
pub(crate) const fn profile() -> &'static str {
    if cfg!(debug_assertions) { "dev: these figures say little" } else { "release" }
}

fn cpu_model() -> Option<String> {
    let info = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = info.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = text.split_whitespace().take(3).collect();
    if load.is_empty() { "unknown".to_owned() } else { load.join(" ") }
}

/// Days since 1970 as `YYYY-MM-DD`: Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`.
fn date(unix_days: u64) -> String {
    let shifted = unix_days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (days, wanted) in
            [(0, "1970-01-01"), (19_782, "2024-02-29"), (19_783, "2024-03-01"), (20_453, "2025-12-31")]
        {
            assert_eq!(date(days), wanted);
        }
    }
}
