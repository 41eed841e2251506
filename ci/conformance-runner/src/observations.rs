//! What was observed in one life of a host, in a form that two hosts can be compared by.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use real_host::{Line, Log};

/// The module that the suite logs as.
const MODULE: &str = "conformance";

/// What the host's own lines are about, as far as they are compared.
const SUBJECTS: [&str; 12] = [
    "absent.so",
    "no_entry.so",
    "other_generation.so",
    "other_version.so",
    "conformance.so",
    "second.so",
    "twice.so",
    "conformance-suite",
    "conformance-second",
    "conformance-twice",
    "conformance-other-version",
    "undefined symbol",
];

/// The slots that hosts have something to say about.
const SLOTS: [&str; 3] = [
    "conformance: taken",
    "conformance: several plugins",
    ALLOCATION,
];

/// A slot of the scenario that only 8.0 has.
const ALLOCATION: &str = "conformance: allocation";

/// Transcripts by name, each with a line for each observation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observations(pub BTreeMap<String, String>);

impl Observations {
    /// Reads the transcripts in `folder`, and what is in the log.
    ///
    /// # Errors
    ///
    /// A transcript cannot be read, or is of no known kind.
    pub fn read(folder: &Path, log: &Log) -> Result<Self, String> {
        let mut transcripts = BTreeMap::new();
        let mut threads: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut read = || -> std::io::Result<()> {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let text = fs::read_to_string(entry.path())?;
                let parts: Vec<&str> = name.split('.').collect();
                match parts[..] {
                    [scenario, "sequence"] => {
                        transcripts.insert(scenario.to_owned(), text);
                    }
                    [scenario, _, "thread"] => {
                        threads.entry(scenario.to_owned()).or_default().push(text);
                    }
                    [scenario, "lines"] => {
                        let lines = text.lines().map(str::to_owned).collect();
                        transcripts.insert(format!("{scenario}, at any time"), counted(lines));
                    }
                    _ => return Err(std::io::Error::other(format!("what is {name}?"))),
                }
            }
            Ok(())
        };
        read().map_err(|error| format!("{}: {error}", folder.display()))?;
        for (scenario, texts) in threads {
            transcripts.insert(format!("{scenario}, per thread"), blocks(texts));
        }
        let (own, host): (Vec<_>, Vec<_>) =
            log.lines.iter().partition(|line| line.module == MODULE);
        let own = own.into_iter().map(of_suite).collect();
        transcripts.insert("the suite's lines in the log".to_owned(), counted(own));
        for line in host.into_iter() {
            let Some((name, text)) = of_host(line) else {
                continue;
            };
            let name = format!("{name}the host's lines in the log");
            *transcripts.entry(name).or_default() += &text;
        }
        Ok(Self(transcripts))
    }

    /// The number of lines.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.0.values().map(|text| text.lines().count()).sum()
    }
}

impl fmt::Display for Observations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|(name, text)| writeln!(f, "## {name}\n{text}"))
    }
}

/// Lines that came in any order, each once, with the number of times.
fn counted(lines: Vec<String>) -> String {
    let mut times: BTreeMap<String, u64> = BTreeMap::new();
    for line in lines {
        *times.entry(line).or_default() += 1;
    }
    times
        .into_iter()
        .map(|(line, times)| format!("{times} × {line}\n"))
        .collect()
}

/// Transcripts of threads, each once, with the number of threads.
fn blocks(texts: Vec<String>) -> String {
    let mut times: BTreeMap<String, u64> = BTreeMap::new();
    for text in texts {
        *times.entry(text).or_default() += 1;
    }
    times
        .into_iter()
        .map(|(text, times)| format!("{times} × a thread:\n{text}"))
        .collect()
}

fn role(line: &Line) -> &'static str {
    match line.thread.as_str() {
        "Suricata-Main" => "main",
        name if name.starts_with("W#") => "worker",
        _ => "other",
    }
}

/// A line of the suite's, to the letter.
fn of_suite(line: &Line) -> String {
    let message = &line.message;
    // Many equal characters are hard to compare by eye.
    let message = match message.chars().next() {
        Some(first) if message.len() > 100 && message.chars().all(|c| c == first) => {
            format!("{} times {first}", message.len())
        }
        _ => format!("{message:?}"),
    };
    format!("{:?} on {}: {message}", line.level, role(line))
}

/// What a line of the host's own is about, where it is about the plugins or the threads. Hosts say it in their own
/// words; at which level they say it, on which thread, about what and in which order has to be the same.
///
/// Lines about the slots that only 8.0 has are a transcript of their own: the first part of its name comes with it.
fn of_host(line: &Line) -> Option<(&'static str, String)> {
    let (level, role) = (line.level, role(line));
    let text = |about: &str| format!("{level:?} on {role}: {about}\n");
    if let Some(threads) = line.message.strip_prefix("Threads created -> ") {
        let threads = threads.trim_end_matches("Engine started.").trim();
        return (!threads.is_empty()).then(|| ("", text(threads)));
    }
    if let Some(slot) = SLOTS.iter().find(|slot| line.message.contains(*slot)) {
        let of = if *slot == ALLOCATION {
            "allocation, "
        } else {
            ""
        };
        return Some((of, text(slot)));
    }
    let about: Vec<&str> = SUBJECTS
        .into_iter()
        .filter(|subject| line.message.contains(subject))
        .collect();
    (!about.is_empty()).then(|| ("", text(&about.join(", "))))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use real_host::{Level, Line, Log};

    use super::Observations;

    /// Observations of a life with these files and log lines.
    fn observe(files: &[(&str, &str)], lines: &[(Level, &str, &str, &str)]) -> Observations {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let line = |&(level, thread, module, message): &(Level, &str, &str, &str)| Line {
            level,
            thread: thread.to_owned(),
            module: module.to_owned(),
            message: message.to_owned(),
        };
        let log = Log {
            lines: lines.iter().map(line).collect(),
        };
        Observations::read(folder.path(), &log).unwrap()
    }

    #[test]
    fn the_order_of_a_sequence_counts() {
        let left = observe(&[("a.sequence", "1\n2\n")], &[]);
        let right = observe(&[("a.sequence", "2\n1\n")], &[]);
        assert_ne!(left, right);
    }

    #[test]
    fn the_order_of_lines_at_any_time_does_not_count_but_their_number_does() {
        let left = observe(&[("a.lines", "1\n2\n1\n")], &[]);
        assert_eq!(left, observe(&[("a.lines", "2\n1\n1\n")], &[]));
        assert_ne!(left, observe(&[("a.lines", "2\n1\n")], &[]));
        assert_eq!(left.0["a, at any time"], "2 × 1\n1 × 2\n");
    }

    #[test]
    fn which_thread_has_a_transcript_does_not_count_but_its_order_does() {
        let left = observe(&[("a.1.thread", "1\n2\n"), ("a.2.thread", "3\n")], &[]);
        let swapped = observe(&[("a.2.thread", "1\n2\n"), ("a.1.thread", "3\n")], &[]);
        assert_eq!(left, swapped);
        let other_order = observe(&[("a.1.thread", "2\n1\n"), ("a.2.thread", "3\n")], &[]);
        assert_ne!(left, other_order);
        let mixed = observe(&[("a.1.thread", "1\n"), ("a.2.thread", "2\n3\n")], &[]);
        assert_ne!(left, mixed);
    }

    #[test]
    fn a_file_of_no_known_kind_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.b.c"), "").unwrap();
        let error = Observations::read(folder.path(), &Log::default()).unwrap_err();
        assert!(error.contains("a.b.c"), "{error}");
    }

    #[test]
    fn lines_of_the_suite_are_compared_to_the_letter() {
        let line = |text| [(Level::Notice, "W#07", "conformance", text)];
        let observations = observe(&[], &line("hello\n"));
        assert_eq!(
            observations.0["the suite's lines in the log"],
            "1 × Notice on worker: \"hello\\n\"\n"
        );
        assert_ne!(observations, observe(&[], &line("hello")));
    }

    #[test]
    fn lines_of_the_host_are_compared_by_what_they_are_about() {
        let line = |level, text| [(level, "Suricata-Main", "plugin", text)];
        let observations = observe(&[], &line(Level::Error, "cannot load /a/other_version.so"));
        assert_eq!(
            observations.0["the host's lines in the log"],
            "Error on main: other_version.so\n"
        );
        let other_words = line(Level::Error, "/b/other_version.so: refused");
        assert_eq!(observations, observe(&[], &other_words));
        let other_level = line(Level::Notice, "cannot load /a/other_version.so");
        assert_ne!(observations, observe(&[], &other_level));
        let other_file = line(Level::Error, "cannot load /a/absent.so");
        assert_ne!(observations, observe(&[], &other_file));
        let other_matter = line(Level::Error, "no rules were loaded");
        assert_eq!(observe(&[], &[]), observe(&[], &other_matter));
    }

    #[test]
    fn the_threads_that_the_host_counts_are_compared() {
        let line = |text| [(Level::Notice, "Suricata-Main", "threads", text)];
        let text = "Threads created -> W: 1 FM: 1 FR: 1   Engine started.";
        assert_eq!(
            observe(&[], &line(text)).0["the host's lines in the log"],
            "Notice on main: W: 1 FM: 1 FR: 1\n"
        );
    }
}
