//! What is allocated, and where nothing may be: on a host of this file's own, which allocates
//! nothing, so that every allocation counted is the library's. One test, alone in its process.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ffi::{c_char, c_int, c_uint, c_void};
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering::SeqCst};

use suricata_thread::{self as thread, ThreadStorage, ThreadVars, flow, plugin, sys};

thread_local! {
    /// Of the test's own thread: the test harness allocates on others, whenever it likes.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static BYTES_HELD: Cell<i64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: all is left to `System`.
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

/// The host: one slot, and a switch that has it refuse everything.
static SLOT: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());
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
        unreachable!("nothing is logged below this level")
    }
}

/// How often `f` allocates, and how many bytes it leaves allocated.
fn cost<R>(f: impl FnOnce() -> R) -> (u64, i64) {
    let before = (ALLOCATIONS.get(), BYTES_HELD.get());
    f();
    let after = (ALLOCATIONS.get(), BYTES_HELD.get());
    (after.0 - before.0, after.1 - before.1)
}

#[test]
fn what_is_allocated() {
    let mut slot = None;
    let mut returned = false;
    let registering = || {
        let name = cost(|| slot = Some(ThreadStorage::<u64>::register("slot").unwrap()));
        assert!(
            name.1 < 512,
            "the name, and what is known of the slot: {name:?}"
        );

        let text = [7_u64; 4];
        let callback = move |_: &mut ThreadVars<'_>| assert_eq!(text, [7; 4]);
        let boxed = cost(|| thread::register_init_callback(callback).unwrap());
        assert!(
            boxed.0 == 1 && boxed.1 < 512,
            "the callback, and its panics: {boxed:?}"
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
        // The first time, a note stays on what was refused last.
        refused();
        let held: i64 = refused().iter().map(|(_, held)| held).sum();
        assert_eq!(held, 0, "what is refused is freed");
        REFUSES.store(false, SeqCst);
        returned = true;
        Ok::<_, &str>(())
    };
    // SAFETY: the host of this file has no lists.
    unsafe { plugin::run_init("tested", registering) };
    assert!(returned, "init panicked, which its caller does not see");

    let slot = slot.unwrap();
    // SAFETY: the host of this file does not look at it; it only has to be unique and not null.
    let mut tv = unsafe { ThreadVars::from_ptr(std::ptr::without_provenance_mut(64)) };
    let tv = &mut tv;
    let none = (0, 0);
    assert_eq!(cost(|| assert_eq!(slot.get(tv), None)), none);
    assert_eq!(cost(|| assert_eq!(slot.take(tv), Ok(None))), none);
    // With the slot, whose panics are counted.
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
