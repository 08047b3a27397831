//! Ends what the tests of one run left behind: `vjbus-reap RUN_ID`. Silent and 0 when there is nothing.

use std::io::{self, Write};
use std::process::ExitCode;

use testkit::leaks;

fn main() -> ExitCode {
    let Some(run_id) = std::env::args().nth(1) else {
        return report("usage: vjbus-reap RUN_ID", 64);
    };
    let leaked = leaks::reap(&run_id);
    if leaked.is_empty() {
        return ExitCode::SUCCESS;
    }
    let lines: Vec<String> = leaked.iter().map(|l| format!("  {} {}", l.pid, l.command)).collect();
    report(&format!("tests left processes behind; they are killed now:\n{}", lines.join("\n")), 1)
}

fn report(text: &str, code: u8) -> ExitCode {
    // Nothing is left to tell when standard error itself is closed.
    let _closed = writeln!(io::stderr(), "{text}").is_err();
    ExitCode::from(code)
}
