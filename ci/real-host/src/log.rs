//! The log of a host.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context, Result};
use serde_json::Value;

/// One line of a log.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// `Error`, `Warning`, `Notice`, …
    pub(crate) level: String,
    /// The host's name for the thread that logged it.
    pub(crate) thread: String,
    /// The part of the host, or of a plugin, that logged it; `unknown` if JSON has none.
    pub(crate) module: String,
    /// The text; `(null)` if JSON has none, since it was NULL or not UTF-8.
    pub(crate) message: String,
}

impl Line {
    /// Returns `true` for an error or a warning.
    pub(crate) fn is_complaint(&self) -> bool {
        self.level == "Error" || self.level == "Warning"
    }
}

/// All lines of a log, in order.
#[derive(Debug, Default)]
pub(crate) struct Log(pub(crate) Vec<Line>);

impl Log {
    /// Parses a log of Suricata of type JSON.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let parse = |line: &str| -> Result<Line> {
            let json: Value =
                serde_json::from_str(line).with_context(|| format!("no line of a log: {line}"))?;
            let text = |value: &Value, or: &str| value.as_str().unwrap_or(or).to_owned();
            let engine = &json["engine"];
            Ok(Line {
                level: text(&json["log_level"], ""),
                thread: text(&engine["thread_name"], ""),
                // For a NULL, JSON lacks the key, and other logs have these texts.
                module: text(&engine["module"], "unknown"),
                message: text(&engine["message"], "(null)"),
            })
        };
        Ok(Self(text.lines().map(parse).collect::<Result<_>>()?))
    }

    /// Parses the output of `suricata-mock`: `Level: module: message`.
    pub(crate) fn parse_mock(text: &str) -> Self {
        let parse = |line: &str| {
            let (level, rest) = line.split_once(": ")?;
            let (module, message) = rest.split_once(": ")?;
            Some(Line {
                level: level.to_owned(),
                thread: String::new(),
                module: module.to_owned(),
                message: message.to_owned(),
            })
        };
        Self(text.lines().filter_map(parse).collect())
    }

    /// Returns the errors and warnings.
    pub(crate) fn complaints(&self) -> impl Iterator<Item = &Line> {
        self.0.iter().filter(|line| line.is_complaint())
    }

    /// Returns the messages.
    pub(crate) fn messages(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.iter().map(|line| line.message.as_str())
    }

    /// Returns the time that the host logs for its packets.
    pub(crate) fn seconds(&self) -> Result<f64> {
        let mut messages = self.messages();
        let elapsed = messages.find_map(|line| line.strip_prefix("time elapsed "));
        let seconds = elapsed.and_then(|text| text.trim_end_matches('s').parse().ok());
        seconds.context("the log has no line \"time elapsed\"")
    }

    /// Returns the number of threads that the host logs for each kind: `RX`, `W`, `FM`, `FR`, …
    pub(crate) fn threads_created(&self) -> Result<BTreeMap<&str, u64>> {
        let line = self
            .messages()
            .find_map(|message| message.strip_prefix("Threads created -> "))
            .context("the log has no line \"Threads created\"")?;
        let words: Vec<_> = line.split_whitespace().collect();
        // Each kind is followed by its number.
        let pairs = words.chunks_exact(2);
        let threads = pairs.filter_map(|pair| {
            let (kind, number) = (pair[0].trim_end_matches(':'), pair[1]);
            Some((kind, number.parse().ok()?))
        });
        Ok(threads.collect())
    }

    /// Returns the number of flows that Suricata's flow recyclers log.
    pub(crate) fn flows_processed(&self) -> u64 {
        let flows = |message: &str| message.strip_suffix(" flows processed")?.parse().ok();
        self.messages().filter_map::<u64, _>(flows).sum()
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(lines) = self;
        lines.iter().try_for_each(|line| {
            let (level, thread, module) = (&line.level, &line.thread, &line.module);
            writeln!(f, "{level} [{thread}] {module}: {}", line.message)
        })
    }
}
