//! Time stamps of LRC: `mm:ss`, `mm:ss.x`, `mm:ss.xx`, `mm:ss.xxx`, `mm:ss:xx`, `hh:mm:ss.xx`.

/// Latest instant in seconds: a day.
pub const MAX_S: f64 = 86_400.0;

/// Most digits that a field may have: more is no time.
const MAX_DIGITS: usize = 6;

/// The seconds of a stamp, without its brackets; `None` when it is none.
///
/// Three fields with a point are hours, minutes and seconds; three without are minutes, seconds and hundredths,
/// as some editors write. Minutes may be more than 59, seconds not.
pub(super) fn seconds(text: &str) -> Option<f64> {
    let (whole, fraction) = match text.trim().split_once(['.', ',']) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text.trim(), None),
    };
    let fields: Vec<&str> = whole.split(':').map(str::trim).collect();
    let (hours, minutes, seconds, fraction) = match (fields.as_slice(), fraction) {
        ([m, s], fraction) => ("0", *m, *s, fraction),
        ([m, s, hundredths], None) => ("0", *m, *s, Some(*hundredths)),
        ([h, m, s], fraction) => (*h, *m, *s, fraction),
        _ => return None,
    };
    let (hours, minutes, seconds) = (number(hours)?, number(minutes)?, number(seconds)?);
    let millis = fraction.map_or(Some(0), thousandths)?;
    let at_s = ((hours * 60 + minutes) * 60 + seconds) as f64 + millis as f64 / 1000.0;
    (seconds < 60 && at_s <= MAX_S).then_some(at_s)
}

fn number(digits: &str) -> Option<u64> {
    let plain = (1..=MAX_DIGITS).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

fn thousandths(digits: &str) -> Option<u64> {
    let digits = digits.trim();
    match digits.len() {
        1 => Some(number(digits)? * 100),
        2 => Some(number(digits)? * 10),
        3 => number(digits),
        // More digits than milliseconds say nothing more.
        4..=MAX_DIGITS => number(digits).and_then(|_| number(digits.get(..3)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_a_time() {
        let cases = [
            ("01:02", 62.0),
            ("1:02", 62.0),
            ("01:02.5", 62.5),
            ("01:02.50", 62.5),
            ("01:02.503", 62.503),
            ("01:02:50", 62.5),
            ("01:01:02.50", 3662.5),
            ("120:00.00", 7200.0),
            ("00: 02.5", 2.5),
            ("00:02,5", 2.5),
        ];
        for (text, wanted) in cases {
            assert_eq!(seconds(text), Some(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            ":",
            "1",
            "-1:00",
            "00:-1",
            "00:60",
            "nan:00",
            "00:1e3",
            "99999999:00",
            "9999:00",
            "0:0:0:0",
            "ar:x",
            "00:02.",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
