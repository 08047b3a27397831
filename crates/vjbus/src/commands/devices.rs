//! `vjbus devices`: what can be heard, and whether it is.

use std::io::{IsTerminal as _, Write as _};
use std::ops::ControlFlow;

use crate::failure::{Failure, Outcome};

/// Width of a meter in characters.
const METER_WIDTH: usize = 30;
/// Level that empties the meter, in dB below full scale.
const METER_FLOOR_DB: f32 = -60.0;

/// Lists the capture devices; with `meter`, shows each channel of the default one until Ctrl-C.
pub(crate) fn run(meter: bool) -> Outcome {
    let devices = audio::devices().map_err(|error| Failure::absent(crate::chain(&error)))?;
    let mut out = std::io::stdout().lock();
    for device in &devices {
        let mark = if device.default { "*" } else { " " };
        writeln!(
            out,
            "{mark} {:<40} {:>2} channels  {:>6} Hz  {}",
            device.name, device.channels, device.rate_hz, device.id
        )?;
    }
    if devices.is_empty() {
        return Err(Failure::absent(
            "there is no capture device: plug one in, or check that this user may use sound (group audio)",
        ));
    }
    if meter { show_meter() } else { Ok(()) }
}

fn show_meter() -> Outcome {
    let terminal = std::io::stdout().is_terminal();
    let mut lines = 0;
    let done = audio::meter(None, |levels| {
        let mut out = std::io::stdout().lock();
        let back = if terminal && lines > 0 { format!("\x1b[{lines}A") } else { String::new() };
        let rows: String =
            levels.iter().enumerate().map(|(n, level)| row(n + 1, level.rms, level.peak)).collect();
        lines = levels.len();
        match write!(out, "{back}{rows}").and_then(|()| out.flush()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    });
    done.map_err(|error| Failure::absent(crate::chain(&error)))
}

fn row(channel: usize, rms: f32, peak: f32) -> String {
    let filled = ((1.0 - decibels(rms) / METER_FLOOR_DB).clamp(0.0, 1.0) * METER_WIDTH as f32) as usize;
    format!(
        "{channel:>3} {:<METER_WIDTH$} {:>6.1} dB  peak {:>6.1} dB\n",
        "█".repeat(filled),
        decibels(rms),
        decibels(peak)
    )
}

fn decibels(level: f32) -> f32 {
    (20.0 * level.max(1e-6).log10()).max(-120.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_is_full_at_full_scale_and_empty_in_silence() {
        assert_eq!(row(1, 1.0, 1.0).matches('█').count(), METER_WIDTH);
        assert_eq!(row(1, 0.0, 0.0).matches('█').count(), 0);
    }
}
