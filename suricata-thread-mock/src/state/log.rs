//! The log of a host, and the errors that its test expects.

use std::panic::Location;
use std::sync::Arc;

use parking_lot::Mutex;
use suricata_thread_sys::common::SCLogLevel;

use crate::noun::expectation::{self, Difference, Expectation, Unmet};
use crate::noun::log_line::LogLine;
use crate::noun::options::{Options, Sink};
use crate::state::journal::Journal;

pub(crate) struct Log {
    pub(crate) level: SCLogLevel,
    sink: Option<Sink>,
    /// `None` if the sink shows the lines.
    journal: Option<Arc<Journal>>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    lines: Vec<LogLine>,
    /// Errors, except those that a `Result` tells the test.
    errors: Vec<LogLine>,
    expected: Vec<Expectation>,
    /// The numbers of errors and expectations when the test was last told.
    told: Option<(usize, usize)>,
}

impl Log {
    pub(crate) fn new(options: &Options, journal: Arc<Journal>) -> Self {
        Self {
            level: options.log_level,
            sink: options.log_to.clone(),
            journal: (!options.is_program).then_some(journal),
            inner: Mutex::default(),
        }
    }

    /// Adds a line, which fails the test if it is an error.
    pub(crate) fn add(&self, line: LogLine) {
        if line.level == SCLogLevel::SC_LOG_ERROR {
            self.inner.lock().errors.push(line.clone());
        }
        self.add_known(line);
    }

    /// Adds a line that a `Result` tells the test.
    pub(crate) fn add_known(&self, line: LogLine) {
        if line.level.0 > self.level.0 {
            return;
        }
        if let Some(Sink(sink)) = &self.sink {
            sink(&line);
        }
        if let Some(journal) = &self.journal {
            journal.add("log", &format_args!("{line} on thread `{}`", line.thread));
        }
        self.inner.lock().lines.push(line);
    }

    pub(crate) fn lines(&self) -> Vec<LogLine> {
        self.inner.lock().lines.clone()
    }

    pub(crate) fn expect(&self, expectation: Expectation) {
        self.inner.lock().expected.push(expectation);
    }

    /// Returns `None` if nothing is new since the last call.
    pub(crate) fn tell_text(&self) -> Option<String> {
        let mut inner = self.inner.lock();
        let seen = Some((inner.errors.len(), inner.expected.len()));
        if inner.told == seen {
            return None;
        }
        inner.told = seen;
        let Inner {
            errors, expected, ..
        } = &*inner;
        let Difference { unexpected, unmet } = expectation::compare(errors, expected);
        let mut text = Vec::new();
        if !unexpected.is_empty() {
            text.push(format!(
                "{} line(s) at error level in the log that the test did not expect; \
                 `host.expect_error(\"part of the text\")` expects one:",
                unexpected.len()
            ));
            text.extend(grouped(unexpected.iter().map(|at| &errors[*at])));
        }
        for Unmet {
            expectation,
            bound,
            allowed,
            came,
        } in unmet
        {
            let Expectation {
                text: part, place, ..
            } = &expected[expectation];
            text.push(format!(
                "{bound}{allowed} line(s) at error level with {part:?} in the log were expected at {}, \
                 {came} came",
                shown(place)
            ));
        }
        (!text.is_empty()).then(|| text.join("\n"))
    }
}

fn shown(place: &Location<'_>) -> String {
    format!("{}:{}", place.file(), place.line())
}

/// Describes equal lines once, with a count.
fn grouped<'a>(lines: impl Iterator<Item = &'a LogLine>) -> Vec<String> {
    let mut groups: Vec<(&LogLine, usize)> = Vec::new();
    for line in lines {
        let same = |(other, _): &&mut (&LogLine, usize)| {
            (&other.message, &other.module) == (&line.message, &line.module)
        };
        match groups.iter_mut().find(same) {
            Some((_, times)) => *times += 1,
            None => groups.push((line, 1)),
        }
    }
    let text = |(line, times): (&LogLine, usize)| {
        let place = match &*line.file {
            "" => String::new(),
            file => format!(" at {file}:{}", line.line),
        };
        let times = match times {
            1 => String::new(),
            many => format!(" ({many} times)"),
        };
        format!("- {line}{place} on thread `{}`{times}", line.thread)
    };
    groups.into_iter().map(text).collect()
}
