//! The plugin `census` in one host over many captures.

use std::error::Error;
use std::path::Path;

use real_host::Log;

use crate::census;
use crate::host::{Host, Mode};
use crate::{Capture, Given};

/// How many captures the host reads, one after the other. With fewer, its own warming up hides what a plugin loses.
const CAPTURES: usize = 300;

/// How much more a host with the plugin may grow with each capture than one without. Without a leak it grew by up to
/// 17 more, and also by 30 less; with 32 KiB lost for each of the 5 threads of a capture, as by `planted`, by 130 to 170.
const MOST_KIB: i64 = 64;

/// Reads the capture so many times with the plugin and without, and compares what the memory does.
pub(crate) fn check(given: &Given) -> Result<(), Box<dyn Error>> {
    let capture = given.capture(4_000)?;
    // Side by side: most of the time the host waits.
    let (with, without) = std::thread::scope(|scope| {
        let without =
            scope.spawn(|| soak(given.root, None, &capture).map_err(|error| error.to_string()));
        let with =
            soak(given.root, Some(given.plugin), &capture).map_err(|error| error.to_string());
        (
            with,
            without
                .join()
                .unwrap_or_else(|_| Err("panicked".to_owned())),
        )
    });
    let ((with, log), (without, _)) = (with?, without?);
    let census = census::last(&log);
    let (grown, grown_without) = (growth(&with), growth(&without));
    println!(
        "{CAPTURES} captures in one process: memory grew by {grown} KiB a capture with the plugin and by {grown_without} \
         without, from the first third to the last"
    );

    let mut problems = Vec::new();
    if grown - grown_without > MOST_KIB {
        problems.push(format!(
            "memory grows with the plugin; KiB after each capture: {with:?}"
        ));
    }
    match census {
        Ok(census) => {
            println!("the plugin's values: {census}");
            if census.flows != capture.flows * CAPTURES as u64 {
                problems.push(format!(
                    "{} flows were counted, not {CAPTURES} times {}",
                    census.flows, capture.flows
                ));
            }
            // The host never frees the storage of the thread that it has before the first capture: the unix manager.
            let unix_manager = census.alive.len() == 1 && census.alive[0].starts_with("1 ");
            if !unix_manager || census.dropped + 1 != census.inserted {
                problems.push("other values than the unix manager's were not dropped".to_owned());
            }
            if census.stored == 0 || census.released != census.stored {
                problems.push(
                    "values that were stored while packets flowed were not all dropped once"
                        .to_owned(),
                );
            }
        }
        Err(problem) => problems.push(problem),
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n").into())
    }
}

/// KiB after each capture, and the log.
type Soaked = (Vec<u64>, Log);

fn soak(root: &Path, plugin: Option<&Path>, capture: &Capture) -> Result<Soaked, Box<dyn Error>> {
    let mut host = Host::start(root, plugin, &Mode::Socket)?;
    let mut socket = host.connect()?;
    let capture = host.add(&capture.file)?;
    let mut resident = Vec::new();
    for _ in 0..CAPTURES {
        let folder = host.folder().to_owned();
        socket.read(&capture, &folder)?;
        host.wait_until("the end of the capture", |_| Ok(socket.is_idle()?))?;
        resident.push(host.resident_kib()?);
    }
    socket.shut_down()?;
    let (status, log) = host.end()?;
    if !status.success() {
        return Err(format!("the host ended with {status}:\n{log}").into());
    }
    Ok((resident, log))
}

/// Growth in KiB per capture, from the middle of the first third to the middle of the last.
fn growth(resident: &[u64]) -> i64 {
    let third = resident.len().div_ceil(3);
    let median = |part: &[u64]| {
        let mut part = part.to_vec();
        part.sort_unstable();
        part[part.len() / 2]
    };
    let (first, last) = (
        median(&resident[..third]),
        median(&resident[resident.len() - third..]),
    );
    let captures = (resident.len() - third).max(1);
    let signed = |kib: u64| i64::try_from(kib).unwrap_or(i64::MAX);
    (signed(last) - signed(first)) / i64::try_from(captures).unwrap_or(i64::MAX)
}
