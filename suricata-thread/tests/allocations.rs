//! Counts the library's allocations, on a host of this file that itself allocates nothing. The file has one test,
//! because the host's state is global.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ffi::{c_char, c_int, c_uint, c_void};
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering::SeqCst};

use suricata_thread::{self as thread, ThreadStorage, ThreadVars, flow, plugin, sys};

thread_local! {
    /// Counted for each thread, since the test harness allocates on others at any time.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static BYTES_HELD: Cell<i64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: `System` does all the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        BYTES_HELD.set(BYTES_HELD.get() + layout.size() as i64);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        BYTES_HELD.set(BYTES_HELD.get() - layout.size() as i64);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The value of the host's only slot.
static SLOT: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());
/// Makes the host refuse each registration and each value.
static REFUSES: AtomicBool = AtomicBool::new(false);

mod host {
    use super::*;

    fn id() -> c_int {
        if REFUSES.load(SeqCst) { -1 } else { 0 }
    }

    #[unsafe(no_mangle)]
    extern "C" fn ThreadStorageRegister(
        _: *const c_char,
        _: c_uint,
        _: sys::v8::StorageAllocFn,
        _: sys::common::StorageFreeFn,
    ) -> sys::v8::ThreadStorageId {
        sys::v8::ThreadStorageId { id: id() }
    }

    fn set(value: *mut c_void) -> c_int {
        if REFUSES.load(SeqCst) {
            return -1;
        }
        SLOT.store(value, SeqCst);
        0
    }

    #[unsafe(no_mangle)]
    extern "C" fn ThreadGetStorageById(
        _: *const sys::ThreadVars,
        _: sys::v8::ThreadStorageId,
    ) -> *mut c_void {
        SLOT.load(SeqCst)
    }
    #[unsafe(no_mangle)]
    extern "C" fn ThreadSetStorageById(
        _: *mut sys::ThreadVars,
        _: sys::v8::ThreadStorageId,
        value: *mut c_void,
    ) -> c_int {
        set(value)
    }

    macro_rules! callbacks {
        ($($register:ident: $callback:ty;)*) => {$(
            #[unsafe(no_mangle)]
            extern "C" fn $register(_: $callback, _: *mut c_void) -> bool {
                !REFUSES.load(SeqCst)
            }
        )*};
    }
    callbacks! {
        SCThreadRegisterInitCallback: sys::common::SCThreadInitCallbackFn;
        SCFlowRegisterInitCallback: sys::common::SCFlowInitCallbackFn;
        SCFlowRegisterUpdateCallback: sys::common::SCFlowUpdateCallbackFn;
        SCFlowRegisterFinishCallback: sys::common::SCFlowFinishCallbackFn;
    }

    #[unsafe(no_mangle)]
    extern "C" fn SCLogGetLogLevel() -> sys::common::SCLogLevel {
        sys::common::SCLogLevel::SC_LOG_NONE
    }
    #[unsafe(no_mangle)]
    extern "C" fn SCLogMessage(
        _: sys::common::SCLogLevel,
        _: *const c_char,
        _: c_uint,
        _: *const c_char,
        _: *const c_char,
        _: *const c_char,
    ) -> c_int {
        unreachable!("the host's log level is NONE")
    }
}

/// Returns the number of allocations in `f`, and the number of bytes that are still allocated after it.
fn cost<R>(f: impl FnOnce() -> R) -> (u64, i64) {
    let before = (ALLOCATIONS.get(), BYTES_HELD.get());
    f();
    let after = (ALLOCATIONS.get(), BYTES_HELD.get());
    (after.0 - before.0, after.1 - before.1)
}

#[test]
fn only_names_callbacks_and_values_are_allocated() {
    let mut slot = None;
    let mut returned = false;
    let registering = || {
        let registered = cost(|| slot = Some(ThreadStorage::<u64>::register("slot").unwrap()));
        assert!(
            registered.1 < 512,
            "the name and the slot's record: {registered:?}"
        );

        let text = [7_u64; 4];
        let callback = move |_: &mut ThreadVars<'_>| assert_eq!(text, [7; 4]);
        let boxed = cost(|| thread::register_init_callback(callback).unwrap());
        assert!(
            boxed.0 == 1 && boxed.1 < 512,
            "the callback and the record of its panics: {boxed:?}"
        );

        REFUSES.store(true, SeqCst);
        let text = [7_u64; 4];
        let refused = || {
            [
                cost(|| ThreadStorage::<u64>::register("slot").unwrap_err()),
                cost(|| ThreadStorage::<u64>::register("with\0nul").unwrap_err()),
                cost(|| thread::register_init_callback(callback).unwrap_err()),
                cost(|| flow::register_init_callback(move |_, _, _| assert_eq!(text, [7; 4]))),
                cost(|| flow::register_update_callback(move |_, _, _| assert_eq!(text, [7; 4]))),
                cost(|| flow::register_finish_callback(move |_, _| assert_eq!(text, [7; 4]))),
            ]
        };
        // The first call allocates a note of the last refusal, which stays.
        refused();
        let held: i64 = refused().iter().map(|(_, held)| held).sum();
        assert_eq!(held, 0, "refused names and callbacks are freed");
        REFUSES.store(false, SeqCst);
        returned = true;
        Ok::<_, &str>(())
    };
    // SAFETY: the host of this file has no callback lists.
    unsafe { plugin::run_init("tested", registering) };
    assert!(
        returned,
        "init panicked, and `run_init` does not pass panics on"
    );

    let slot = slot.unwrap();
    // SAFETY: the host of this file never reads the target. The pointer only has to be unique and not null.
    let mut tv = unsafe { ThreadVars::from_ptr(std::ptr::without_provenance_mut(64)) };
    let tv = &mut tv;
    let none = (0, 0);
    assert_eq!(cost(|| assert_eq!(slot.get(tv), None)), none);
    assert_eq!(cost(|| assert_eq!(slot.take(tv), Ok(None))), none);
    // The box also has a reference to the slot, which counts the panics of drops.
    let one = (1, 2 * size_of::<u64>() as i64);
    assert_eq!(
        cost(|| slot.get_or_insert_with(tv, || 1).map(drop).unwrap()),
        one,
        "its box"
    );
    assert_eq!(
        cost(|| slot.get_or_insert_with(tv, || 2).map(drop).unwrap()),
        none
    );
    assert_eq!(cost(|| assert_eq!(slot.get(tv), Some(&1))), none);
    assert_eq!(cost(|| *slot.get_mut(tv).unwrap() += 1), none);
    assert_eq!(cost(|| assert!(slot.contains(tv))), none);
    assert_eq!(
        cost(|| assert_eq!(slot.replace(tv, 3).unwrap(), Some(2))),
        (1, 0),
        "the new box"
    );
    REFUSES.store(true, SeqCst);
    assert_eq!(
        cost(|| slot.replace(tv, 4).unwrap_err().into_value()),
        (1, 0)
    );
    REFUSES.store(false, SeqCst);
    assert_eq!(cost(|| assert_eq!(slot.take(tv), Ok(Some(3)))), (0, -16));
}
