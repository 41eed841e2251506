//! Tests the plugin on the mock.

use std::fs;
use std::path::Path;

use suricata_thread::plugin::load_in_mock;
use suricata_thread_mock::{Host, RunMode, ThreadKind, Traffic};
use tempfile::TempDir;

/// Returns a host with the plugin, which writes to `path`.
fn host(path: &Path) -> Host {
    let host = Host::new();
    let path = path.to_owned();
    load_in_mock("flow-log", || flow_log::register(path)).unwrap();
    host
}

/// Returns the lines of the file, sorted, since the order of the threads varies.
fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn every_flow_is_a_line_with_the_name_of_its_thread() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("flows");
    let host = host(&path);
    host.start(RunMode::Autofp {
        receivers: 1,
        workers: 2,
    });
    host.traffic(Traffic {
        flows: 1000,
        ..Traffic::default()
    });
    host.shutdown();
    let lines = lines(&path);
    assert_eq!(lines.len(), 1000);
    for name in ["W#01", "W#02"] {
        let first = format!("{name} flow 1");
        assert!(lines.contains(&first), "no {first} in {lines:?}");
    }
}

#[test]
fn each_capture_is_written_when_its_threads_are_freed_although_others_stay() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("flows");
    let host = host(&path);
    host.finalize();
    let manager = host.spawn("US", ThreadKind::Command);
    for captures in 1..=2 {
        let worker = host.spawn("W#01", ThreadKind::Worker);
        worker.flow_init(&host.flow());
        worker.join();
        worker.free();
        assert_eq!(lines(&path), vec!["W#01 flow 1"; captures]);
    }
    drop(manager);
    host.shutdown();
}

#[test]
fn a_file_that_cannot_be_opened_is_an_error_for_each_thread_and_the_host_goes_on() {
    let host = host(Path::new("/no such folder/flows"));
    host.expect_errors(1.., "flows will not be written: No such file or directory");
    host.start(RunMode::Single);
    host.traffic(Traffic::default());
    host.shutdown();
}

#[test]
fn a_full_disk_is_an_error() {
    let host = host(Path::new("/dev/full"));
    host.expect_errors(
        1..,
        "flows are missing in the file: No space left on device",
    );
    host.start(RunMode::Single);
    host.traffic(Traffic::default());
    host.shutdown();
}
