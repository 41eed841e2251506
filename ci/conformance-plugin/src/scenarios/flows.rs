//! The life of a flow: which thread begins, updates and finishes it, and with which `ThreadVars`.

use std::cell::Cell;
use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::Mutex;
use std::thread::ThreadId;

use suricata_thread_sys::{Flow, Packet, ThreadVars};

use super::{on_flow_finish, on_flow_init, on_flow_update, on_thread_init};
use crate::api::Tv;
use crate::thread::{self, role};
use crate::transcript::lines;
use crate::value::ValueSlot;

const SCENARIO: &str = "flows";

static SLOT: ValueSlot = ValueSlot::new();
/// The flows that have begun, by address, with the thread that began them.
static ALIVE: Mutex<Option<HashMap<usize, ThreadId>>> = Mutex::new(None);

/// Registers the callbacks.
pub fn init() {
    SLOT.register(c"conformance: flows");
    on_thread_init(Some(created), 0);
    on_flow_init(Some(begin), 0);
    on_flow_update(Some(update), 0);
    on_flow_finish(Some(finish), 0);
}

unsafe extern "C" fn created(tv: *mut ThreadVars, _: *mut c_void) {
    // SAFETY: the host calls this with it, on the thread that it belongs to.
    let tv = unsafe { Tv::new(tv) };
    SLOT.set(tv, SCENARIO, "its value");
}

/// What the `ThreadVars` of a flow callback is to the thread that it is called on.
fn describe(tv: *mut ThreadVars) -> String {
    thread_local! {
        static OWN: Cell<u32> = const { Cell::new(0) };
    }
    if tv.is_null() {
        return "no ThreadVars".to_owned();
    }
    // SAFETY: not NULL; the host calls this with it, on the thread that it belongs to.
    let tv = unsafe { Tv::new(tv) };
    let number = thread::number(tv);
    let before = OWN.replace(number);
    let whose = match before {
        _ if number == 0 => "a ThreadVars without thread init callback",
        0 => "its ThreadVars",
        same if same == number => "its ThreadVars",
        _ => "another ThreadVars than before",
    };
    format!("{whose} with {}", SLOT.get(tv))
}

fn alive<R>(change: impl FnOnce(&mut HashMap<usize, ThreadId>) -> R) -> R {
    let mut alive = ALIVE.lock().unwrap_or_else(|e| e.into_inner());
    change(alive.get_or_insert_default())
}

fn packet(null: bool) -> &'static str {
    if null { "no packet" } else { "a packet" }
}

unsafe extern "C" fn begin(tv: *mut ThreadVars, flow: *mut Flow, p: *const Packet, _: *mut c_void) {
    let me = std::thread::current().id();
    let flow = match alive(|alive| alive.insert(flow.addr(), me)) {
        None => "a new flow",
        Some(_) => "a flow that had begun",
    };
    lines(
        SCENARIO,
        format_args!(
            "init on {}: {}, {flow}, {}",
            role(),
            describe(tv),
            packet(p.is_null())
        ),
    );
}

unsafe extern "C" fn update(tv: *mut ThreadVars, flow: *mut Flow, p: *mut Packet, _: *mut c_void) {
    let me = std::thread::current().id();
    let flow = match alive(|alive| alive.get(&flow.addr()).copied()) {
        None => "an unknown flow",
        Some(begun_on) if begun_on == me => "a flow of this thread",
        Some(_) => "a flow of another thread",
    };
    lines(
        SCENARIO,
        format_args!(
            "update on {}: {}, {flow}, {}",
            role(),
            describe(tv),
            packet(p.is_null())
        ),
    );
}

unsafe extern "C" fn finish(tv: *mut ThreadVars, flow: *mut Flow, _: *mut c_void) {
    let flow = match alive(|alive| alive.remove(&flow.addr())) {
        None => "an unknown flow",
        Some(_) => "a flow that had begun",
    };
    lines(
        SCENARIO,
        format_args!("finish on {}: {}, {flow}", role(), describe(tv)),
    );
}
