//! The threads that begin, update and finish a flow, and their `ThreadVars`.

use std::cell::Cell;
use std::collections::HashMap;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::{LazyLock, Mutex, MutexGuard, OnceLock};
use std::thread::ThreadId;

use suricata_thread_sys::common::{
    SCFlowRegisterFinishCallback, SCFlowRegisterInitCallback, SCFlowRegisterUpdateCallback,
};
use suricata_thread_sys::{Flow, Packet, ThreadVars};

use super::api::{Slot, Tv, on_thread_init};
use super::{role, say, threads};

const SCENARIO: &str = "flows";

static SLOT: OnceLock<Slot> = OnceLock::new();
/// The live flows by address, with the thread that began them.
static ALIVE: LazyLock<Mutex<HashMap<usize, ThreadId>>> = LazyLock::new(Mutex::default);

pub(super) fn init() {
    let slot = *SLOT.get_or_init(|| Slot::of_values(c"conformance: flows"));
    on_thread_init(move |tv| {
        slot.put(tv, SCENARIO, "its value");
    });
    // SAFETY: the callbacks take any user pointer, and hold for the life of the process.
    unsafe {
        SCFlowRegisterInitCallback(Some(begin), null_mut());
        SCFlowRegisterUpdateCallback(Some(update), null_mut());
        SCFlowRegisterFinishCallback(Some(finish), null_mut());
    }
}

/// Describes the `ThreadVars` of a flow callback, compared with the earlier ones of the thread.
fn describe(tv: *mut ThreadVars) -> String {
    thread_local! {
        static OWN: Cell<u32> = const { Cell::new(0) };
    }
    if tv.is_null() {
        return "no ThreadVars".to_owned();
    }
    let number = threads::number(Tv(tv));
    let before = OWN.replace(number);
    let whose = match before {
        _ if number == 0 => "a ThreadVars without thread init callback",
        same if same == 0 || same == number => "its ThreadVars",
        _ => "another ThreadVars than before",
    };
    let slot = SLOT.get().expect("registered in `init`");
    format!("{whose} with {}", slot.label(Tv(tv)))
}

fn alive() -> MutexGuard<'static, HashMap<usize, ThreadId>> {
    ALIVE.lock().expect("no panic")
}

fn packet(null: bool) -> &'static str {
    if null { "no packet" } else { "a packet" }
}

unsafe extern "C" fn begin(tv: *mut ThreadVars, flow: *mut Flow, p: *const Packet, _: *mut c_void) {
    let me = std::thread::current().id();
    let flow = match alive().insert(flow.addr(), me) {
        None => "a new flow",
        Some(_) => "a flow that had begun",
    };
    let (tv, packet) = (describe(tv), packet(p.is_null()));
    say!(AnyTime, "init on {}: {tv}, {flow}, {packet}", role());
}

unsafe extern "C" fn update(tv: *mut ThreadVars, flow: *mut Flow, p: *mut Packet, _: *mut c_void) {
    let me = std::thread::current().id();
    let flow = match alive().get(&flow.addr()) {
        None => "an unknown flow",
        Some(begun_on) if *begun_on == me => "a flow of this thread",
        Some(_) => "a flow of another thread",
    };
    let (tv, packet) = (describe(tv), packet(p.is_null()));
    say!(AnyTime, "update on {}: {tv}, {flow}, {packet}", role());
}

unsafe extern "C" fn finish(tv: *mut ThreadVars, flow: *mut Flow, _: *mut c_void) {
    let flow = match alive().remove(&flow.addr()) {
        None => "an unknown flow",
        Some(_) => "a flow that had begun",
    };
    say!(AnyTime, "finish on {}: {}, {flow}", role(), describe(tv));
}
