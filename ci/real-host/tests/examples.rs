//! Runs of the examples as they should be pass; each way in which one can go wrong is found and named.

mod made_up;

use capture::{Count, Expectation, Talker};
use made_up::run_with;
use real_host::Level;
use real_host::example::{Example, check};

/// Ten flows with 9000 packets. Of the eleven talkers the first has 40 packets, the next 38, and so on.
fn expectation() -> Expectation {
    let talker = |number: u8| Talker {
        source: [10, 0, 0, number].into(),
        total: Count {
            flows: 2,
            packets: 40 - 2 * u64::from(number),
        },
    };
    Expectation {
        total: Count {
            flows: 10,
            packets: 9000,
        },
        talkers: (0..11).map(talker).collect(),
        ..Expectation::default()
    }
}

/// What the host logs of a run as it should be, with these lines of the plugin's.
fn log(plugin: &str, lines: &[&str]) -> Vec<String> {
    let mut log = vec![
        "Loading plugin /w/libplugin.so".to_owned(),
        format!("Initializing plugin {plugin}; version= 0.1.0"),
        "Threads created -> RX: 1 W: 2 FM: 1 FR: 1   Engine started.".to_owned(),
        "10 flows processed".to_owned(),
    ];
    log.extend(lines.iter().map(|line| format!("{plugin}: {line}")));
    log
}

fn judged(example: Example, lines: &[&str]) -> Result<String, Vec<String>> {
    let log = log(example.name(), lines);
    let log: Vec<&str> = log.iter().map(String::as_str).collect();
    check(example, &run_with(&log), &expectation())
}

#[track_caller]
fn assert_problem(example: Example, lines: &[&str], part: &str) {
    let problems = judged(example, lines).unwrap_err();
    assert!(
        problems.iter().any(|problem| problem.contains(part)),
        "nothing about \"{part}\" in {problems:#?}"
    );
}

/// The lines with one replaced.
fn but<'a>(lines: &[&'a str], index: usize, line: &'a str) -> Vec<&'a str> {
    let mut lines = lines.to_vec();
    lines[index] = line;
    lines
}

#[test]
fn what_goes_wrong_with_any_plugin_is_found() {
    let lines = ["a thread saw 4 flows", "a thread saw 6 flows"];
    assert!(judged(Example::Minimal, &lines).is_ok());
    let good = log("minimal", &lines);
    for (line, instead, part) in [
        (0, "", "loaded 0 times"),
        (1, "", "initialized 0 times"),
        (3, "9 flows processed", "processed 9 flows of 10"),
    ] {
        let mut log: Vec<&str> = good.iter().map(String::as_str).collect();
        log[line] = instead;
        let problems = check(Example::Minimal, &run_with(&log), &expectation()).unwrap_err();
        assert!(problems[0].contains(part), "{problems:#?}");
    }
    let mut log: Vec<&str> = good.iter().map(String::as_str).collect();
    log.push("minimal: a flow is not counted");
    let mut run = run_with(&log);
    run.log.lines.last_mut().unwrap().level = Level::Error;
    let problems = check(Example::Minimal, &run, &expectation()).unwrap_err();
    let named = "the log names the plugin in: Error";
    assert!(problems[0].contains(named), "{problems:#?}");
}

#[test]
fn flows_of_threads_that_do_not_add_up_are_found() {
    let minimal = ["a thread saw 4 flows", "a thread saw 6 flows"];
    let idle = "a thread saw 0 flows";
    let all = [idle, minimal[0], minimal[1], idle, idle];
    for (example, good) in [
        (Example::Minimal, &minimal[..]),
        (Example::RawPlugin, &all),
        (Example::CPlugin, &all),
    ] {
        assert!(judged(example, good).is_ok());
        let last = good.len() - 1;
        let fewer = format!("{last} did");
        assert_problem(example, &good[..last], &fewer);
        for wrong in ["a thread saw 5 flows", "a thread saw 3 flows"] {
            assert_problem(example, &but(good, 1, wrong), "flows add up to");
        }
        assert_problem(example, &but(good, 1, "goodbye"), "cannot understand");
    }
    let on_one = ["a thread saw 10 flows", "a thread saw 0 flows"];
    let part = "1 threads met flows, but there are 2 workers";
    assert_problem(Example::Minimal, &on_one, part);
}

#[test]
fn totals_that_are_wrong_missing_or_going_back_are_found() {
    let example = Example::LiveTotals;
    let good = [
        "so far: 1 flows, 9 packets",
        "so far: 7 flows, 60 packets",
        "total: 10 flows, 9000 packets",
    ];
    assert!(judged(example, &good).is_ok());
    for total in [
        "total: 9 flows, 9000 packets",
        "total: 10 flows, 9001 packets",
        "total: 11 flows, 9000 packets",
    ] {
        assert_problem(example, &but(&good, 2, total), "the total is");
    }
    assert_problem(example, &[], "the plugin logged nothing");
    assert_problem(example, &good[..2], "cannot understand");
    assert_problem(example, &good[2..], "no line before the total");
    assert_problem(example, &but(&good, 1, good[2]), "cannot understand");
    for less in ["so far: 0 flows, 60 packets", "so far: 7 flows, 8 packets"] {
        assert_problem(example, &but(&good, 1, less), "less than the line before");
    }
    for more in [
        "so far: 11 flows, 60 packets",
        "so far: 7 flows, 9001 packets",
    ] {
        assert_problem(example, &but(&good, 1, more), "before the total of");
    }
}

#[test]
fn a_top_list_that_is_wrong_or_not_whole_is_found() {
    let example = Example::TopTalkers;
    let good = [
        "10 flows, 9000 packets, of which 0 of unknown source",
        "1. 10.0.0.0: 38 to 40 packets",
        "2. 10.0.0.1: 36 to 38 packets",
        "3. 10.0.0.2: 34 to 38 packets",
        "4. 10.0.0.3: 34 to 34 packets",
        "5. 10.0.0.4: 32 to 34 packets",
        "6. 10.0.0.5: 30 to 30 packets",
        "7. 10.0.0.6: 28 to 28 packets",
        "8. 10.0.0.7: 26 to 26 packets",
        "9. 10.0.0.8: 24 to 24 packets",
        "10. 10.0.0.9: 22 to 22 packets",
    ];
    assert!(judged(example, &good).is_ok());
    for (line, instead, part) in [
        (
            0,
            "10 flows, 8999 packets, of which 0 of unknown source",
            "and not",
        ),
        (
            0,
            "10 flows, 9000 packets, of which 1 of unknown source",
            "and not",
        ),
        (1, "1. 10.0.0.0: 41 to 42 packets", "but there are 40"),
        (1, "1. 10.0.0.0: 30 to 39 packets", "but there are 40"),
        (1, "1. 10.0.0.0: 31 to 41 packets", "says too little"),
        (
            10,
            "10. 10.0.0.10: 20 to 20 packets",
            "not among the 10 heaviest",
        ),
        (10, good[9], "cannot understand"),
        (10, "10. 10.0.0.8: 24 to 24 packets", "10 lines on 9"),
        (3, "3. nobody: 34 to 38 packets", "cannot understand"),
    ] {
        assert_problem(example, &but(&good, line, instead), part);
    }
    assert_problem(example, &good[..10], "9 lines on 9 talkers");
    assert_problem(example, &[], "the plugin logged nothing");
    let swapped = but(&good, 1, "1. 10.0.0.1: 36 to 40 packets");
    let swapped = but(&swapped, 2, "2. 10.0.0.0: 36 to 40 packets");
    assert_problem(example, &swapped, "comes after one with fewer");
}

#[test]
fn a_capture_without_ten_heaviest_talkers_is_refused() {
    let log = log("top-talkers", &[]);
    let log: Vec<&str> = log.iter().map(String::as_str).collect();
    let mut few = expectation();
    few.talkers.pop();
    let mut tied = expectation();
    tied.talkers[9] = tied.talkers[10].clone();
    for capture in [few, tied] {
        let problems = check(Example::TopTalkers, &run_with(&log), &capture).unwrap_err();
        assert!(problems[0].contains("nobody can say"), "{problems:#?}");
    }
}
