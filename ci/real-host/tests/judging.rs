//! Runs as they should be pass; each way in which a run can go wrong is found and named.

mod made_up;

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use capture::{Count, Expectation};
use made_up::run_with;
use real_host::{Level, Run, flow_counter};

fn expectation() -> Expectation {
    Expectation {
        total: Count {
            flows: 10,
            packets: 90,
        },
        ..Expectation::default()
    }
}

const GOOD: [&str; 10] = [
    "Loading plugin /w/libplugin.so",
    "Initializing plugin flow-counter; version= 0.1.0; author=a; license=MIT; built from 8.0.8",
    "Threads created -> RX: 1 W: 2 FM: 1   Engine started.",
    "10 flows processed",
    "flow-counter: thread 4: 0 flows, 0 packets",
    "flow-counter: thread 1: 0 flows, 0 packets",
    "flow-counter: thread 2: 4 flows, 36 packets",
    "an unrelated line",
    "flow-counter: thread 3: 6 flows, 54 packets",
    "flow-counter: total: 10 flows, 90 packets, 2 threads",
];

/// The good run with one line replaced.
fn good_but(old: &str, new: &str) -> Run {
    assert!(GOOD.contains(&old));
    run_with(&GOOD.map(|line| if line == old { new } else { line }))
}

#[track_caller]
fn assert_problem(run: &Run, part: &str) {
    let problems = flow_counter::check(run, &expectation()).unwrap_err();
    assert!(
        problems.iter().any(|problem| problem.contains(part)),
        "nothing about \"{part}\" in {problems:#?}"
    );
}

#[test]
fn a_run_as_it_should_be_passes() {
    let counts = flow_counter::check(&run_with(&GOOD), &expectation()).unwrap();
    let threads = [("FM", 1), ("RX", 1), ("W", 2)].map(|(kind, count)| (kind.to_owned(), count));
    assert_eq!(counts.threads, threads.into());
    assert_eq!(counts.total, expectation().total);
    assert_eq!(counts.drops, 4);
}

#[test]
fn an_exit_status_other_than_0_is_found() {
    let mut run = run_with(&GOOD);
    run.status = ExitStatus::from_raw(11);
    assert_problem(&run, "the host ended with signal: 11");
}

#[test]
fn a_panic_is_found() {
    let mut run = run_with(&GOOD);
    run.printed = "thread 'W#01' panicked at src/lib.rs:1:1".to_owned();
    assert_problem(&run, "the plugin panicked");
}

#[test]
fn errors_and_warnings_that_name_the_plugin_are_found() {
    for level in [Level::Error, Level::Warning] {
        let mut run = good_but("an unrelated line", "flow-counter: out of memory");
        run.log.lines[7].level = level;
        assert_problem(&run, "the log names the plugin in:");

        let mut run = run_with(&GOOD);
        run.log.lines[7].level = level;
        run.log.lines[7].module = "flow_counter".to_owned();
        assert_problem(&run, "an unrelated line");
    }
}

#[test]
fn a_plugin_that_was_not_loaded_or_initialized_is_found() {
    assert_problem(&good_but(GOOD[0], ""), "loaded 0 times");
    assert_problem(&good_but(GOOD[1], ""), "initialized 0 times");
    assert_problem(&good_but(GOOD[7], GOOD[1]), "initialized 2 times");
}

#[test]
fn a_host_that_processed_other_flows_is_found() {
    assert_problem(
        &good_but(GOOD[3], "9 flows processed"),
        "processed 9 flows of 10",
    );
}

#[test]
fn more_or_fewer_threads_than_the_host_created_are_found() {
    let more = "Threads created -> RX: 1 W: 2 FM: 1 FR: 1   Engine started.";
    assert_problem(
        &good_but(GOOD[2], more),
        "5 threads were created, 4 values dropped",
    );
    let fewer = "Threads created -> W: 2 FM: 1   Engine started.";
    assert_problem(
        &good_but(GOOD[2], fewer),
        "3 threads were created, 4 values dropped",
    );
    assert_problem(&good_but(GOOD[2], ""), "says nowhere how many threads");
}

#[test]
fn a_value_that_was_never_dropped_is_found() {
    assert_problem(
        &good_but(GOOD[4], ""),
        "the value of thread 4 was never dropped",
    );
}

#[test]
fn a_value_that_was_dropped_twice_is_found() {
    assert_problem(
        &good_but(GOOD[4], GOOD[5]),
        "the value of thread 1 was dropped more than once",
    );
}

#[test]
fn flows_and_packets_that_do_not_add_up_are_found() {
    let few = "flow-counter: thread 3: 5 flows, 54 packets";
    assert_problem(
        &good_but(GOOD[8], few),
        "the threads' counts add up to Count { flows: 9, packets: 90 }",
    );
    let many = "flow-counter: thread 3: 6 flows, 55 packets";
    assert_problem(
        &good_but(GOOD[8], many),
        "the threads' counts add up to Count { flows: 10, packets: 91 }",
    );
}

#[test]
fn a_missing_repeated_or_wrong_total_is_found() {
    let total = "the totals logged are";
    assert_problem(&good_but(GOOD[9], ""), total);
    assert_problem(&good_but(GOOD[7], GOOD[9]), total);
    for wrong in [
        "flow-counter: total: 11 flows, 90 packets, 2 threads",
        "flow-counter: total: 10 flows, 91 packets, 2 threads",
        "flow-counter: total: 10 flows, 90 packets, 4 threads",
    ] {
        assert_problem(&good_but(GOOD[9], wrong), total);
    }
}

#[test]
fn a_worker_without_flows_is_found() {
    let mut lines = GOOD;
    lines[6] = "flow-counter: thread 2: 0 flows, 0 packets";
    lines[8] = "flow-counter: thread 3: 10 flows, 90 packets";
    assert_problem(
        &run_with(&lines),
        "1 threads met flows, but there are 2 workers",
    );
}

#[test]
fn a_line_of_the_plugin_that_cannot_be_understood_is_found() {
    for line in [
        "flow-counter: thread 4: many flows, 0 packets",
        "flow-counter: goodbye",
    ] {
        assert_problem(
            &good_but(GOOD[7], line),
            "cannot understand the plugin's line",
        );
    }
}
