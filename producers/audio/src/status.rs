//! What `audio.input` says: live, silent, lost or recovering.

use schemas::audio::{Input, InputKind, InputState};

/// Blocks quieter than this are silent (-60 dBFS, as root mean square).
const SILENT_RMS: f32 = 1e-3;
/// How long it must be quiet before it is called silent.
const SILENT_S: f64 = 2.0;

/// The state of one input, and whether it has changed since it was last told.
#[derive(Debug)]
pub(crate) struct Status {
    input: Input,
    quiet_s: f64,
    changed: bool,
}

impl Status {
    pub(crate) fn new(kind: InputKind) -> Status {
        let input = Input {
            kind,
            device: String::new(),
            rate: 0,
            channels: 0,
            state: InputState::Recovering,
            demo: kind == InputKind::Demo,
            reason: String::new(),
        };
        Status { input, quiet_s: 0.0, changed: true }
    }

    /// The device or file is open.
    pub(crate) fn opened(&mut self, device: String, rate_hz: u32, channels: u32) {
        let state = InputState::Recovering;
        self.set(Input {
            device,
            rate: rate_hz,
            channels,
            state,
            reason: String::new(),
            ..self.input.clone()
        });
    }

    /// No samples come.
    pub(crate) fn lost(&mut self, reason: &str) {
        self.set(Input { state: InputState::Lost, reason: reason.to_owned(), ..self.input.clone() });
    }

    /// Samples came.
    pub(crate) fn heard(&mut self, samples: &[f32], rate_hz: u32) {
        let energy: f32 = samples.iter().map(|s| s * s).sum();
        let quiet = energy < SILENT_RMS * SILENT_RMS * samples.len() as f32;
        self.quiet_s = if quiet { self.quiet_s + samples.len() as f64 / f64::from(rate_hz) } else { 0.0 };
        let state = match (quiet, self.input.state) {
            (false, _) => InputState::Live,
            (true, InputState::Lost | InputState::Recovering) => InputState::Live,
            (true, _) if self.quiet_s >= SILENT_S => InputState::Silent,
            (true, state) => state,
        };
        if state != self.input.state || !self.input.reason.is_empty() {
            self.set(Input { state, reason: String::new(), ..self.input.clone() });
        }
    }

    /// What is to be told, if it is new.
    pub(crate) fn news(&mut self) -> Option<&Input> {
        std::mem::take(&mut self.changed).then_some(&self.input)
    }

    pub(crate) fn input(&self) -> &Input {
        &self.input
    }

    fn set(&mut self, input: Input) {
        if matches!(input.state, InputState::Lost | InputState::Recovering) {
            self.quiet_s = 0.0;
        }
        self.changed |= input != self.input;
        self.input = input;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(status: &mut Status, blocks: &[(f32, usize)]) -> Vec<InputState> {
        let mut told = Vec::new();
        for (level, count) in blocks {
            for _ in 0..*count {
                status.heard(&[*level; 256], 48_000);
                told.extend(status.news().map(|input| input.state));
            }
        }
        told
    }

    #[test]
    fn two_seconds_of_quiet_are_silence_and_one_loud_block_ends_it() {
        let mut status = Status::new(InputKind::Device);
        assert_eq!(status.news().map(|i| i.state), Some(InputState::Recovering));
        let told = states(&mut status, &[(0.1, 10), (0.0, 370), (0.1, 1), (0.0, 380), (0.002, 1)]);
        use InputState::{Live, Silent};
        assert_eq!(told, [Live, Silent, Live]);
    }

    #[test]
    fn a_lost_input_comes_back_by_being_heard() {
        let mut status = Status::new(InputKind::Device);
        states(&mut status, &[(0.1, 1)]);
        status.lost("unplugged");
        assert_eq!(
            status.news().map(|i| (i.state, i.reason.clone())),
            Some((InputState::Lost, "unplugged".into()))
        );
        status.lost("unplugged");
        assert!(status.news().is_none(), "told twice");
        status.opened("USB".into(), 44_100, 2);
        assert_eq!(status.news().map(|i| i.state), Some(InputState::Recovering));
        assert_eq!(states(&mut status, &[(0.0, 400)]), [InputState::Live, InputState::Silent]);
    }

    #[test]
    fn only_the_demo_says_demo() {
        assert!(Status::new(InputKind::Demo).input().demo);
        assert!(!Status::new(InputKind::File).input().demo);
    }
}
