//! The host's log.

mod raw;

use std::ffi::CStr;
use std::ptr::null;

use suricata_thread_mock::{Host, Report, ReportKind, ThreadKind, stray_reports};
use suricata_thread_sys as sys;
use sys::common::SCLogLevel;

#[test]
fn a_line_has_all_that_was_passed_and_the_thread() {
    let host = Host::new();
    let log = |message: &CStr| {
        // SAFETY: the texts are C strings.
        unsafe {
            sys::common::SCLogMessage(
                SCLogLevel::SC_LOG_WARNING,
                c"src/lib.rs".as_ptr(),
                42,
                c"on_flow".as_ptr(),
                c"probe".as_ptr(),
                message.as_ptr(),
            )
        }
    };
    assert_eq!(log(c"main"), 0);
    let worker = host.spawn("W#01", ThreadKind::Worker);
    worker.run(|_| log(c"worker"));
    std::thread::Builder::new()
        .name("other".to_owned())
        .spawn_scoped_in(&host, || log(c"other"));
    let lines = host.log();
    let said: Vec<_> = lines.iter().map(|l| (&*l.thread, &*l.message)).collect();
    assert_eq!(
        said,
        [
            ("Suricata-Main", "main"),
            ("W#01", "worker"),
            ("other", "other")
        ]
    );
    let line = &lines[0];
    assert_eq!(line.level, SCLogLevel::SC_LOG_WARNING);
    assert_eq!((&*line.file, line.line), ("src/lib.rs", 42));
    assert_eq!((&*line.function, &*line.module), ("on_flow", "probe"));
    assert_eq!(line.to_string(), "Warning: probe: main");
}

trait SpawnIn {
    fn spawn_scoped_in<R: Send>(self, host: &Host, f: impl FnOnce() -> R + Send);
}

impl SpawnIn for std::thread::Builder {
    /// Runs `f` on a thread that has entered the host.
    fn spawn_scoped_in<R: Send>(self, host: &Host, f: impl FnOnce() -> R + Send) {
        std::thread::scope(|s| {
            let run = || {
                let _entered = host.enter();
                f();
            };
            self.spawn_scoped(s, run).unwrap();
        });
    }
}

#[test]
fn lines_above_the_level_of_the_host_are_left_out() {
    let host = Host::builder().log_level(SCLogLevel::SC_LOG_ERROR).build();
    host.expect_error("x");
    // SAFETY: no conditions.
    let level = unsafe { sys::common::SCLogGetLogLevel() };
    assert_eq!(level, SCLogLevel::SC_LOG_ERROR);
    for level in -1..=8 {
        let text = c"x".as_ptr();
        let level = SCLogLevel(level);
        // SAFETY: the texts are C strings.
        let result = unsafe { sys::common::SCLogMessage(level, text, 1, text, text, text) };
        assert_eq!(result, 0);
    }
    let levels: Vec<_> = host.log().iter().map(|l| l.level.0).collect();
    assert_eq!(levels, [-1, 0, 1]);
    host.start(suricata_thread_mock::RunMode::Single);
    assert_eq!(host.log().len(), 3, "a notice of the host's own");
    let notices = Host::builder().log_level(SCLogLevel::SC_LOG_NOTICE).build();
    notices.start(suricata_thread_mock::RunMode::Single);
    assert_eq!(notices.log().len(), 1, "of the level itself");
}

#[test]
fn each_level_has_the_name_that_suricata_writes() {
    let host = Host::builder().log_level(SCLogLevel(8)).build();
    host.expect_error("x");
    for level in -2..=8 {
        let text = c"x".as_ptr();
        // SAFETY: the texts are C strings.
        unsafe { sys::common::SCLogMessage(SCLogLevel(level), text, 1, text, text, text) };
    }
    let log = host.log();
    let names: Vec<_> = log.iter().map(|line| line.level_name()).collect();
    assert_eq!(
        names,
        [
            "INVALID", "Not set", "None", "Error", "Warning", "Notice", "Info", "Perf", "Config",
            "Debug", "INVALID"
        ]
    );
}

#[test]
fn the_level_is_info_unless_chosen() {
    let _host = Host::new();
    // SAFETY: no conditions.
    let level = unsafe { sys::common::SCLogGetLogLevel() };
    assert_eq!(level, SCLogLevel::SC_LOG_INFO);
}

#[test]
fn null_texts_are_written_as_suricata_writes_them() {
    let host = Host::new();
    // SAFETY: NULL is allowed.
    unsafe {
        sys::common::SCLogMessage(SCLogLevel::SC_LOG_NOTICE, null(), 0, null(), null(), null())
    };
    let log = host.log();
    assert_eq!((&*log[0].file, &*log[0].function), ("", ""));
    assert_eq!(log[0].to_string(), "Notice: unknown: (null)");
}

#[test]
fn a_module_is_written_as_suricata_writes_it() {
    let host = Host::new();
    for (module, _) in MODULES {
        let text = c"x".as_ptr();
        // SAFETY: the texts are C strings.
        unsafe {
            sys::common::SCLogMessage(
                SCLogLevel::SC_LOG_NOTICE,
                text,
                1,
                text,
                module.as_ptr(),
                text,
            )
        };
    }
    let log = host.log();
    let shown: Vec<_> = log.iter().map(|line| &*line.module).collect();
    assert_eq!(shown, MODULES.map(|(_, shown)| shown));
}

/// Modules as Suricata 8.0.8 writes them.
const MODULES: [(&CStr, &str); 17] = [
    (c"flow_counter::inner", "flow_counter::inner"),
    (c"", ""),
    (c"util-bar", "bar"),
    (c"util-", ""),
    (c"util-tm-x", "tm-x"),
    (c"util_x", "util_x"),
    (c"a-util-x", "a-util-x"),
    (c"tm-threads", "threads"),
    (c"tm", "tm"),
    (c"runmode-unix-socket", "unix-socket"),
    (c"source-x", "x"),
    (c"source-pcap-file-helper", "pcap"),
    (c"source-pcap-fil", "pcap-fil"),
    (c"detect-engine-loader", "detect"),
    (c"detect-enginex", "detect"),
    (c"detect-foo", "detect-foo"),
    (c"app-layer-x", "app-layer-x"),
];

#[test]
fn each_line_is_passed_on_when_it_comes() {
    let passed = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let to = std::sync::Arc::clone(&passed);
    let host = Host::builder()
        .log_to(move |line| to.lock().unwrap().push(line.to_string()))
        .build();
    for level in [SCLogLevel::SC_LOG_NOTICE, SCLogLevel::SC_LOG_DEBUG] {
        let text = c"x".as_ptr();
        // SAFETY: the texts are C strings.
        unsafe { sys::common::SCLogMessage(level, text, 1, text, text, text) };
        assert_eq!(*passed.lock().unwrap(), ["Notice: x: x"]);
    }
    drop(host);
}

/// As in 8.0.8, for functions that `atexit` runs.
#[test]
fn after_the_end_of_the_host_the_level_is_none_and_a_line_is_lost_with_success() {
    let name = "outlives its host";
    let log = || {
        let text = c"too late".as_ptr();
        // SAFETY: the texts are C strings.
        unsafe {
            let level = sys::common::SCLogGetLogLevel();
            let notice = SCLogLevel::SC_LOG_NOTICE;
            let answer = sys::common::SCLogMessage(notice, text, 1, text, text, text);
            (level, answer)
        }
    };
    let thread = std::thread::Builder::new().name(name.to_owned());
    let of_host = thread.spawn(move || {
        assert_eq!(log(), (SCLogLevel::SC_LOG_INFO, -1), "none so far");
        let host = Host::new();
        assert_eq!(log(), (SCLogLevel::SC_LOG_INFO, 0));
        drop(host);
        assert_eq!(log(), (SCLogLevel::SC_LOG_NONE, 0));
        let _next = Host::new();
        assert_eq!(log(), (SCLogLevel::SC_LOG_INFO, 0));
    });
    of_host.unwrap().join().unwrap();
    let mine = |report: &Report| report.thread == name;
    let mine: Vec<_> = stray_reports().into_iter().filter(mine).collect();
    let says = [
        &[
            "SCLogMessage",
            "belongs to no mock host",
            "Notice: too late: too late",
        ][..],
        &[
            "SCLogGetLogLevel",
            "expected before the host ends",
            "the level is 0",
        ],
        &[
            "SCLogMessage",
            "has ended, and its log with it",
            "Notice: too late: too late",
        ],
    ];
    assert_eq!(mine.len(), says.len(), "{mine:#?}");
    for (report, parts) in mine.iter().zip(says) {
        assert_eq!(report.kind, ReportKind::NoHost);
        raw::assert_says(&report.to_string(), parts);
    }
}
