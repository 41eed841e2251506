//! Tests the program that `cargo run -p flow-counter` runs.

#![cfg(feature = "demo")]

use std::process::{Command, Output};

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_flow-counter"))
        .args(args)
        .output()
        .unwrap()
}

#[test]
fn the_program_prints_the_hosts_log_and_a_table_with_totals() {
    let output = run(&["--threads", "2", "--flows", "50", "--packets", "3"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    assert!(
        text.contains("flow-counter: total: 50 flows, 150 packets, 2 threads"),
        "{text}"
    );
    let cells = |row: &str| -> Vec<String> {
        let row = text
            .lines()
            .find(|line| line.starts_with(&format!("| {row} ")));
        row.unwrap()
            .split('|')
            .map(|cell| cell.trim().into())
            .collect()
    };
    assert_eq!(cells("total")[2..4], ["50", "150"]);
    assert_eq!(cells("RX#01")[2..4], ["0", "0"]);
    let sum = |cell: usize| {
        ["W#01", "W#02"]
            .map(|w| cells(w)[cell].parse::<u64>().unwrap())
            .iter()
            .sum::<u64>()
    };
    assert_eq!((sum(2), sum(3)), (50, 150));
}

#[test]
fn the_readme_shows_the_programs_total() {
    let output = run(&[]);
    let text = String::from_utf8(output.stdout).unwrap();
    let shown = include_str!("../README.md")
        .lines()
        .find(|line| line.starts_with("flow-counter: total: "));
    assert!(text.contains(shown.unwrap()), "{text}");
}

#[test]
fn zero_flows_are_not_an_error() {
    let output = run(&["--flows", "0"]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("flow-counter: thread 7: 0 flows, 0 packets"),
        "{text}"
    );
}

#[test]
fn help_names_the_options() {
    let output = run(&["--help"]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    for option in ["--threads", "--flows", "--packets"] {
        assert!(text.contains(option), "{text}");
    }
}

#[test]
fn a_wrong_value_is_a_clear_error() {
    for (args, part) in [
        (["--threads", "0"], "0 is not in 1..=1000"),
        (["--packets", "0"], "0 is not in 1..=1000000"),
        (["--flows", "many"], "invalid digit found in string"),
        (["--colour", "red"], "unexpected argument '--colour'"),
    ] {
        let output = run(&args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(part), "{text}");
    }
}
