//! Panics of a plugin on a thread that is unwinding already. Each one is logged as an error, and the host goes on.

mod common;

use std::panic::catch_unwind;

use common::run_failing_init;
use suricata_thread::{self as thread, ThreadStorage, flow, sys};
use suricata_thread_mock::{Host, LogLine, ThreadKind};

/// Runs its closure when it is dropped, which must be while a panic unwinds.
struct WhenDropped<F: FnMut()>(F);

impl<F: FnMut()> Drop for WhenDropped<F> {
    fn drop(&mut self) {
        assert!(std::thread::panicking());
        (self.0)();
    }
}

/// Panics. During the unwinding, panics a second time, and catches the second panic.
fn panics_twice() -> ! {
    let _second = WhenDropped(|| assert!(catch_unwind(|| panic!("the second")).is_err()));
    panic!("the first");
}

#[derive(Debug)]
struct PanicsByDefault;

impl Default for PanicsByDefault {
    fn default() -> Self {
        panics_twice()
    }
}

struct PanicsInDrop;

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panics_twice();
    }
}

fn errors(host: &Host) -> Vec<String> {
    let is_error = |line: &LogLine| line.level == sys::common::SCLogLevel::SC_LOG_ERROR;
    let lines = host.log().into_iter().filter(is_error);
    lines.map(|line| line.message).collect()
}

#[test]
fn a_panic_is_logged_at_every_boundary_if_a_second_one_is_caught_meanwhile() {
    let host = Host::new();
    run_failing_init(|| {
        let empty = ThreadStorage::<u64>::register("empty")?;
        let default = ThreadStorage::<PanicsByDefault>::register("default")?;
        let dropped = ThreadStorage::register("dropped")?;
        thread::register_init_callback(move |tv| {
            dropped
                .get_or_insert_with(tv, || PanicsInDrop)
                .map(drop)
                .unwrap();
        })?;
        thread::register_init_callback(|_| panics_twice())?;
        flow::register_init_callback(|_, _, _| panics_twice())?;
        flow::register_init_callback(move |tv, _, _| {
            let _ = empty.get_or_insert_with(tv, || panics_twice());
        })?;
        flow::register_init_callback(move |tv, _, _| {
            let _ = empty.get_or_try_insert_with(tv, || -> Result<_, &str> { panics_twice() });
        })?;
        flow::register_init_callback(move |tv, _, _| {
            default.get_or_insert_default(tv).unwrap();
        })?;
        flow::register_init_callback(move |tv, _, _| assert!(!empty.contains(tv)))?;
        flow::register_update_callback(|_, _, _| panics_twice())?;
        flow::register_finish_callback(|_, _| panics_twice())?;
        panics_twice()
    });
    host.expect_errors(9, "panicked: the first");
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let flow = host.flow();
    worker.flow_init(&flow);
    worker.flow_update(&flow);
    worker.flow_finish(flow);
    host.shutdown();
    let errors = errors(&host);
    let kinds = [
        "init of the plugin",
        "thread init callback",
        "flow init callback",
        "flow init callback",
        "flow init callback",
        "flow init callback",
        "flow update callback",
        "flow finish callback",
        "drop of a stored value",
    ];
    assert_eq!(errors.len(), kinds.len(), "{errors:#?}");
    for (error, kind) in errors.iter().zip(kinds) {
        assert!(
            error.starts_with(&format!("plugin tested: {kind} ")),
            "{error}"
        );
        let place = format!(" panicked: the first (at {}:", file!());
        assert!(error.contains(&place), "{error}");
    }
}

/// Runs `f` on this thread while it unwinds.
fn while_unwinding(f: impl FnMut()) {
    let run = WhenDropped(f);
    let unwound = catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _run = run;
        panic!("the test's own");
    }));
    assert!(unwound.is_err());
}

#[test]
fn init_and_a_thread_init_callback_may_panic_on_a_thread_that_is_unwinding() {
    let host = Host::new();
    while_unwinding(|| {
        run_failing_init(|| {
            thread::register_init_callback(|_| panic!("in the callback"))?;
            panic!("in init")
        });
    });
    host.expect_error("in init");
    host.expect_error("in the callback");
    host.finalize();
    while_unwinding(|| {
        host.spawn("W#01", ThreadKind::Worker);
    });
    let errors = errors(&host);
    assert_eq!(errors.len(), 2, "{errors:#?}");
    assert!(errors[0].contains("init of the plugin panicked: in init (at "));
    assert!(errors[1].contains(" panicked: in the callback (at "));
}

#[test]
fn the_drop_of_a_value_may_panic_on_a_thread_that_is_unwinding() {
    let host = Host::new();
    common::run_init(|| {
        let slot = ThreadStorage::register("slot")?;
        thread::register_init_callback(move |tv| {
            slot.get_or_insert_with(tv, || PanicsInDrop)
                .map(drop)
                .unwrap();
        })
    });
    host.expect_error("drop of a stored value");
    host.finalize();
    host.spawn("W#01", ThreadKind::Worker);
    while_unwinding(|| host.shutdown());
    let errors = errors(&host);
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert!(errors[0].contains("drop of a stored value"), "{errors:#?}");
}
