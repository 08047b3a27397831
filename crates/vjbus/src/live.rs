//! The line at the bottom of the terminal while the show runs: what is heard, the beat, the components.

use std::time::Duration;

use bus::{Bus, Inbox, time};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use schemas::audio::{Features, Input, InputState};
use schemas::beat::{Grid, Mode};
use schemas::{Header, Payload as _};

/// Redraws per second: fast enough that the beat is seen on the beat.
const FRAME: Duration = Duration::from_millis(50);
/// A level that is older than this is not shown as heard.
const FRESH_NS: i64 = 500_000_000;
/// Share of a beat for which its mark is lit.
const LIT: f64 = 0.25;
/// Loudness in LUFS that fills the meter, and that empties it.
const METER_LUFS: (f32, f32) = (-60.0, 0.0);

/// Terminal line that redraws itself and leaves room for log lines above.
pub(crate) struct LiveLine {
    bar: ProgressBar,
    inbox: Inbox,
    picture: Picture,
}

/// What is known now.
#[derive(Debug, Default)]
struct Picture {
    features: Option<(Header, Features)>,
    input: Option<Input>,
    grid: Option<(Header, Grid)>,
}

impl LiveLine {
    /// Subscribes as a viewer and begins to draw.
    pub(crate) async fn start(bus: &Bus) -> LiveLine {
        let mut inbox = bus.inbox();
        inbox.subscribe(Features::TOPIC, None).await;
        inbox.subscribe(Input::TOPIC, None).await;
        inbox.subscribe(Grid::TOPIC, Some(&schemas::Name::room())).await;
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(20));
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        let above = bar.downgrade();
        #[expect(clippy::print_stderr, reason = "after the last frame the terminal is anybody's again")]
        component::divert_logs(move |line| match above.upgrade() {
            Some(bar) if !bar.is_finished() => bar.println(line),
            _ => eprintln!("{line}"),
        });
        LiveLine { bar, inbox, picture: Picture::default() }
    }

    /// Draws for ever; `components` is asked for the right-hand side. Cancel-safe.
    pub(crate) async fn run(&mut self, components: impl Fn() -> String) {
        let mut frames = tokio::time::interval(FRAME);
        frames.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                delivery = self.inbox.next() => self.picture.take(&delivery),
                _ = frames.tick() => self.bar.set_message(self.picture.line(time::mono_ns(), &components())),
            }
        }
    }
}

impl Drop for LiveLine {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Picture {
    fn take(&mut self, delivery: &bus::Delivery) {
        let topic = delivery.subject.topic().name;
        if topic == Features::TOPIC.name {
            self.features = delivery.decode().ok().map(|m| (m.header, m.body));
        } else if topic == Input::TOPIC.name {
            self.input = delivery.decode().ok().map(|m| m.body);
        } else if topic == Grid::TOPIC.name {
            self.grid = delivery.decode().ok().map(|m| (m.header, m.body));
        }
    }

    fn line(&self, now_ns: i64, components: &str) -> String {
        format!("{} {}  {}  {components}", self.meter(now_ns), self.source(), self.beat(now_ns))
    }

    fn meter(&self, now_ns: i64) -> String {
        let fresh = self.features.as_ref().filter(|(header, _)| now_ns - header.at_mono_ns < FRESH_NS);
        let Some((_, features)) = fresh else { return format!("{} ", console::style("no sound   ").dim()) };
        let b = &features.bands;
        let bars: String = [b.sub_bass, b.bass, b.low_mid, b.mid, b.high_mid, b.presence, b.air]
            .into_iter()
            .map(eighth)
            .collect();
        let full = ((features.loudness - METER_LUFS.0) / (METER_LUFS.1 - METER_LUFS.0)).clamp(0.0, 1.0);
        format!("{}{} {:>4.0} LUFS", eighth(full), console::style(bars).cyan(), features.loudness)
    }

    fn source(&self) -> String {
        match &self.input {
            None => String::new(),
            Some(input) if input.state == InputState::Lost => {
                console::style(format!("{} lost", input.device)).red().to_string()
            }
            Some(input) if input.demo => console::style("demo").yellow().to_string(),
            Some(input) => input.device.chars().filter(|c| !c.is_control()).take(24).collect(),
        }
    }

    fn beat(&self, now_ns: i64) -> String {
        let Some((header, grid)) = &self.grid else { return "no beat".into() };
        if matches!(grid.mode, Mode::Searching | Mode::Silence) {
            return format!("{}", console::style(grid.mode).dim());
        }
        let beats = (now_ns - header.at_mono_ns) as f64 / 60e9 * grid.bpm;
        let lit = beats.rem_euclid(1.0) < LIT;
        let count = grid.beat.zip(grid.beats_per_bar).map(|(beat, per_bar)| {
            let here = (i64::from(beat) - 1 + beats.floor() as i64).rem_euclid(i64::from(per_bar.max(1))) + 1;
            format!(" {here}/{per_bar}")
        });
        let mark = if lit { console::style("●").green().bold() } else { console::style("○").dim() };
        format!("{mark} {:.1} BPM{} {}", grid.bpm, count.unwrap_or_default(), grid.mode)
    }
}

fn eighth(level: f32) -> char {
    const STEPS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    STEPS[(level.clamp(0.0, 1.0) * 8.0).round() as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_become_blocks() {
        assert_eq!([0.0, 0.5, 1.0, 7.0].map(eighth), [' ', '▄', '█', '█']);
    }

    #[test]
    fn without_anything_it_says_so() {
        let line = Picture::default().line(0, "0/6 ready");
        assert!(
            line.contains("no sound") && line.contains("no beat") && line.ends_with("0/6 ready"),
            "{line}"
        );
    }
}
