//! Slots whose values the host makes, as only 8.0 has them.

use std::ffi::{c_uint, c_void};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard};

use suricata_thread_sys::{Flow, Packet, ThreadVars};

use super::{on_flow_init, on_thread_init};
use crate::api::{self, Registered, Tv};
use crate::thread::{self, Seen, role};
use crate::transcript::{of_thread, sequence};
use crate::value::{self, ValueSlot};

const SCENARIO: &str = "allocation";

static MADE: ValueSlot = ValueSlot::new();
static NEVER_MADE: ValueSlot = ValueSlot::new();
static REFUSING: ValueSlot = ValueSlot::new();

/// Registers every kind of slot.
pub fn init() {
    NEVER_MADE.register(c"conformance: allocation");
    let attempt = |what: &str, slot: Registered| {
        let id = match slot {
            Err(id) => format!("refused ({id})"),
            Ok(slot) => format!("the first id + {}", slot.id() - NEVER_MADE.id()),
        };
        sequence(SCENARIO, format_args!("{what}: {id}"));
    };
    let pointer = size_of::<*mut c_void>() as c_uint;
    let sized = api::register_sized;
    let free = value::free;
    attempt(
        "size 0, alloc",
        sized(c"conformance: 1", 0, Some(alloc), free),
    );
    attempt("size 0, no alloc", sized(c"conformance: 2", 0, None, free));
    attempt("size 1, no alloc", sized(c"conformance: 3", 1, None, free));
    attempt(
        "a pointer and more, no alloc",
        sized(c"conformance: 4", pointer + 1, None, free),
    );
    attempt(
        "size 1, alloc",
        sized(c"conformance: 5", 1, Some(alloc), free),
    );
    attempt(
        "a pointer, alloc",
        sized(c"conformance: 6", pointer, Some(alloc), free),
    );
    attempt(
        "the largest, alloc",
        sized(c"conformance: 7", c_uint::MAX, Some(alloc), free),
    );
    attempt(
        "taken, size 0",
        sized(c"conformance: allocation", 0, Some(alloc), free),
    );
    attempt(
        "taken",
        sized(c"conformance: allocation", 24, Some(alloc), free),
    );
    attempt(
        "a name of a refused one",
        sized(c"conformance: 1", 24, Some(alloc), free),
    );

    // SAFETY: both return NULL or what `value::make` made.
    unsafe {
        MADE.register_sized(c"conformance: made", 24, Some(alloc));
        REFUSING.register_sized(c"conformance: refusing", 40, Some(refuse));
    }
    on_thread_init(Some(created), 0);
    on_flow_init(Some(first_flow), 0);
}

/// The `ThreadVars` that alloc functions are called for, one at a time.
static NUMBER: AtomicU32 = AtomicU32::new(0);
static ALONE: Mutex<()> = Mutex::new(());
/// Whether the refusing alloc function refuses.
static REFUSES: AtomicBool = AtomicBool::new(true);

unsafe extern "C" fn alloc(size: c_uint) -> *mut c_void {
    let number = NUMBER.load(Ordering::Relaxed);
    of_thread(
        SCENARIO,
        number,
        format_args!("alloc function: {size} bytes on {}", role()),
    );
    value::make(SCENARIO, "made", number)
}

unsafe extern "C" fn refuse(size: c_uint) -> *mut c_void {
    let number = NUMBER.load(Ordering::Relaxed);
    let refuses = REFUSES.load(Ordering::Relaxed);
    of_thread(
        SCENARIO,
        number,
        format_args!("alloc function that refuses ({refuses}): {size} bytes"),
    );
    if refuses {
        return std::ptr::null_mut();
    }
    value::make(SCENARIO, "made at last", number)
}

/// Calls, and writes what came back. One at a time: alloc functions are not told for which thread.
struct Steps {
    tv: Tv,
    number: u32,
    _alone: MutexGuard<'static, ()>,
}

impl Steps {
    fn begin(tv: Tv) -> Self {
        let alone = ALONE.lock().unwrap_or_else(|e| e.into_inner());
        let number = thread::number(tv);
        NUMBER.store(number, Ordering::Relaxed);
        REFUSES.store(true, Ordering::Relaxed);
        Self {
            tv,
            number,
            _alone: alone,
        }
    }

    fn alloc(&self, name: &str, slot: &ValueSlot) {
        let label = slot.alloc(self.tv);
        of_thread(
            SCENARIO,
            self.number,
            format_args!("{name}: alloc: {label}"),
        );
        self.get(name, slot);
    }

    fn get(&self, name: &str, slot: &ValueSlot) {
        let label = slot.get(self.tv);
        of_thread(SCENARIO, self.number, format_args!("{name}: get: {label}"));
    }
}

unsafe extern "C" fn created(tv: *mut ThreadVars, _: *mut c_void) {
    // SAFETY: the host calls this with it, on the thread that it belongs to.
    let tv = unsafe { Tv::new(tv) };
    let steps = Steps::begin(tv);
    of_thread(
        SCENARIO,
        steps.number,
        format_args!("created on {}", role()),
    );
    steps.get("made", &MADE);
    steps.alloc("made", &MADE);
    steps.alloc("made", &MADE);
    MADE.free(tv);
    steps.get("made", &MADE);
    MADE.set(tv, SCENARIO, "set");
    steps.alloc("set", &MADE);

    steps.alloc("never made", &NEVER_MADE);
    NEVER_MADE.set(tv, SCENARIO, "set, never made");
    steps.alloc("never made", &NEVER_MADE);

    steps.alloc("refusing", &REFUSING);
    steps.alloc("refusing", &REFUSING);
    REFUSES.store(false, Ordering::Relaxed);
    steps.alloc("refusing", &REFUSING);
}

unsafe extern "C" fn first_flow(
    tv: *mut ThreadVars,
    _: *mut Flow,
    _: *const Packet,
    _: *mut c_void,
) {
    static STARTED: Seen = Seen::new();
    // SAFETY: the host calls this with it, on the thread that it belongs to.
    let tv = unsafe { Tv::new(tv) };
    let number = thread::number(tv);
    if !STARTED.add(number) {
        return;
    }
    let steps = Steps::begin(tv);
    of_thread(SCENARIO, number, format_args!("first flow on {}", role()));
    steps.get("made", &MADE);
    MADE.free(tv);
    steps.alloc("made", &MADE);
}
