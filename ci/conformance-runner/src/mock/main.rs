//! One life of the mock: `conformance-mock JOB FOLDER`, with the job as JSON and a folder to work in.
//!
//! It does what Suricata does when it is run as [`conformance_runner::real`] runs it, and prints its log.

use std::path::Path;
use std::process::ExitCode;

use capture::Expectation;
use conformance_runner::mock::{Printed, Report};
use conformance_runner::{Job, Mode};
use serde_json::json;
use suricata_thread_mock::{Generation, Host, LogLine, RunMode, ThreadKind, Traffic};
use suricata_thread_sys::common::SCLogLevel;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [job, folder] = &arguments[..] else {
        eprintln!("usage: conformance-mock JOB FOLDER");
        return ExitCode::from(2);
    };
    let printed = serde_json::from_str(job)
        .map_err(Box::from)
        .and_then(|job| live(&job, Path::new(folder)));
    match printed {
        Ok(printed) => {
            println!("{printed}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("conformance-mock: {error}");
            ExitCode::FAILURE
        }
    }
}

fn live(job: &Job, folder: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let generation = Generation::from_major(job.major).ok_or("no such generation")?;
    let host = Host::builder()
        .generation(generation)
        .log_level(SCLogLevel(job.mode.log_level().0))
        .record_only()
        .build();
    for name in job.copy_plugins(folder)? {
        // What becomes of a plugin is in the log, as with Suricata.
        // SAFETY: the suite's own plugins: what they register holds for the life of the process.
        let _ = unsafe { host.open(folder.join(name)) };
    }
    run(&host, job);
    host.shutdown();
    let log: String = host
        .log()
        .iter()
        .map(|line| json_line(line) + "\n")
        .collect();
    let reports = host.reports();
    let reports = reports.into_iter().map(|report| Report {
        kind: format!("{:?}", report.kind),
        message: report.to_string(),
    });
    let reports = reports.collect();
    Ok(serde_json::to_string(&Printed { log, reports })?)
}

fn run(host: &Host, job: &Job) {
    let autofp = RunMode::Autofp {
        receivers: 1,
        workers: Job::WORKERS,
    };
    match job.mode {
        Mode::Load => host.finalize(),
        Mode::Single => {
            host.start(RunMode::Single);
            host.spawn("CW", ThreadKind::Counters);
            host.spawn("CS", ThreadKind::Counters);
            traffic(host, &job.expectation);
        }
        Mode::Autofp => {
            host.start(autofp);
            traffic(host, &job.expectation);
        }
        Mode::UnixSocket => {
            host.finalize();
            let manager = host.spawn("US", ThreadKind::Command);
            for _ in 0..Job::CAPTURES {
                let threads = manager.run(|_| host.start(autofp));
                traffic(host, &job.expectation);
                manager.run(|_| threads.stop());
            }
        }
    }
}

/// The flows of the capture, with as many packets as they have there.
fn traffic(host: &Host, expectation: &Expectation) {
    for count in expectation.protocols.values() {
        host.traffic(Traffic {
            flows: count.flows,
            packets_per_flow: count.packets / count.flows,
            ..Traffic::default()
        });
    }
}

/// A line as Suricata writes it to a log of type JSON.
fn json_line(line: &LogLine) -> String {
    let LogLine {
        message,
        thread,
        module,
        ..
    } = line;
    let engine = json!({ "message": message, "thread_name": thread, "module": module });
    json!({ "log_level": line.level_name(), "engine": engine }).to_string()
}
