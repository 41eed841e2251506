//! The mock as a host.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use real_host::Log;
use serde::{Deserialize, Serialize};

use crate::TRANSCRIPTS;
use crate::job::Job;
use crate::observations::Observations;

/// What the process that is the mock prints as it ends.
#[derive(Debug, Serialize, Deserialize)]
pub struct Printed {
    /// The mock's log in the form of Suricata's JSON log.
    pub log: String,
    /// The rules that the mock found broken.
    pub reports: Vec<Report>,
}

/// A rule that the mock found broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The name of the rule.
    pub kind: String,
    /// The whole text.
    pub message: String,
}

/// What the suite does that the mock reports though Suricata lets it pass: the rule, and a part of the text.
const EXPECTED: [(&str, &str); 6] = [
    ("RegistrationInCallback", "StorageRegister of slot"),
    ("ValueLost", "SetStorageById of slot `conformance: values`"),
    (
        "ValueLost",
        "FreeStorageById of slot `conformance: free, curious`",
    ),
    ("ValueLost", "shutdown of slot `conformance: free, curious`"),
    (
        "ValueNeverFreed",
        "shutdown of slot `conformance: free, before`",
    ),
    (
        "RegistrationInCallback",
        "StorageRegister of a slot without a name",
    ),
];

/// What is wrong with the reports of a life: one that the suite gives no reason for, or one that is missing although
/// threads were created.
#[must_use]
pub fn judge(reports: &[Report], threads: bool) -> Vec<String> {
    let matches = |report: &Report, (kind, part): (&str, &str)| {
        report.kind == kind && report.message.contains(part)
    };
    let unexpected = reports
        .iter()
        .filter(|report| {
            !EXPECTED
                .into_iter()
                .any(|expected| matches(report, expected))
        })
        .map(|report| {
            format!(
                "reported without reason: {}: {}",
                report.kind, report.message
            )
        });
    let missing = EXPECTED
        .into_iter()
        .filter(|_| threads)
        .filter(|expected| !reports.iter().any(|report| matches(report, *expected)))
        .map(|(kind, part)| format!("not reported: {kind}: … {part} …"));
    unexpected.chain(missing).collect()
}

/// Has the mock do a job, in a process of its own.
///
/// # Errors
///
/// The process cannot be started, or fails.
pub fn run(job: &Job) -> Result<(Observations, Vec<Report>), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let transcripts = folder.path().join("transcripts");
    fs::create_dir(&transcripts).map_err(|error| error.to_string())?;
    let output = Command::new(program()?)
        .arg(serde_json::to_string(job).map_err(|error| error.to_string())?)
        .arg(folder.path())
        .env(TRANSCRIPTS, &transcripts)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("conformance-mock: {error}"))?;
    if !output.status.success() {
        return Err(format!("the mock ended with {}", output.status));
    }
    let printed: Printed = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("the mock's output: {error}"))?;
    let log = Log::parse(&printed.log)?;
    let observations = Observations::read(&transcripts, &log)?;
    Ok((observations, printed.reports))
}

/// The program `conformance-mock`, which is beside this one.
fn program() -> Result<PathBuf, String> {
    let this = env::current_exe().map_err(|error| error.to_string())?;
    Ok(this.with_file_name("conformance-mock"))
}

#[cfg(test)]
mod tests {
    use super::{EXPECTED, Report, judge};

    fn expected() -> Vec<Report> {
        EXPECTED
            .into_iter()
            .map(|(kind, part)| Report {
                kind: kind.to_owned(),
                message: format!("before {part} after"),
            })
            .collect()
    }

    #[test]
    fn the_reports_that_the_suite_provokes_are_fine() {
        assert_eq!(judge(&expected(), true), [""; 0]);
        assert_eq!(judge(&[], false), [""; 0]);
    }

    #[test]
    fn a_report_without_reason_is_a_problem() {
        let mut reports = expected();
        reports[1].message = "SetStorageById of slot `conformance: flows`".to_owned();
        let problems = judge(&reports, false);
        assert_eq!(
            problems,
            ["reported without reason: ValueLost: SetStorageById of slot `conformance: flows`"]
        );
    }

    #[test]
    fn a_missing_report_is_a_problem() {
        let mut reports = expected();
        reports.remove(0);
        let problems = judge(&reports, true);
        assert_eq!(
            problems,
            ["not reported: RegistrationInCallback: … StorageRegister of slot …"]
        );
    }
}
