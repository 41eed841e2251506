//! Plugin code that ends the process, crashes or hangs is named, and the process fails.
//!
//! Each end happens in a child: this test binary, which runs one of the ignored tests.

mod raw;

use std::cell::RefCell;
use std::process::{Command, Output};
use std::sync::Mutex;
use std::time::Duration;

use raw::{assert_says, on_flow_init};
use suricata_thread_mock::{Host, RunMode, Traffic};
use suricata_thread_sys::common::{SCLogLevel, SCLogMessage, SCThreadRegisterInitCallback};

/// Runs one of the tests below in a child, with this number of test threads.
fn run(test: &str, threads: &str) -> Output {
    Command::new(std::env::current_exe().expect("a path"))
        .args(["--ignored", "--exact", test, threads])
        // LeakSanitizer does not know the threads of a process that was forked.
        .env("ASAN_OPTIONS", "detect_leaks=0")
        .output()
        .expect("a child")
}

/// The child fails, and stderr has the line after the reports and the log.
fn assert_ends(test: &str, says: &[&str]) {
    for threads in ["--test-threads=2", "--test-threads=1"] {
        let child = run(test, threads);
        let stderr = String::from_utf8_lossy(&child.stderr);
        assert!(!child.status.success(), "{test} {threads}: {stderr}");
        let line = stderr.lines().find(|line| line.contains("plugin code"));
        let line = line.unwrap_or_else(|| panic!("no line of the mock's: {stderr}"));
        assert_says(line, &["suricata-thread-mock: "]);
        assert_says(line, says);
        let named = format!(" in test `{test}`");
        assert_says(line, &["(host built at ", "tests/ends.rs:", &named]);
        let before = [
            "suricata-thread-mock: log: Notice: ends: it begins on thread `W#01`",
            "suricata-thread-mock: misuse: SCThreadRegisterInitCallback",
            line,
        ];
        assert_says(&stderr, &before);
        for said in before {
            assert_eq!(stderr.matches(said).count(), 1, "{said}: {stderr}");
        }
    }
}

/// Runs a plugin with this name whose flow init callback does `work`.
fn at_a_flow(host: Host, work: impl Fn() + Send + Sync + 'static) {
    on_flow_init(move |_| {
        let (level, text) = (SCLogLevel::SC_LOG_NOTICE, c"ends".as_ptr());
        // SAFETY: the texts are C strings.
        unsafe { SCLogMessage(level, text, 1, text, text, c"it begins".as_ptr()) };
        // SAFETY: the mock refuses NULL.
        unsafe { SCThreadRegisterInitCallback(None, std::ptr::null_mut()) };
        work();
    });
    host.start(RunMode::Single);
    host.traffic(Traffic {
        flows: 1,
        ..Traffic::default()
    });
    host.shutdown();
}

#[test]
fn exit() {
    let says = &[
        "ended the process by exit",
        "flow init callback on thread `W#01`",
    ];
    assert_ends("exits", says);
}

#[test]
#[ignore = "ends the process"]
fn exits() {
    at_a_flow(Host::new(), || std::process::exit(0));
}

#[cfg(target_os = "linux")]
#[test]
fn quick_exit() {
    let says = &[
        "ended the process by exit",
        "flow init callback on thread `W#01`",
    ];
    assert_ends("exits_quickly", says);
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "ends the process"]
fn exits_quickly() {
    unsafe extern "C" {
        safe fn quick_exit(status: std::ffi::c_int) -> !;
    }
    at_a_flow(Host::new(), || quick_exit(0));
}

#[test]
fn a_fault() {
    let says = &[
        "crashed with SIGSEGV",
        "flow init callback on thread `W#01`",
    ];
    assert_ends("faults", says);
}

#[test]
#[ignore = "ends the process"]
fn faults() {
    at_a_flow(Host::new(), || {
        // SAFETY: there is none: that is the test.
        unsafe { std::ptr::without_provenance_mut::<u8>(8).write_volatile(1) };
    });
}

#[test]
fn an_abort() {
    let says = &[
        "crashed with SIGABRT",
        "flow init callback on thread `W#01`",
    ];
    assert_ends("aborts", says);
}

#[test]
#[ignore = "ends the process"]
fn aborts() {
    at_a_flow(Host::new(), || std::process::abort());
}

/// The standard library's report is still there.
#[test]
fn a_stack_overflow() {
    assert_ends(
        "overflows",
        &["crashed with SIG", "flow init callback on thread `W#01`"],
    );
    let stderr = run("overflows", "--test-threads=2").stderr;
    let stderr = String::from_utf8_lossy(&stderr);
    // By std, or by AddressSanitizer.
    let reports = ["overflowed its stack", "stack-overflow"];
    assert!(
        reports.iter().any(|report| stderr.contains(report)),
        "{stderr}"
    );
}

#[test]
#[ignore = "ends the process"]
fn overflows() {
    #[expect(unconditional_recursion, reason = "that is the test")]
    fn deeper(at: &mut [u8; 4096]) {
        let mut next = *at;
        next[0] = next[0].wrapping_add(1);
        deeper(&mut next);
        std::hint::black_box(&mut next);
    }
    at_a_flow(Host::new(), || deeper(&mut [0; 4096]));
}

#[test]
fn a_hang() {
    assert_ends(
        "hangs",
        &[
            "has not returned for 1 s",
            "flow init callback on thread `W#01`",
        ],
    );
}

/// Its process runs no other test, but not because of a name: only the backtrace names it.
#[test]
fn a_hang_of_a_test_on_the_main_thread() {
    let child = Command::new(std::env::current_exe().expect("a path"))
        .args(["--ignored", "hang", "--test-threads=1"])
        .output()
        .expect("a child");
    let stderr = String::from_utf8_lossy(&child.stderr);
    assert_says(&stderr, &["has not returned for 1 s", " in test `hangs`\n"]);
}

#[test]
#[ignore = "ends the process"]
fn hangs() {
    let host = Host::builder()
        .callback_limit(Duration::from_millis(500))
        .build();
    at_a_flow(host, || {
        loop {
            std::thread::sleep(Duration::from_secs(1));
        }
    });
}

/// Ends `W#01`, whose thread-local calls `work` when it is dropped.
fn at_the_end_of_a_thread(work: fn()) {
    struct Ends(fn());
    impl Drop for Ends {
        fn drop(&mut self) {
            self.0();
        }
    }
    thread_local!(static ENDS: RefCell<Option<Ends>> = const { RefCell::new(None) });
    let limit = Duration::from_millis(500);
    let host = Host::builder().callback_limit(limit).build();
    at_a_flow(host, move || ENDS.set(Some(Ends(work))));
}

const AT_THE_END: &str = "destructor of a thread-local on thread `W#01`";

#[test]
fn an_exit_at_the_end_of_a_thread() {
    let says = ["ended the process by exit", AT_THE_END];
    assert_ends("exits_at_the_end_of_a_thread", &says);
}

#[test]
#[ignore = "ends the process"]
fn exits_at_the_end_of_a_thread() {
    at_the_end_of_a_thread(|| std::process::exit(0));
}

#[test]
fn a_panic_at_the_end_of_a_thread() {
    let says = ["crashed with SIGABRT", AT_THE_END];
    assert_ends("panics_at_the_end_of_a_thread", &says);
}

#[test]
#[ignore = "ends the process"]
fn panics_at_the_end_of_a_thread() {
    at_the_end_of_a_thread(|| panic!("not empty"));
}

#[test]
fn a_wait_at_the_end_of_a_thread() {
    let says = ["has not returned for 1 s", AT_THE_END];
    assert_ends("waits_at_the_end_of_a_thread", &says);
}

#[test]
#[ignore = "ends the process"]
fn waits_at_the_end_of_a_thread() {
    at_the_end_of_a_thread(|| std::thread::sleep(Duration::from_secs(60)));
}

/// The thread that was first inside may wait for another.
#[test]
fn a_hang_of_two_threads() {
    let stderr = run("both_wait", "--test-threads=2").stderr;
    let stderr = String::from_utf8_lossy(&stderr);
    for thread in ["W#01-eth0", "W#02-eth0"] {
        let callback = format!("flow init callback on thread `{thread}` (host built at ");
        assert_says(&stderr, &["has not returned for 1 s: ", &callback]);
    }
}

#[test]
#[ignore = "ends the process"]
fn both_wait() {
    let limit = Duration::from_millis(500);
    let host = Host::builder().callback_limit(limit).build();
    static HELD: Mutex<()> = Mutex::new(());
    on_flow_init(|_| {
        let _held = HELD.lock();
        std::thread::sleep(Duration::from_secs(60));
    });
    host.start(RunMode::Workers { threads: 2 });
    host.traffic(Traffic::default());
}

/// A debugger may stop a callback for any time.
#[cfg(target_os = "linux")]
#[test]
fn a_hang_under_a_debugger_does_not_count() {
    let mut child = Command::new(std::env::current_exe().expect("a path"))
        .args(["--ignored", "--exact", "takes_its_time"])
        // LeakSanitizer traces the process itself, which one process can do at a time.
        .env("ASAN_OPTIONS", "detect_leaks=0")
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("a child");
    let pid = libc::pid_t::try_from(child.id()).expect("a pid");
    let none = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: it traces a child of this process, and touches no memory.
    let seized = unsafe { libc::ptrace(libc::PTRACE_SEIZE, pid, none, none) };
    if seized != 0 {
        eprintln!("not run: {}", std::io::Error::last_os_error());
        let _ = child.kill();
        let _ = child.wait();
        return;
    }
    let mut status = 0;
    // SAFETY: `status` is there to be written to.
    while unsafe { libc::waitpid(pid, &raw mut status, libc::__WALL) } == pid
        && libc::WIFSTOPPED(status)
    {
        let signal =
            std::ptr::without_provenance_mut::<libc::c_void>(libc::WSTOPSIG(status) as usize);
        // SAFETY: as above; it goes on with the signal that it was stopped for.
        unsafe { libc::ptrace(libc::PTRACE_CONT, pid, none, signal) };
    }
    // The child is gone.
    let _ = child.wait();
    assert!(
        libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0,
        "{status:#x}"
    );
}

/// The same callback, without a debugger.
#[test]
fn a_slow_callback_counts_as_hung() {
    let stderr = run("takes_its_time", "--test-threads=2").stderr;
    let stderr = String::from_utf8_lossy(&stderr);
    assert_says(&stderr, &["has not returned for 1 s"]);
}

#[test]
#[ignore = "ends the process"]
fn takes_its_time() {
    let host = Host::builder()
        .callback_limit(Duration::from_nanos(1)) // not 0, which means no limit
        .build();
    on_flow_init(|_| std::thread::sleep(Duration::from_millis(1500)));
    host.start(RunMode::Single);
    host.traffic(Traffic {
        flows: 1,
        packets_per_flow: 1,
        ..Traffic::default()
    });
}

/// Any callback that returns is a sign of life, on any thread.
#[test]
fn callbacks_that_return_are_no_hang() {
    let host = Host::builder()
        .callback_limit(Duration::from_millis(400))
        .build();
    on_flow_init(|_| std::thread::sleep(Duration::from_millis(150)));
    host.start(RunMode::Single);
    host.traffic(Traffic {
        flows: 6,
        packets_per_flow: 1,
        ..Traffic::default()
    });
    host.shutdown();
}

#[test]
fn a_limit_of_zero_is_none() {
    let host = Host::builder().callback_limit(Duration::ZERO).build();
    on_flow_init(|_| std::thread::sleep(Duration::from_millis(700)));
    let worker = host.start(RunMode::Single).workers.remove(0);
    worker.flow_init(&host.flow());
}

/// The mock notes no plugin code on a plugin's own thread, nor in a job.
#[test]
fn an_exit_in_no_callback() {
    let says = ["ended the process by exit", "code in no callback"];
    assert_ends("exits_on_a_thread_of_its_own", &says);
    let child = run("exits_in_a_job", "--test-threads=2");
    assert!(!child.status.success());
    assert_says(&String::from_utf8_lossy(&child.stderr), &says);
}

#[test]
#[ignore = "ends the process"]
fn exits_on_a_thread_of_its_own() {
    at_a_flow(Host::new(), || {
        let own = std::thread::spawn(|| std::process::exit(0));
        let _ = own.join();
    });
}

#[test]
#[ignore = "ends the process"]
fn exits_in_a_job() {
    let host = Host::new();
    let worker = host.start(RunMode::Single).workers.remove(0);
    worker.run(|_| std::process::exit(0));
}

/// A process that a plugin forks may end in any way.
#[test]
fn an_exit_of_a_fork() {
    let child = run("forks", "--test-threads=2");
    let stderr = String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success(), "{stderr}");
    assert!(!stderr.contains("suricata-thread-mock"), "{stderr}");
}

#[test]
#[ignore = "runs for another test"]
fn forks() {
    let host = Host::new();
    on_flow_init(|_| {
        // SAFETY: the child does nothing but end.
        let child = unsafe { libc::fork() };
        if child == 0 {
            // SAFETY: as above.
            unsafe { libc::exit(0) };
        }
        let mut status = 1;
        // SAFETY: `status` is there to be written to.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(status, 0);
    });
    let worker = host.start(RunMode::Single).workers.remove(0);
    worker.flow_init(&host.flow());
}

/// The mock does not report a test's own exit.
#[test]
fn an_exit_outside_plugin_code() {
    let child = run("exits_outside", "--test-threads=2");
    assert_eq!(child.status.code(), Some(7));
    let stderr = String::from_utf8_lossy(&child.stderr);
    assert!(!stderr.contains("suricata-thread-mock"), "{stderr}");
}

#[test]
#[ignore = "ends the process"]
fn exits_outside() {
    let _host = Host::new();
    std::process::exit(7);
}
