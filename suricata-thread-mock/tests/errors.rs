//! Lines at error level fail the test, unless it expects them.

mod raw;

use std::ffi::CString;

use raw::{V9, assert_says, panic_of};
use suricata_thread_mock::{Host, RunMode, ThreadKind, stray_reports};
use suricata_thread_sys::common::{SCLogLevel, SCLogMessage};

fn log(level: SCLogLevel, message: &str) {
    let (file, message) = (c"counter.c".as_ptr(), CString::new(message).unwrap());
    // SAFETY: the texts are C strings.
    unsafe { SCLogMessage(level, file, 7, file, c"counter".as_ptr(), message.as_ptr()) };
}

fn error(message: &str) {
    log(SCLogLevel::SC_LOG_ERROR, message);
}

#[test]
fn an_error_that_the_test_did_not_expect_fails_it_by_name_and_place() {
    let host = V9.host();
    let worker = host.start(RunMode::Single).workers.remove(0);
    worker.run(|_| (0..3).for_each(|_| error("no memory")));
    let text = panic_of(|| drop(host));
    assert_says(
        &text,
        &[
            "3 line(s) at error level",
            "expect_error",
            "Error: counter: no memory at counter.c:7 on thread `W#01` (3 times)",
        ],
    );
    assert_eq!(text.lines().count(), 2, "{text}");
}

#[test]
fn warnings_and_lower_levels_fail_nothing() {
    let host = V9.host();
    log(SCLogLevel::SC_LOG_WARNING, "almost full");
    log(SCLogLevel::SC_LOG_NOTICE, "3 flows");
    host.verify();
    drop(host);
}

#[test]
fn an_error_below_the_level_of_the_log_fails_too() {
    let host = Host::builder().log_level(SCLogLevel::SC_LOG_NONE).build();
    error("no memory");
    assert!(host.log().is_empty());
    assert_says(&panic_of(|| drop(host)), &["no memory"]);
}

#[test]
fn each_error_is_reported_once() {
    let host = V9.host();
    error("no memory");
    assert_says(&panic_of(|| host.verify()), &["no memory"]);
    host.verify();
    error("no slot");
    assert_says(&panic_of(|| host.verify()), &["no slot"]);
    drop(host);
}

#[test]
fn misuse_and_errors_are_reported_together() {
    let host = V9.host();
    error("no memory");
    V9.get(std::ptr::null(), 0);
    let text = panic_of(|| drop(host));
    assert_says(
        &text,
        &[
            "1 misuse(s)",
            "NULL",
            "1 line(s) at error level",
            "no memory",
        ],
    );
}

#[test]
fn an_expected_error_that_comes_is_fine_and_one_that_does_not_come_fails() {
    let host = V9.host();
    host.expect_error("no memory");
    host.expect_error("no slot");
    error("no memory at all");
    let text = panic_of(|| drop(host));
    assert_says(
        &text,
        &["1 line(s)", "\"no slot\"", "tests/errors.rs:", "0 came"],
    );
    assert!(!text.contains("memory"), "{text}");
}

#[test]
fn an_error_without_the_expected_part_meets_no_expectation() {
    let host = V9.host();
    host.expect_error("no slot");
    error("no memory");
    assert_says(
        &panic_of(|| drop(host)),
        &["Error: counter: no memory", "\"no slot\"", "0 came"],
    );
}

#[test]
fn a_second_line_of_an_expected_kind_is_one_too_many() {
    let host = V9.host();
    host.expect_error("no memory");
    error("no memory");
    error("no memory");
    assert_says(
        &panic_of(|| drop(host)),
        &[
            "1 line(s) at error level",
            "no memory",
            "\n1 line(s) at error level with \"no memory\" in the log were expected at ",
            ", 2 came",
        ],
    );
}

/// The first expectation fits both lines, the second one of them only.
#[test]
fn lines_are_matched_as_a_set() {
    for order in [
        ["no memory for flows", "no memory"],
        ["no memory", "no memory for flows"],
    ] {
        let host = V9.host();
        host.expect_error("memory");
        host.expect_error("flows");
        order.into_iter().for_each(error);
        host.verify();
    }
}

#[test]
fn a_count_may_be_a_range() {
    let came = |lines: usize, expect: fn(&Host)| {
        let host = V9.host();
        expect(&host);
        (0..lines).for_each(|_| error("no memory"));
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(host))).is_ok()
    };
    let fine = |expect| (0..=4).map(|lines| came(lines, expect)).collect::<Vec<_>>();
    let (yes, no) = (true, false);
    assert_eq!(
        fine(|host| host.expect_errors(2, "no")),
        [no, no, yes, no, no]
    );
    assert_eq!(
        fine(|host| host.expect_errors(2.., "no")),
        [no, no, yes, yes, yes]
    );
    assert_eq!(
        fine(|host| host.expect_errors(..2, "no")),
        [yes, yes, no, no, no]
    );
    assert_eq!(
        fine(|host| host.expect_errors(..=2, "no")),
        [yes, yes, yes, no, no]
    );
    assert_eq!(
        fine(|host| host.expect_errors(1..3, "no")),
        [no, yes, yes, no, no]
    );
    assert_eq!(
        fine(|host| host.expect_errors(1..=3, "no")),
        [no, yes, yes, yes, no]
    );
    assert_eq!(fine(|host| host.expect_errors(.., "no")), [yes; 5]);
}

#[test]
fn a_count_outside_of_a_range_names_the_bound() {
    for (lines, part) in [(0, "at least 1 line(s)"), (4, "at most 3 line(s)")] {
        let host = V9.host();
        host.expect_errors(1..=3, "no memory");
        (0..lines).for_each(|_| error("no memory"));
        assert_says(&panic_of(|| drop(host)), &[part, &format!("{lines} came")]);
    }
}

/// Nobody knows which host of the process it is for.
#[test]
fn an_error_on_a_plugins_own_thread_fails_no_test_but_names_the_option() {
    let host = V9.host();
    let own = std::thread::Builder::new().name("my own".to_owned());
    own.spawn(|| error("no memory")).unwrap().join().unwrap();
    host.verify();
    let strays = stray_reports();
    let mine = strays.iter().find(|stray| stray.thread == "my own");
    let says = ["Error: counter: no memory", "`HostBuilder::every_thread`"];
    assert_says(&mine.unwrap().to_string(), &says);
}

#[test]
fn a_host_that_only_records_fails_for_no_error() {
    let host = V9.recording();
    host.expect_error("never");
    error("no memory");
    host.verify();
    drop(host);
}

#[test]
fn an_error_of_a_free_function_in_the_shutdown_fails_too() {
    unsafe extern "C" fn complains(_: *mut std::ffi::c_void) {
        error("not empty");
    }
    let host = V9.host();
    let id = V9.register_raw(c"state".as_ptr(), Some(complains));
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    worker.run(|tv| assert_eq!(V9.set(tv, id, raw::ptr(1)), 0));
    assert_says(&panic_of(|| drop(host)), &["not empty", "Suricata-Main"]);
}
