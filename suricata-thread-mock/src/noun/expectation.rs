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
    /// With how many of their lines came.
    pub(crate) missing: Vec<(usize, usize)>,
}

/// Meets as many expectations as possible: lines that must come go first, then those that may.
pub(crate) fn compare(lines: &[LogLine], expected: &[Expectation]) -> Difference {
    let mut of_line: Vec<Option<usize>> = vec![None; lines.len()];
    for may_come in [false, true] {
        for line in 0..lines.len() {
            if of_line[line].is_none() {
                let mut tried = vec![false; expected.len()];
                place(line, lines, expected, may_come, &mut of_line, &mut tried);
            }
        }
    }
    let came = |at| of_line.iter().filter(|of| **of == Some(at)).count();
    let numbered = expected.iter().enumerate();
    Difference {
        unexpected: (0..lines.len())
            .filter(|line| of_line[*line].is_none())
            .collect(),
        missing: numbered
            .map(|(at, expectation)| (at, came(at), expectation.least))
            .filter(|(_, came, least)| came < least)
            .map(|(at, came, _)| (at, came))
            .collect(),
    }
}

/// Moves other lines to other expectations if need be.
fn place(
    line: usize,
    lines: &[LogLine],
    expected: &[Expectation],
    may_come: bool,
    of_line: &mut Vec<Option<usize>>,
    tried: &mut [bool],
) -> bool {
    for (at, expectation) in expected.iter().enumerate() {
        if tried[at] || !expectation.fits(&lines[line]) {
            continue;
        }
        tried[at] = true;
        let room = if may_come {
            expectation.most
        } else {
            expectation.least
        };
        let there: Vec<_> = (0..lines.len())
            .filter(|other| of_line[*other] == Some(at))
            .collect();
        let fits = there.len() < room
            || there
                .into_iter()
                .any(|other| place(other, lines, expected, may_come, of_line, tried));
        if fits {
            of_line[line] = Some(at);
            return true;
        }
    }
    false
}
