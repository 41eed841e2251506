//! What the slots of a thread hold, and the calls that read and change it.

use std::ffi::{c_int, c_void};
use std::sync::Arc;
use std::thread;

use suricata_thread_sys::ThreadVars;

use crate::boundary;
use crate::c_api::Function;
use crate::context::{self, PluginCode};
use crate::held::Holder;
use crate::report::{self, ReportKind};
use crate::shared::Shared;
use crate::slots;
use crate::thread::{Stage, ThreadState};
use crate::token;

/// What one slot of one thread holds.
#[derive(Clone, Copy)]
pub(crate) struct Value {
    pub(crate) ptr: *mut c_void,
    /// The last call for this slot returned `ptr`: the plugin has it and may replace it.
    read: bool,
    /// Its free function is running.
    freeing: bool,
    /// How many free functions of the slot are running within one another: each stored the value
    /// that the next one is called for.
    depth: u8,
}

/// How many free functions of a slot may run within one another, before they are taken for
/// endless.
const DEPTH: u8 = 16;

// SAFETY: the host only keeps the pointer and passes it to the plugin's free function; that this
// may happen on another thread is what the plugin promised by storing it.
unsafe impl Send for Value {}

impl Default for Value {
    fn default() -> Self {
        Self {
            ptr: std::ptr::null_mut(),
            read: false,
            freeing: false,
            depth: 0,
        }
    }
}

/// The thread that `tv` stands for, where the current OS thread may use it now; what is wrong
/// otherwise has been reported. `slot` is the id of the slot that the call is for, if it is for one.
pub(crate) fn thread_of(
    function: Function,
    tv: *const ThreadVars,
    slot: Option<c_int>,
) -> Option<Arc<ThreadState>> {
    let call = function.name;
    let of_slot = || slot.map_or(String::new(), |id| format!(" of slot {}", slots::named(id)));
    let Some(thread) = token::thread(tv.addr()) else {
        unknown(&format!("{call}{}", of_slot()), tv);
        return None;
    };
    if thread.host.lacks(function) {
        return None;
    }
    let owner = {
        let stage = thread.stage.lock();
        match *stage {
            Stage::Created(id)
            | Stage::Running(id)
            | Stage::Joined(id)
            | Stage::Left(id)
            | Stage::Freeing(id) => Some((id, stage.owner())),
            Stage::Freed => None,
        }
    };
    let Some((id, owner)) = owner else {
        let (call, here) = (format!("{call}{}", of_slot()), thread.host.thread_name());
        thread.host.report(
            ReportKind::ThreadVarsFreed,
            format!("{call} {} {here}", thread.name),
            format!(
                "{call} with the ThreadVars of thread `{}`, called on thread `{here}`: expected \
                 one that is in use, actually it was freed when the thread was taken down. \
                 Suricata would read or write freed memory",
                thread.name,
            ),
        );
        return None;
    };
    if id != thread::current().id() {
        let (call, here) = (format!("{call}{}", of_slot()), thread.host.thread_name());
        thread.host.report(
            ReportKind::WrongThread,
            format!("{call} {} {here}", thread.name),
            format!(
                "{call} with the ThreadVars of thread `{}`: expected on {owner}, actually on \
                 thread `{here}`. Suricata has no lock here; memory could be corrupted",
                thread.name,
            ),
        );
        return None;
    }
    Some(thread)
}

fn unknown(call: &str, tv: *const ThreadVars) {
    let (kind, what) = if tv.is_null() {
        (ReportKind::ThreadVarsUnknown, "NULL".to_owned())
    } else if let Some(name) = token::ended(tv.addr()) {
        (
            ReportKind::ThreadVarsFreed,
            format!("that of thread `{name}` of a host that has ended"),
        )
    } else if token::was_given_out(tv.addr()) {
        (
            ReportKind::ThreadVarsUnknown,
            "the pointer of a flow or a packet".to_owned(),
        )
    } else {
        (
            ReportKind::ThreadVarsUnknown,
            "a pointer that no host gave out".to_owned(),
        )
    };
    let host = context::host();
    let name = match &host {
        Some(host) => host.thread_name(),
        None => context::os_thread_name(),
    };
    let message = format!(
        "{call} on thread `{name}`: expected the ThreadVars of a thread, actually {what}. Suricata \
         would crash or use memory that is not its own"
    );
    match host {
        Some(host) => host.report(kind, format!("{call} {name} {what}"), message),
        None => report::stray(kind, message),
    }
}

/// A slot of a thread, checked for use by the current OS thread.
struct SlotOf {
    call: &'static str,
    thread: Arc<ThreadState>,
    index: usize,
}

fn slot_of(function: Function, tv: *const ThreadVars, id: c_int) -> Option<SlotOf> {
    let thread = thread_of(function, tv, Some(id))?;
    let call = function.name;
    if !thread.host.slots.is_finalized() {
        thread.host.report(
            ReportKind::StorageNotFinalized,
            format!("{call} {id} {}", thread.name),
            format!(
                "{call} of slot {} on thread `{}`: expected after registration has closed \
                 (Host::finalize), actually before. Suricata's debug builds abort here, and a \
                 thread of that time has no room for slots",
                slots::named(id),
                thread.name
            ),
        );
        return None;
    }
    let Some(index) = thread.table.index(id) else {
        thread.host.report(
            ReportKind::UnknownSlot,
            format!("{call} {id} {}", thread.name),
            format!(
                "{call} of slot {} on thread `{}`: expected the id of a slot of this host{}, \
                 actually {}. Suricata does not check the id; it would read or write past the \
                 thread's slots",
                slots::named(id),
                thread.name,
                ids(&thread),
                slots::whose(id, &thread.host)
            ),
        );
        return None;
    };
    Some(SlotOf {
        call,
        thread,
        index,
    })
}

fn ids(thread: &ThreadState) -> String {
    let table = &thread.table;
    match table.slots.len() {
        0 => " (this thread has none)".to_owned(),
        n => format!(
            " (this thread has {} to {})",
            table.base,
            table.base + n as c_int - 1
        ),
    }
}

impl SlotOf {
    fn host(&self) -> &Arc<Shared> {
        &self.thread.host
    }

    fn name(&self) -> String {
        self.thread.slot_name(self.index)
    }

    fn holder(&self) -> Holder {
        Holder {
            token: self.thread.token,
            index: self.index,
        }
    }

    fn report(&self, kind: ReportKind, rest: std::fmt::Arguments<'_>) {
        let key = format!("{} {} {}", self.call, self.index, self.thread.name);
        self.host().report(
            kind,
            key,
            format!(
                "{} of slot {} on thread `{}`: {rest}",
                self.call,
                self.name(),
                self.thread.name
            ),
        );
    }

    fn read(&self) -> *mut c_void {
        let mut values = self.thread.values.lock();
        let value = &mut values[self.index];
        value.read = !value.ptr.is_null();
        value.ptr
    }

    fn store(&self, ptr: *mut c_void) {
        let old = {
            let mut values = self.thread.values.lock();
            let value = &mut values[self.index];
            let old = *value;
            value.ptr = ptr;
            value.read = false;
            value.freeing = false;
            old
        };
        // While the old value is freed, one at the same address may be a new one.
        if old.ptr == ptr && !old.freeing {
            return;
        }
        let other = if self.host().shared_values {
            None
        } else {
            let mut held = self.host().held.lock();
            held.remove(old.ptr, self.holder());
            held.add(ptr, self.holder())
        };
        if !old.ptr.is_null() && !old.read && !old.freeing {
            self.report(
                ReportKind::ValueLost,
                format_args!(
                    "expected an empty slot, or one whose value was read by the call before, \
                     actually it held {:p}, now replaced by {ptr:p}. Suricata would leak the old \
                     value",
                    old.ptr
                ),
            );
        }
        if !ptr.is_null() && matches!(*self.thread.stage.lock(), Stage::Left(_)) {
            self.report(
                ReportKind::ValueNeverFreed,
                format_args!(
                    "expected nothing to be stored after the shutdown on a thread that the host \
                     never frees, actually {ptr:p} was. Suricata would leak it"
                ),
            );
        }
        if let Some(Holder { token, index }) = other {
            let holder = if token == self.thread.token {
                format!("slot {} of the same thread", self.thread.slot_name(index))
            } else {
                match token::thread(token) {
                    Some(t) => format!("slot {} of thread `{}`", t.slot_name(index), t.name),
                    None => "a slot of another thread".to_owned(),
                }
            };
            self.report(
                ReportKind::ValueFreedTwice,
                format_args!(
                    "expected a value that no slot holds, actually {ptr:p} is held by {holder} \
                     too. Suricata would free it twice, by a call of the free function for each \
                     slot; the mock calls it once. Where each slot has a reference of its own \
                     (`Arc::into_raw`) or the free function does nothing, say so with \
                     Builder::shared_values"
                ),
            );
        }
    }

    /// Frees what the slot holds.
    fn free(&self) {
        let (ptr, depth) = {
            let mut values = self.thread.values.lock();
            let value = &mut values[self.index];
            let ptr = value.ptr;
            if ptr.is_null() {
                return;
            }
            if value.freeing || value.depth == DEPTH {
                let what = if value.freeing {
                    "its own free function frees the slot again"
                } else {
                    "free functions of the slot store a value and free that, again and again"
                };
                drop(values);
                self.report(
                    ReportKind::ValueFreedTwice,
                    format_args!(
                        "expected to be called once for {ptr:p}, actually {what}. Suricata would \
                         call the free function for ever"
                    ),
                );
                return;
            }
            value.freeing = true;
            value.depth += 1;
            (ptr, value.depth)
        };
        if self.host().shared_values || self.host().held.lock().remove(ptr, self.holder()) {
            self.call_free(ptr);
        }
        let (left, stored) = {
            let mut values = self.thread.values.lock();
            let value = values[self.index];
            values[self.index] = Value {
                depth: depth - 1,
                ..Value::default()
            };
            (value.ptr, !value.freeing)
        };
        if stored && !left.is_null() {
            self.host().held.lock().remove(left, self.holder());
            self.report(
                ReportKind::ValueLost,
                format_args!(
                    "expected nothing to be stored while {ptr:p} is freed, actually its free \
                     function stored {left:p}. Suricata sets the slot to NULL after it, and would \
                     leak the new value"
                ),
            );
        }
    }

    fn call_free(&self, ptr: *mut c_void) {
        let Some(free) = self.thread.table.slots[self.index].free else {
            return;
        };
        // SAFETY: "C" and "C-unwind" functions are called alike; what unwinds is caught.
        let free: unsafe extern "C-unwind" fn(*mut c_void) = unsafe { std::mem::transmute(free) };
        let what = || {
            format!(
                "free function of slot {} on thread `{}`",
                self.name(),
                self.thread.name
            )
        };
        // A panic was reported; the value counts as freed.
        let _ = boundary::call(self.host(), PluginCode::Callback, what, || {
            // SAFETY: the plugin stored the pointer for this function, once for each call.
            unsafe { free(ptr) }
        });
    }
}

/// `SCThreadGetStorageById`, `ThreadGetStorageById`.
pub(crate) fn get(function: Function, tv: *const ThreadVars, id: c_int) -> *mut c_void {
    slot_of(function, tv, id).map_or(std::ptr::null_mut(), |slot| slot.read())
}

/// `SCThreadSetStorageById`, `ThreadSetStorageById`.
pub(crate) fn set(function: Function, tv: *mut ThreadVars, id: c_int, ptr: *mut c_void) -> c_int {
    let Some(slot) = slot_of(function, tv, id) else {
        return -1;
    };
    if slot.host().faults.set.hit() {
        return -1;
    }
    slot.store(ptr);
    0
}

/// `ThreadAllocStorageById`.
pub(crate) fn alloc(function: Function, tv: *mut ThreadVars, id: c_int) -> *mut c_void {
    let Some(slot) = slot_of(function, tv, id) else {
        return std::ptr::null_mut();
    };
    let stored = slot.read();
    let registered = &slot.thread.table.slots[slot.index];
    let (false, Some(alloc)) = (!stored.is_null(), registered.alloc) else {
        return stored;
    };
    // SAFETY: "C" and "C-unwind" functions are called alike; what unwinds is caught.
    let alloc: unsafe extern "C-unwind" fn(std::ffi::c_uint) -> *mut c_void =
        unsafe { std::mem::transmute(alloc) };
    let what = || {
        format!(
            "alloc function of slot {} on thread `{}`",
            slot.name(),
            slot.thread.name
        )
    };
    let made = boundary::call(slot.host(), PluginCode::Callback, what, || {
        // SAFETY: the plugin registered it for this size.
        unsafe { alloc(registered.size) }
    });
    let made = made.unwrap_or(std::ptr::null_mut());
    if !made.is_null() {
        slot.store(made);
        return slot.read();
    }
    made
}

/// `SCThreadFreeStorageById`, `ThreadFreeStorageById`.
pub(crate) fn free(function: Function, tv: *mut ThreadVars, id: c_int) {
    if let Some(slot) = slot_of(function, tv, id) {
        slot.free();
    }
}

/// `SCThreadFreeStorage`, `ThreadFreeStorage`.
pub(crate) fn free_all_raw(function: Function, tv: *mut ThreadVars) {
    let call = function.name;
    let Some(thread) = thread_of(function, tv, None) else {
        return;
    };
    if !thread.host.refuses_to_plugins(call) {
        free_all(call, &thread);
    }
}

/// Frees what every slot of a thread holds, in the order of the ids.
pub(crate) fn free_all(call: &'static str, thread: &Arc<ThreadState>) {
    for slot in slots_of(call, thread) {
        slot.free();
    }
}

/// Reports what the slots of a thread hold that was freed for good.
pub(crate) fn report_left(call: &'static str, thread: &Arc<ThreadState>) {
    for slot in slots_of(call, thread) {
        let left = thread.values.lock()[slot.index].ptr;
        if !left.is_null() {
            slot.report(
                ReportKind::ValueNeverFreed,
                format_args!(
                    "expected every slot to be empty after the thread's storage was freed, \
                     actually a free function stored {left:p}. Suricata would leak it"
                ),
            );
        }
    }
}

fn slots_of(call: &'static str, thread: &Arc<ThreadState>) -> impl Iterator<Item = SlotOf> {
    (0..thread.table.slots.len()).map(move |index| SlotOf {
        call,
        thread: Arc::clone(thread),
        index,
    })
}
