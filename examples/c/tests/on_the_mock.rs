//! Tests the plugin on the mock, compiled by the README's command.

use std::path::{Path, PathBuf};
use std::process::Command;

use suricata_thread_mock::{Generation, Host, RunMode, ThreadKind, Traffic};

/// Compiles the plugin into `folder`, with the README's command.
fn compile(folder: &Path) -> PathBuf {
    let file = "c_plugin.so";
    let readme = include_str!("../README.md");
    let command = readme
        .lines()
        .find(|line| line.starts_with("cc ") && line.contains(file))
        .unwrap_or_else(|| panic!("no command for {file} in the README"));
    let output = folder.join(file);
    let status = Command::new("sh")
        .arg("-c")
        .arg(command.replace(file, &format!("'{}' -Werror", output.display())))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(status.success(), "{command}");
    output
}

/// Opens the plugin from a new file. Hosts that open the same file would share its variables.
fn open(host: &Host) {
    let folder = tempfile::tempdir().unwrap();
    let plugin = compile(folder.path());
    // SAFETY: built just now; its entry point returns a static plugin.
    unsafe { host.open(plugin) }.unwrap();
}

/// Returns a host that has opened the plugin.
fn opened(generation: Generation) -> Host {
    let host = Host::builder().generation(generation).build();
    open(&host);
    host
}

/// Returns the plugin's log messages, without its name.
fn lines(host: &Host) -> Vec<String> {
    let log = host.log();
    let messages = log.iter().map(|line| line.message.as_str());
    messages
        .filter_map(|message| message.strip_prefix("c-plugin: "))
        .map(str::to_owned)
        .collect()
}

fn sorted(host: &Host) -> Vec<String> {
    let mut lines = lines(host);
    lines.sort();
    lines
}

/// Returns the sorted messages for 100 flows on one of the threads.
fn counts(host: &Host) -> Vec<&'static str> {
    let mut counts = vec!["a thread saw 0 flows"; host.threads().len() - 1];
    counts.push("a thread saw 100 flows");
    counts
}

#[test]
fn each_thread_reports_its_flows() {
    for &generation in Generation::ALL {
        let host = opened(generation);
        host.start(RunMode::Single);
        host.traffic(Traffic::default());
        host.shutdown();
        assert_eq!(sorted(&host), counts(&host), "{generation}");
    }
}

#[test]
fn a_refusal_of_the_host_is_logged() {
    type Refuse = fn(&Host);
    let refusals: [(Refuse, &str); 3] = [
        (|host| host.refuse_slot(1), "the host refused the slot"),
        (
            |host| host.refuse_callback(1),
            "the host refused a callback",
        ),
        (
            |host| host.refuse_callback(2),
            "the host refused a callback",
        ),
    ];
    for (refuse, logged) in refusals {
        let host = Host::new();
        refuse(&host);
        host.expect_error(logged);
        open(&host);
        assert_eq!(lines(&host), [logged]);
    }
}

#[test]
fn a_plugin_that_is_listed_twice_counts_once_and_misuses_nothing() {
    for &generation in Generation::ALL {
        let folder = tempfile::tempdir().unwrap();
        let plugin = compile(folder.path());
        let host = Host::builder().generation(generation).build();
        host.expect_error("already registered");
        host.expect_error("the host refused the slot");
        for _ in 0..2 {
            // SAFETY: built just now; its entry point returns a static plugin.
            unsafe { host.open(&plugin) }.unwrap();
        }
        host.start(RunMode::Single);
        host.traffic(Traffic::default());
        host.shutdown();
        assert!(
            host.reports().is_empty(),
            "{generation}: {:?}",
            host.reports()
        );
        let expected = [counts(&host), vec!["the host refused the slot"]].concat();
        assert_eq!(sorted(&host), expected, "{generation}");
    }
}

#[test]
fn a_thread_whose_state_is_refused_is_logged_and_the_others_count_on() {
    let host = opened(Generation::V9);
    host.finalize();
    host.expect_error("will not be counted");
    host.refuse_set(1);
    let workers = ["W#01", "W#02"].map(|name| host.spawn(name, ThreadKind::Worker));
    for worker in &workers {
        worker.flow_init(&host.flow());
    }
    host.shutdown();
    let expected = ["a thread will not be counted", "a thread saw 1 flows"];
    assert_eq!(lines(&host), expected);
}

#[test]
fn a_call_without_a_thread_is_ignored() {
    let host = opened(Generation::V9);
    host.finalize();
    host.flow_init_without_thread(&host.flow());
    host.shutdown();
    assert!(lines(&host).is_empty());
}
