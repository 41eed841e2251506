//! Slots whose values the host allocates, which only 8.0 has.

use std::ffi::{c_uint, c_void};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard};

use super::api::{Slot, Tv, on_first_flow, on_thread_init, register_sized};
use super::registration::relative;
use super::{Value, free, role, run, say, threads};

const SCENARIO: &str = "allocation";

pub(super) fn init() {
    let first = Slot::of_values(c"conformance: allocation");
    let pointer = size_of::<*mut c_void>() as c_uint;
    for (case, name, size, allocates) in [
        ("size 0, alloc", c"conformance: 1", 0, true),
        ("size 0, no alloc", c"conformance: 2", 0, false),
        ("size 1, no alloc", c"conformance: 3", 1, false),
        ("more, no alloc", c"conformance: 4", pointer + 1, false),
        ("size 1, alloc", c"conformance: 5", 1, true),
        ("a pointer, alloc", c"conformance: 6", pointer, true),
        ("the largest, alloc", c"conformance: 7", c_uint::MAX, true),
        ("taken, size 0", c"conformance: allocation", 0, true),
        ("taken", c"conformance: allocation", 24, true),
        ("a name of a refused one", c"conformance: 1", 24, true),
    ] {
        let alloc = allocates.then_some(alloc as unsafe extern "C" fn(_) -> _);
        let id = relative(
            register_sized(Some(name), size, alloc, Some(free)),
            Ok(first),
        );
        say!(Sequence, "{case}: {id}");
    }
    let slot = |name, size, alloc| {
        register_sized(Some(name), size, Some(alloc), Some(free)).expect("a slot")
    };
    let made = slot(c"conformance: made", 24, alloc);
    let refusing = slot(c"conformance: refusing", 40, refuse);
    let slots = [
        ("made", made),
        ("never-made", first),
        ("refusing", refusing),
    ];
    on_thread_init(move |tv| {
        let _alone = begin(tv);
        run(SCENARIO, tv, &slots, CREATED);
        REFUSES.store(false, Relaxed);
        run(SCENARIO, tv, &slots, "alloc refusing; get refusing");
    });
    on_first_flow(move |tv| {
        let _alone = begin(tv);
        let again = "get made; free made; alloc made; get made";
        run(SCENARIO, tv, &slots, again);
    });
}

const CREATED: &str = "get made; alloc made; get made; alloc made; free made; get made; set made X; alloc made; get made; \
    alloc never-made; get never-made; set never-made Y; alloc never-made; alloc refusing; get refusing; alloc refusing";

/// The thread that alloc functions run for, one at a time. They don't get its `ThreadVars`.
static NUMBER: AtomicU32 = AtomicU32::new(0);
static ALONE: Mutex<()> = Mutex::new(());
static REFUSES: AtomicBool = AtomicBool::new(true);

unsafe extern "C" fn alloc(size: c_uint) -> *mut c_void {
    let number = NUMBER.load(Relaxed);
    say!(Thread(number), "alloc function: {size} bytes on {}", role());
    Value::make(SCENARIO, "made", number)
}

unsafe extern "C" fn refuse(size: c_uint) -> *mut c_void {
    let (number, refuses) = (NUMBER.load(Relaxed), REFUSES.load(Relaxed));
    say!(Thread(number), "refusing, {refuses}: {size} bytes");
    if refuses {
        return std::ptr::null_mut();
    }
    Value::make(SCENARIO, "made at last", number)
}

fn begin(tv: Tv) -> MutexGuard<'static, ()> {
    let alone = ALONE.lock().expect("no panic");
    NUMBER.store(threads::number(tv), Relaxed);
    REFUSES.store(true, Relaxed);
    alone
}
