//! Percentiles of one round, and the median of several rounds.

/// What one round of a measurement gave, in nanoseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Spread {
    /// Half of all values are at most this.
    pub(crate) p50: f64,
    /// 99 of 100.
    pub(crate) p99: f64,
    /// 999 of 1000; with fewer values the largest.
    pub(crate) p999: f64,
    /// The largest.
    pub(crate) max: f64,
    /// How many values there were.
    pub(crate) count: usize,
}

impl Spread {
    /// Of the values of one round; all zero when there are none, which `count` shows.
    pub(crate) fn of(mut values_ns: Vec<i64>) -> Spread {
        values_ns.sort_unstable();
        let at = |part| percentile(&values_ns, part) as f64;
        Spread { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1.0), count: values_ns.len() }
    }

    /// The same values counted from an instant `ns` later.
    pub(crate) fn earlier_by(self, ns: f64) -> Spread {
        Spread { p50: self.p50 - ns, p99: self.p99 - ns, p999: self.p999 - ns, max: self.max - ns, ..self }
    }

    /// Each figure as the median over rounds, so that one disturbed round does not decide; `count` is the sum.
    pub(crate) fn median_of(rounds: &[Spread]) -> Spread {
        let of = |figure: fn(&Spread) -> f64| median(rounds.iter().map(figure).collect());
        Spread {
            p50: of(|r| r.p50),
            p99: of(|r| r.p99),
            p999: of(|r| r.p999),
            max: of(|r| r.max),
            count: rounds.iter().map(|r| r.count).sum(),
        }
    }
}

/// The smallest value that `part` (0..1) of all values do not exceed: nearest rank.
fn percentile(sorted: &[i64], part: f64) -> i64 {
    let rank = (part * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// The middle value, the mean of the two middle ones of an even number, 0 of none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let upper = values.len() / 2;
    match (values.get(upper.wrapping_sub(1)), values.get(upper)) {
        (_, Some(middle)) if values.len() % 2 == 1 => *middle,
        (Some(a), Some(b)) => (a + b) / 2.0,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_ranks() {
        let spread = Spread::of((1..=1000).rev().collect());
        assert_eq!(
            (spread.p50, spread.p99, spread.p999, spread.max, spread.count),
            (500.0, 990.0, 999.0, 1000.0, 1000)
        );
        assert_eq!(Spread::of(vec![7]), Spread { p50: 7.0, p99: 7.0, p999: 7.0, max: 7.0, count: 1 });
        assert_eq!(Spread::of(vec![]).count, 0);
    }

    #[test]
    fn one_bad_round_does_not_decide() {
        let round = |ns| Spread::of(vec![ns; 4]);
        let all = Spread::median_of(&[round(10), round(9_000), round(12)]);
        assert_eq!((all.p50, all.max, all.count), (12.0, 12.0, 12));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
    }
}
