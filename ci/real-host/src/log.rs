//! The host's log.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

/// The levels at which the host logs; others become [`Level::Other`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Level {
    /// An error.
    Error,
    /// A warning.
    Warning,
    /// A notice: the least severe level that the host logs unless told to.
    Notice,
    /// Information.
    Info,
    /// Figures on performance.
    Perf,
    /// Any other level.
    #[serde(other)]
    Other,
}

/// One line of the host's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How severe it is.
    pub level: Level,
    /// The host's name for the thread that logged it.
    pub thread: String,
    /// The part of the host, or of a plugin, that logged it.
    pub module: String,
    /// The text. Empty where the host could not write it as JSON.
    pub message: String,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            level,
            thread,
            module,
            message,
        } = self;
        write!(f, "{level:?} [{thread}] {module}: {message}")
    }
}

/// The host's log of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Log {
    /// The lines, in the order in which they were written.
    pub lines: Vec<Line>,
}

impl Log {
    /// Parses a log file that the host wrote as JSON, one object a line.
    ///
    /// # Errors
    ///
    /// The line that is not a log line of the host's, and why.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parse = |line: &str| {
            serde_json::from_str::<JsonLine>(line)
                .map(Line::from)
                .map_err(|error| format!("not a line of a Suricata log ({error}): {line}"))
        };
        let lines = text.lines().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { lines })
    }

    /// The messages, for searching.
    pub fn messages(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| line.message.as_str())
    }

    /// How many threads the host says that it created, by their kind (`RX`, `W`, `FM`, `FR`, …).
    ///
    /// # Errors
    ///
    /// The log does not have exactly one such line, or it cannot be understood.
    pub fn threads_created(&self) -> Result<BTreeMap<String, u64>, String> {
        let mut lines = self
            .messages()
            .filter_map(|message| message.strip_prefix("Threads created -> "));
        match (lines.next(), lines.next()) {
            (Some(line), None) => parse_threads(line)
                .ok_or_else(|| format!("cannot understand the threads in \"{line}\"")),
            (None, _) => Err("the host says nowhere how many threads it created".to_owned()),
            (Some(_), Some(_)) => Err("the host created its threads more than once".to_owned()),
        }
    }

    /// How many flows the host's own flow recyclers say that they processed.
    pub fn flows_processed(&self) -> u64 {
        self.messages()
            .filter_map(|message| {
                message
                    .strip_suffix(" flows processed")?
                    .parse::<u64>()
                    .ok()
            })
            .sum()
    }

    /// The errors and warnings that name one of `names`, in their text or as the module that logged them.
    pub fn complaints_about(&self, names: &[&str]) -> Vec<&Line> {
        self.lines
            .iter()
            .filter(|line| matches!(line.level, Level::Error | Level::Warning))
            .filter(|line| {
                names
                    .iter()
                    .any(|name| line.message.contains(name) || line.module.contains(name))
            })
            .collect()
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Parses `RX: 1 W: 2 FM: 1 FR: 1   Engine started.`
fn parse_threads(line: &str) -> Option<BTreeMap<String, u64>> {
    let counts = line.trim_end().strip_suffix("Engine started.")?;
    let words: Vec<&str> = counts.split_whitespace().collect();
    words
        .chunks(2)
        .map(|pair| {
            let [kind, count] = pair else { return None };
            Some((kind.strip_suffix(':')?.to_owned(), count.parse().ok()?))
        })
        .collect()
}

/// The host's JSON, as far as it is of interest.
#[derive(Deserialize)]
struct JsonLine {
    log_level: Level,
    engine: JsonEngine,
}

#[derive(Deserialize)]
struct JsonEngine {
    #[serde(default)]
    message: String,
    #[serde(default)]
    thread_name: String,
    #[serde(default)]
    module: String,
}

impl From<JsonLine> for Line {
    fn from(json: JsonLine) -> Self {
        Self {
            level: json.log_level,
            thread: json.engine.thread_name,
            module: json.engine.module,
            message: json.engine.message,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_of(messages: &[&str]) -> Log {
        let lines = messages
            .iter()
            .map(|message| Line {
                level: Level::Notice,
                thread: String::new(),
                module: String::new(),
                message: (*message).to_owned(),
            })
            .collect();
        Log { lines }
    }

    #[test]
    fn lines_are_read_with_and_without_text() {
        let text = concat!(
            r#"{"timestamp":"2026-01-01T00:00:00+0000","log_level":"Notice","event_type":"engine","engine":{"message":"hello","thread_name":"W#01","module":"pcap"}}"#,
            "\n",
            r#"{"log_level":"Config","engine":{"thread_name":"W#01","module":"pcap"}}"#,
            "\n"
        );
        let log = Log::parse(text).unwrap();
        assert_eq!(
            log.to_string(),
            "Notice [W#01] pcap: hello\nOther [W#01] pcap: \n"
        );
    }

    #[test]
    fn a_line_that_is_no_log_line_is_an_error_that_shows_it() {
        let error = Log::parse("Segmentation fault\n").unwrap_err();
        assert!(error.contains("Segmentation fault"), "{error}");
    }

    #[test]
    fn threads_are_counted_by_kind() {
        let log = log_of(&["Threads created -> RX: 1 W: 12 FM: 1 FR: 1   Engine started."]);
        let expected = [("RX", 1), ("W", 12), ("FM", 1), ("FR", 1)]
            .map(|(kind, count)| (kind.to_owned(), count));
        assert_eq!(log.threads_created().unwrap(), expected.into());
    }

    #[test]
    fn a_missing_repeated_or_strange_line_on_threads_is_an_error() {
        let line = "Threads created -> W: 1   Engine started.";
        for (messages, message) in [
            (&[][..], "says nowhere"),
            (&[line, line][..], "more than once"),
            (
                &["Threads created -> W 1   Engine started."][..],
                "cannot understand",
            ),
            (
                &["Threads created -> W: 1 FM:   Engine started."][..],
                "cannot understand",
            ),
        ] {
            let error = log_of(messages).threads_created().unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn the_flows_of_all_recyclers_are_added_up() {
        let log = log_of(&[
            "40 flows processed",
            "no flows processed",
            "2 flows processed",
        ]);
        assert_eq!(log.flows_processed(), 42);
    }

    #[test]
    fn complaints_are_errors_and_warnings_that_name_the_plugin() {
        let mut log = log_of(&[
            "my-plugin failed",
            "my-plugin failed",
            "my-plugin failed",
            "failed",
        ]);
        log.lines[0].level = Level::Error;
        log.lines[1].level = Level::Warning;
        log.lines[3].level = Level::Error;
        assert_eq!(log.complaints_about(&["my-plugin"]).len(), 2);
        log.lines[3].module = "my_plugin::storage".to_owned();
        assert_eq!(log.complaints_about(&["my-plugin", "my_plugin"]).len(), 3);
    }
}
