//! Comparing the errors in the log with those that a test expects.

use std::ops::{Bound, RangeBounds};
use std::panic::Location;

use crate::noun::log_line::LogLine;

#[derive(Debug, Clone)]
pub(crate) struct Expectation {
    pub(crate) text: String,
    pub(crate) least: usize,
    pub(crate) most: usize,
    pub(crate) place: &'static Location<'static>,
}

impl Expectation {
    fn fits(&self, line: &LogLine) -> bool {
        line.message.contains(&self.text)
    }
}

/// A number of lines, or a range of numbers, for
/// [`Host::expect_errors`](crate::Host::expect_errors).
pub trait ErrorCount: sealed::Bounds {}

mod sealed {
    pub trait Bounds {
        fn bounds(&self) -> (usize, usize);
    }
}

pub(crate) use sealed::Bounds;

impl ErrorCount for usize {}

impl Bounds for usize {
    fn bounds(&self) -> (usize, usize) {
        (*self, *self)
    }
}

macro_rules! ranges {
    ($($range:ty),*) => {$(
        impl ErrorCount for $range {}

        impl Bounds for $range {
            fn bounds(&self) -> (usize, usize) {
                let least = match RangeBounds::<usize>::start_bound(self) {
                    Bound::Included(least) => *least,
                    Bound::Excluded(below) => below + 1,
                    Bound::Unbounded => 0,
                };
                let most = match RangeBounds::<usize>::end_bound(self) {
                    Bound::Included(most) => *most,
                    Bound::Excluded(above) => above.saturating_sub(1),
                    Bound::Unbounded => usize::MAX,
                };
                (least, most)
            }
        }
    )*};
}
ranges!(
    std::ops::Range<usize>,
    std::ops::RangeInclusive<usize>,
    std::ops::RangeFrom<usize>,
    std::ops::RangeTo<usize>,
    std::ops::RangeToInclusive<usize>,
    std::ops::RangeFull
);

#[derive(Default)]
pub(crate) struct Difference {
    pub(crate) unexpected: Vec<usize>,
    pub(crate) unmet: Vec<Unmet>,
}

/// An expectation that got too few or too many lines.
pub(crate) struct Unmet {
    pub(crate) expectation: usize,
    pub(crate) bound: &'static str,
    pub(crate) allowed: usize,
    pub(crate) came: usize,
}

/// Meets as many expectations as possible: required lines first, then allowed ones.
pub(crate) fn compare(lines: &[LogLine], expected: &[Expectation]) -> Difference {
    let mut assigned: Vec<Option<usize>> = vec![None; lines.len()];
    for is_optional in [false, true] {
        for line in 0..lines.len() {
            if assigned[line].is_none() {
                let mut tried = vec![false; expected.len()];
                assign(
                    line,
                    lines,
                    expected,
                    is_optional,
                    &mut assigned,
                    &mut tried,
                );
            }
        }
    }
    let unexpected: Vec<_> = (0..lines.len())
        .filter(|line| assigned[*line].is_none())
        .collect();
    let unmet = |(at, expectation): (usize, &Expectation)| {
        let is_exact = expectation.least == expectation.most;
        let unmet = |bound, allowed, came| {
            Some(Unmet {
                expectation: at,
                bound: if is_exact { "" } else { bound },
                allowed,
                came,
            })
        };
        let came = assigned.iter().filter(|got| **got == Some(at)).count();
        let fits = |line: &&usize| expectation.fits(&lines[**line]);
        match unexpected.iter().filter(fits).count() {
            _ if came < expectation.least => unmet("at least ", expectation.least, came),
            0 => None,
            more => unmet("at most ", expectation.most, came + more),
        }
    };
    Difference {
        unmet: expected.iter().enumerate().filter_map(unmet).collect(),
        unexpected,
    }
}

/// Reassigns other lines if necessary.
fn assign(
    line: usize,
    lines: &[LogLine],
    expected: &[Expectation],
    is_optional: bool,
    assigned: &mut Vec<Option<usize>>,
    tried: &mut [bool],
) -> bool {
    for (at, expectation) in expected.iter().enumerate() {
        if tried[at] || !expectation.fits(&lines[line]) {
            continue;
        }
        tried[at] = true;
        let room = if is_optional {
            expectation.most
        } else {
            expectation.least
        };
        let there: Vec<_> = (0..lines.len())
            .filter(|other| assigned[*other] == Some(at))
            .collect();
        let fits = there.len() < room
            || there
                .into_iter()
                .any(|other| assign(other, lines, expected, is_optional, assigned, tried));
        if fits {
            assigned[line] = Some(at);
            return true;
        }
    }
    false
}
