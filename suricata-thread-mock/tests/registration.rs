//! Registering storage slots: ids, refusals, order of phases.

mod raw;

use std::ffi::{c_uint, c_void};
use std::process::Command;
use std::ptr::null;

use raw::{BOTH, V8, V9, forget, free, ptr};
use suricata_thread_mock::{Host, ReportKind, ThreadKind};
use suricata_thread_sys as sys;
use sys::common::SCLogLevel;

unsafe extern "C" fn alloc(_: c_uint) -> *mut c_void {
    std::ptr::null_mut()
}

#[test]
fn ids_count_up_by_one_and_the_size_follows() {
    for raw in BOTH {
        let _host = raw.host();
        assert_eq!(raw.size(), 0);
        let first = raw.register(c"a");
        assert!(first >= 0);
        assert_eq!(raw.register(c"b"), first + 1);
        assert_eq!(raw.register(c"c"), first + 2);
        assert_eq!(raw.size(), 3 * size_of::<*mut c_void>());
    }
}

#[test]
fn a_refused_registration_takes_no_id() {
    for raw in BOTH {
        let _host = raw.host();
        let first = raw.register(c"a");
        assert_eq!(raw.register_raw(null(), Some(free)), -1, "NULL name");
        assert_eq!(raw.register_raw(c"".as_ptr(), Some(free)), -1, "empty name");
        assert_eq!(
            raw.register_raw(c"b".as_ptr(), None),
            -1,
            "NULL free function"
        );
        assert_eq!(raw.register(c"b"), first + 1);
    }
}

#[test]
fn a_name_is_given_once_and_a_second_time_is_logged_as_an_error() {
    for raw in BOTH {
        let host = raw.host();
        host.expect_error("\"flows\" already registered");
        assert!(raw.register(c"flows") >= 0);
        assert!(host.log().is_empty());
        assert_eq!(raw.register(c"flows"), -1);
        let log = host.log();
        assert_eq!(log.len(), 1);
        assert_eq!(log[0].level, SCLogLevel::SC_LOG_ERROR);
        assert_eq!(
            log[0].to_string(),
            r#"Error: storage: storage for type "thread" with name "flows" already registered"#
        );
    }
}

#[test]
fn late_registration_is_refused_and_is_no_misuse() {
    for raw in BOTH {
        let host = raw.host();
        host.finalize();
        assert_eq!(raw.register(c"late"), -1);
        host.spawn("W#01", ThreadKind::Worker);
        assert_eq!(raw.register(c"later"), -1);
        assert!(host.log().is_empty());
        host.verify();
    }
}

#[test]
fn version_8_wants_a_size_and_an_alloc_function_unless_it_is_a_pointer() {
    let _host = V8.host();
    let register = |name: &'static std::ffi::CStr, size: usize, alloc| {
        let size = c_uint::try_from(size).unwrap();
        // SAFETY: the name is static, nothing is ever stored.
        unsafe { sys::v8::ThreadStorageRegister(name.as_ptr(), size, alloc, Some(forget)) }.id
    };
    let pointer = size_of::<*mut c_void>();
    assert_eq!(register(c"a", 0, None), -1);
    assert_eq!(register(c"a", 0, Some(alloc)), -1);
    assert_eq!(register(c"a", pointer - 1, None), -1);
    assert_eq!(register(c"a", pointer + 1, None), -1);
    let first = register(c"a", pointer, None);
    assert!(first >= 0);
    assert_eq!(register(c"b", 1000, Some(alloc)), first + 1);
}

#[test]
fn the_hosts_own_functions_open_close_and_forget() {
    for raw in BOTH {
        let _host = raw.host();
        let first = raw.register(c"a");
        // SAFETY: no thread has storage.
        let closed = unsafe {
            match raw.prefix {
                "SC" => sys::v9::SCStorageFinalize(),
                _ => sys::v8::StorageFinalize(),
            }
        };
        assert_eq!(closed, 0);
        assert_eq!(raw.register(c"b"), -1);
        // SAFETY: no thread has storage.
        unsafe {
            match raw.prefix {
                "SC" => sys::v9::SCStorageCleanup(),
                _ => sys::v8::StorageCleanup(),
            }
        };
        assert_eq!(raw.size(), 0);
        assert_eq!(raw.register(c"b"), -1);
        // SAFETY: no thread has storage.
        unsafe {
            match raw.prefix {
                "SC" => sys::v9::SCStorageInit(),
                _ => sys::v8::StorageInit(),
            }
        };
        let second = raw.register(c"a");
        assert!(second > first, "ids are never given out again");
    }
}

#[test]
fn the_nth_slot_is_refused_on_demand() {
    for raw in BOTH {
        let host = raw.host();
        host.expect_error("\"a\" already registered");
        host.refuse_slot(2);
        let first = raw.register(c"a");
        assert_eq!(raw.register(c"a"), -1, "a duplicate does not count");
        assert_eq!(raw.register(c"b"), -1);
        assert_eq!(raw.register(c"b"), first + 1);
        host.refuse_slot(1);
        host.refuse_slot(0);
        assert_eq!(raw.register(c"c"), first + 2);
    }
}

/// More than the ids that a host reserves at once, with those of another host between them.
#[test]
fn thousands_of_slots_work() {
    let other = V8.host();
    let host = V9.host();
    let names: Vec<_> = (0..3000)
        .map(|i| std::ffi::CString::new(format!("slot {i}")).unwrap())
        .collect();
    let register = |i: usize| V9.register_raw(names[i].as_ptr(), Some(forget));
    let mut ids: Vec<_> = (0..1500).map(register).collect();
    let others = {
        let _entered = other.enter();
        V8.register(c"others")
    };
    ids.extend((1500..3000).map(register));
    assert_eq!(
        ids.iter().collect::<std::collections::HashSet<_>>().len(),
        3000
    );
    assert!(ids.iter().all(|id| *id >= 0 && *id != others));
    assert_eq!(V9.size(), 3000 * size_of::<*mut ()>());
    host.finalize();
    host.spawn("W#01", ThreadKind::Worker).run(|tv| {
        for (value, id) in ids.iter().enumerate() {
            assert_eq!(V9.set(tv, *id, ptr(value + 1)), 0);
        }
        for (value, id) in ids.iter().enumerate() {
            assert_eq!(V9.get(tv, *id), ptr(value + 1));
        }
    });
}

#[test]
fn a_host_plays_8_unless_the_environment_or_the_test_says_9() {
    const CHILD: &str = "SURICATA_THREAD_MOCK_TEST_PRINTS";
    if std::env::var_os(CHILD).is_some() {
        assert!(V9.host().generation() == V9.generation);
        println!("plays {}", Host::new().generation());
        return;
    }
    for (variable, status, says) in [
        (None, true, "plays Suricata 8.0"),
        (Some("8"), true, "plays Suricata 8.0"),
        (Some("9"), true, "plays Suricata 9.0"),
        (Some("7"), false, "SURICATA_MOCK is \"7\": set it to 8 or 9"),
        (Some(""), false, "SURICATA_MOCK is \"\": set it to 8 or 9"),
    ] {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args(["a_host_plays_8_unless", "--nocapture"])
            .env(CHILD, "1")
            .env_remove("SURICATA_MOCK");
        if let Some(major) = variable {
            child.env("SURICATA_MOCK", major);
        }
        let output = child.output().unwrap();
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8_lossy(&printed);
        assert_eq!(output.status.success(), status, "{printed}");
        assert!(printed.contains(says), "{printed}");
    }
}

#[test]
fn each_thread_is_told_the_generation_of_its_own_host() {
    unsafe extern "C" {
        // SAFETY: takes nothing, and returns a number.
        safe fn suricata_thread_mock_generation_1() -> c_uint;
    }
    assert_eq!(suricata_thread_mock_generation_1(), 0);
    let _eight = V8.host();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _nine = V9.host();
            assert_eq!(suricata_thread_mock_generation_1(), 9);
        });
    });
    assert_eq!(suricata_thread_mock_generation_1(), 8);
}

#[test]
fn the_names_of_the_other_generation_are_refused_with_one_report() {
    for (raw, other) in [(V8, V9), (V9, V8)] {
        let host = raw.recording();
        let id = raw.register(c"own");
        assert_eq!(other.register(c"other"), -1);
        assert_eq!(other.size(), 0);
        host.finalize();
        host.spawn("W#01", ThreadKind::Worker).run(move |tv| {
            assert!(other.get(tv, id).is_null());
            assert_eq!(other.set(tv, id, std::ptr::null_mut()), -1);
        });
        let report = raw::only_report(&host, ReportKind::OtherGeneration);
        raw::assert_says(
            &report.to_string(),
            &[
                &format!("expected only functions of {}", raw.generation),
                &format!("actually one of {}", other.generation),
                "suricata_thread_mock_generation_1",
            ],
        );
    }
}

#[test]
fn a_reserved_name_ends_the_host_when_registration_closes() {
    for raw in BOTH {
        let host = raw.host();
        assert!(raw.register(c"threshold_cache") >= 0, "nobody has it yet");
        let text = raw::panic_of(|| host.finalize());
        raw::assert_says(
            &text,
            &["\"threshold_cache\"", "ends with an error at start-up"],
        );
        assert!(raw.register(c"late") < 0, "registration has closed");
        raw::assert_says(
            &raw::panic_of(|| drop(host)),
            &["1 misuse(s)", "threshold_cache"],
        );
        let host = raw.recording();
        raw.register(c"threshold_cache");
        host.finalize();
        raw::only_report(&host, ReportKind::NameReserved);
    }
}

#[test]
fn suricatas_own_slot_comes_after_the_plugins() {
    let host = V9.host();
    let id = V9.register(c"flows");
    assert_eq!(V9.size(), size_of::<*mut c_void>());
    host.finalize();
    assert_eq!(V9.size(), 2 * size_of::<*mut c_void>());
    let worker = host.spawn("W#01", ThreadKind::Worker);
    assert!(worker.peek(id + 1).is_null());
}

#[test]
fn of_suricatas_flow_slots_one_is_early_one_ends_the_host_and_one_is_missed() {
    let register = |name: &'static std::ffi::CStr| {
        // SAFETY: the name and the function stay.
        unsafe { sys::v9::SCFlowStorageRegister(name.as_ptr(), Some(raw::forget)) }.id
    };
    let host = V9.host();
    host.expect_error("with name \"bypass_counters\" already registered");
    host.expect_error("with name \"expectation\" already registered");
    assert_eq!(register(c"bypass_counters"), -1);
    assert!(register(c"expectation") >= 0);
    host.finalize();
    drop(host);
    let host = V9.recording();
    assert!(register(c"tag") >= 0);
    host.finalize();
    raw::only_report(&host, ReportKind::NameReserved);
}
