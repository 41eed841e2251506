//! The scenarios, one module each.
//!
//! Each has a function that runs in the plugin's `Init`, and registers what runs later.

use std::ffi::c_void;
use std::sync::OnceLock;

use suricata_thread_sys::{Generation, common};

use crate::api::{self, Registered, Slot};
use crate::thread;

mod allocation;
mod callbacks;
mod flows;
mod free_functions;
mod free_order;
mod late;
mod log;
mod registration;
pub mod several_plugins;
mod threads;
mod values;

/// Runs what the suite does in `Init`.
pub fn init() {
    thread::this_is_main();
    threads::init();
    registration::init();
    late::init();
    values::init();
    free_order::init();
    free_functions::init();
    callbacks::init();
    flows::init();
    log::init();
    if api::generation() == Generation::V8 {
        allocation::init();
    }
    several_plugins::init("first", c"conformance: several plugins, first");
}

/// A slot for values of a scenario's own, for a `static`. To be registered once.
struct SlotCell(OnceLock<Slot>);

impl SlotCell {
    const fn new() -> Self {
        Self(OnceLock::new())
    }

    fn keep(&self, slot: Registered) {
        let slot = slot.expect("the scenario needs the slot");
        assert!(self.0.set(slot).is_ok(), "registered twice");
    }

    fn slot(&self) -> Slot {
        *self.0.get().expect("registered in Init")
    }
}

fn on_thread_init(callback: common::SCThreadInitCallbackFn, user: usize) -> bool {
    let user = std::ptr::without_provenance_mut::<c_void>(user);
    // SAFETY: the callback takes any user pointer, and holds for the life of the process.
    unsafe { common::SCThreadRegisterInitCallback(callback, user) }
}

fn on_flow_init(callback: common::SCFlowInitCallbackFn, user: usize) -> bool {
    let user = std::ptr::without_provenance_mut::<c_void>(user);
    // SAFETY: as in `on_thread_init`.
    unsafe { common::SCFlowRegisterInitCallback(callback, user) }
}

fn on_flow_update(callback: common::SCFlowUpdateCallbackFn, user: usize) -> bool {
    let user = std::ptr::without_provenance_mut::<c_void>(user);
    // SAFETY: as in `on_thread_init`.
    unsafe { common::SCFlowRegisterUpdateCallback(callback, user) }
}

fn on_flow_finish(callback: common::SCFlowFinishCallbackFn, user: usize) -> bool {
    let user = std::ptr::without_provenance_mut::<c_void>(user);
    // SAFETY: as in `on_thread_init`.
    unsafe { common::SCFlowRegisterFinishCallback(callback, user) }
}
