//! What docs/coming-from-suricata-ffi.md says is different is so, on the mock.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use suricata_ffi as there;
use suricata_thread as here;
use suricata_thread_mock::{Builder, Generation, Host, ReportKind, RunMode, ThreadKind};

/// One test at a time: an init that runs in one lets the others register.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hosts of the generation that suricata-ffi is for.
fn builder() -> Builder {
    Host::builder().generation(Generation::V9)
}

/// A host that has run this init, as that of a plugin of suricata-thread, and only records misuse.
fn host(init: impl FnOnce() -> Result<(), &'static str>) -> Host {
    let host = builder().record_only().build();
    // SAFETY: the test is the host's main thread, and waits.
    unsafe { here::plugin::run_init("differences", init) }
    host
}

fn reported(host: &Host) -> Vec<ReportKind> {
    host.reports().iter().map(|report| report.kind).collect()
}

fn logged(host: &Host) -> Vec<String> {
    host.log().into_iter().map(|line| line.message).collect()
}

/// Does this in a process of its own, by the test that calls it, and demands that a panic ends it.
fn ends_the_process(test: &str, what: impl FnOnce()) {
    const CHILD: &str = "PANIC_IN_THIS_PROCESS";
    if std::env::var_os(CHILD).is_some() {
        return what();
    }
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .env(CHILD, "1")
        .output()
        .unwrap();
    assert_eq!(child.status.code(), None, "ended by no signal: {child:?}");
    let printed = String::from_utf8_lossy(&child.stderr);
    assert!(
        printed.contains("panic in a function that cannot unwind"),
        "{printed}"
    );
}

#[test]
fn registering_without_an_entry_of_the_crates_own() {
    let _alone = alone();
    let _host = builder().build();
    there::thread::ThreadStorage::<u64>::register("there")
        .map(drop)
        .unwrap();
    let refused = here::ThreadStorage::<u64>::register("here").unwrap_err();
    assert!(
        refused.contains("inside suricata_thread::plugin::run_init"),
        "{refused}"
    );
}

#[test]
fn registering_a_callback_late() {
    let _alone = alone();
    let host = host(|| Ok(()));
    host.start(RunMode::Single);
    here::register_init_callback(|_| {}).unwrap_err();
    assert_eq!(reported(&host), []);
    there::thread::register_init_callback(|_| {}).unwrap();
    assert_eq!(reported(&host), [ReportKind::LateRegistration]);
}

#[test]
fn registering_inside_a_callback() {
    let _alone = alone();
    let here = host(|| {
        here::register_init_callback(|_| {
            here::register_init_callback(|_| {}).unwrap_err();
        })
    });
    here.start(RunMode::Single);
    assert_eq!(reported(&here), []);
    drop(here);

    let there = host(|| {
        there::thread::register_init_callback(|_| {
            // Suricata would take it, and walk its list for ever; the mock doesn't.
            let _ = there::thread::register_init_callback(|_| {});
        })
    });
    there.start(RunMode::Single);
    assert!(reported(&there).contains(&ReportKind::RegistrationInCallback));
}

#[test]
fn no_thread_vars() {
    let _alone = alone();
    static HERE: AtomicBool = AtomicBool::new(false);
    static THERE: AtomicBool = AtomicBool::new(false);
    let host = host(|| {
        here::flow::register_init_callback(|_, _, _| HERE.store(true, Relaxed))?;
        there::flow::register_init_callback(|tv, _, _| THERE.store(tv.as_ptr().is_null(), Relaxed))
    });
    host.finalize();
    host.flow_init_without_thread(&host.flow());
    assert!(!HERE.load(Relaxed));
    assert!(THERE.load(Relaxed));
    let logged = logged(&host);
    assert!(
        logged[0].contains("not run: the host passed no ThreadVars"),
        "{logged:#?}"
    );
}

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("on purpose");
    }
}

#[test]
fn a_panic_in_a_drop() {
    let _alone = alone();
    let here = host(|| {
        let slot = here::ThreadStorage::register("slot")?;
        here::register_init_callback(move |tv| {
            slot.get_or_insert_with(tv, || PanicsWhenDropped).unwrap();
        })
    });
    here.finalize();
    here.spawn("W#01", ThreadKind::Worker);
    here.shutdown();
    let lines = logged(&here);
    assert!(lines[0].contains("on purpose (at "), "{lines:#?}");
    drop(here);

    let host = host(|| {
        let slot = there::thread::ThreadStorage::register("slot")?;
        there::thread::register_init_callback(move |tv| {
            slot.get_or_insert_with(tv, || PanicsWhenDropped).unwrap();
        })
    });
    host.finalize();
    host.spawn("W#01", ThreadKind::Worker);
    host.shutdown();
    assert_eq!(logged(&host), [""; 0]);
}

#[test]
fn a_panic_in_a_callback() {
    let _alone = alone();
    let here = host(|| here::register_init_callback(|_| panic!("on purpose")));
    here.spawn("W#01", ThreadKind::Worker);
    let lines = logged(&here);
    assert!(lines[0].contains("on purpose (at "), "{lines:#?}");
    drop(here);

    ends_the_process("a_panic_in_a_callback", || {
        let host = host(|| there::thread::register_init_callback(|_| panic!("on purpose")));
        host.spawn("W#01", ThreadKind::Worker);
    });
}

#[test]
fn a_panic_in_init() {
    let _alone = alone();
    let here = host(|| panic!("on purpose"));
    let lines = logged(&here);
    assert!(lines[0].contains("on purpose (at "), "{lines:#?}");
    // The host goes on.
    here.start(RunMode::Single);
    drop(here);

    unsafe extern "C" fn init() {
        panic!("on purpose");
    }
    extern "C" fn register() -> *mut here::sys::common::SCPlugin {
        let plugin = there::plugin::Plugin {
            name: "differences",
            version: "",
            author: "",
            license: "",
            init,
        };
        plugin.into_raw().cast()
    }
    ends_the_process("a_panic_in_init", || {
        // SAFETY: the entry point returns a plugin that is never freed.
        let _ = unsafe { builder().build().load(register) };
    });
}

#[test]
fn an_err_from_init() {
    let _alone = alone();
    let host = host(|| Err("on purpose"));
    let lines = logged(&host);
    assert!(
        lines[0].contains("differences") && lines[0].contains("on purpose"),
        "{lines:#?}"
    );
    host.start(RunMode::Single);
    // That of suricata-ffi can return none.
    let _: fn(there::plugin::Plugin) -> unsafe extern "C" fn() = |plugin| plugin.init;
}

#[test]
fn the_log() {
    let _alone = alone();
    let host = host(|| Ok(()));
    // SAFETY: no other thread logs. This is the level before an init sets it.
    unsafe { there::debug::set_log_level(suricata_sys::sys::SCLogLevel::SC_LOG_NOTSET) };
    here::SCLogNotice!("here: a\0b");
    there::SCLogNotice!("there: before plugin::init");
    there::plugin::init();
    there::SCLogNotice!("there: a\0b");
    assert_eq!(logged(&host), ["here: a\\0b", "there: ab"]);
    drop(host);

    let level = here::sys::common::SCLogLevel::SC_LOG_DEBUG;
    let host = builder().log_level(level).build();
    there::plugin::init();
    here::SCLogDebug!("here");
    there::SCLogDebug!("there");
    assert_eq!(logged(&host), ["here"]);
}

#[test]
fn the_log_on_a_thread_of_the_plugins_own() {
    let _alone = alone();
    let host = builder().every_thread().build();
    there::plugin::init();
    std::thread::spawn(|| {
        here::SCLogNotice!("here");
        there::SCLogNotice!("there");
    })
    .join()
    .unwrap();
    assert_eq!(logged(&host), ["there"]);
}

#[test]
fn a_nul_in_the_plugins_name() {
    // Where the host calls it, that ends the process. Here it does not compile.
    let plugin = || {
        unsafe extern "C" fn init() {}
        there::plugin::Plugin {
            name: "a\0b",
            version: "",
            author: "",
            license: "",
            init,
        }
        .into_raw()
    };
    assert!(std::panic::catch_unwind(plugin).is_err());
}

/// suricata-ffi's handle is covariant: a slot of one type passes for one of another. For that of
/// suricata-thread the same is among the tests of what must not compile.
#[allow(dead_code, reason = "it compiles")]
fn as_static(
    slot: there::thread::ThreadStorage<for<'a> fn(&'a str)>,
) -> there::thread::ThreadStorage<fn(&'static str)> {
    slot
}
