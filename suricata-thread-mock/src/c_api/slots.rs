//! Registering slots.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};

use suricata_thread_sys::common::{SCLogLevel, StorageFreeFn};
use suricata_thread_sys::v8::StorageAllocFn;

use crate::calling::context;
use crate::calling::refusals::{self, Registering};
use crate::noun::function::Function;
use crate::noun::report::{Report, ReportKind};
use crate::noun::slot::{NamePtr, Slot};
use crate::state::cells::Owner;
use crate::state::slots::Refused;

/// Arguments that only 8.0 has.
pub(crate) struct Allocation {
    pub(crate) size: c_uint,
    pub(crate) alloc: StorageAllocFn,
}

/// # Safety
///
/// `name` is NULL or a C string.
pub(crate) unsafe fn register(
    owner: Owner,
    function: Function,
    name: *const c_char,
    allocation: Option<Allocation>,
    free: StorageFreeFn,
) -> c_int {
    let call = function.name;
    let Some(host) = context::host_for(call).filter(|host| !refusals::lacks(host, function)) else {
        return -1;
    };
    let in_callback = "refuse it too, since registration has closed when threads are created";
    // SAFETY: not NULL, so a C string by the caller's promise.
    let text = (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) });
    let item = match text {
        None => "a slot without a name".to_owned(),
        Some(text) => format!("slot {text:?}"),
    };
    let Some(_registering) = Registering::begin(&host, call, &item, in_callback) else {
        return -1;
    };
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return -1;
    };
    let slots = host.slots_of(owner);
    if slots.is_finalized() || free.is_none() {
        return -1;
    }
    let (size, alloc) = match allocation {
        Some(Allocation { size, alloc }) => {
            let pointer = size as usize == size_of::<*mut c_void>();
            if size == 0 || (alloc.is_none() && !pointer) {
                return -1;
            }
            (size, alloc)
        }
        None => (size_of::<*mut c_void>() as c_uint, None),
    };
    let slot = Slot {
        name: text.to_string_lossy().into_owned(),
        size,
        alloc,
        free,
        plugin: context::plugin(),
        _name: NamePtr(name),
    };
    match slots.add(name.addr(), text.to_bytes(), slot, &host.faults.slot) {
        Ok(id) => id,
        Err(Refused::Name { changed }) => {
            context::log_own(
                &host,
                SCLogLevel::SC_LOG_ERROR,
                "storage",
                format!(
                    "storage for type \"{}\" with name \"{}\" already registered",
                    owner.name(),
                    text.to_string_lossy()
                ),
            );
            if let Some(before) = changed {
                let report = Report::new(
                    ReportKind::NameChanged,
                    format!("{call} of slot {text:?}"),
                    context::thread_name(&host),
                )
                .expected("a name in memory of its own")
                .actual(format!("it is in the memory of the name of slot {before}"))
                .consequence(format!(
                    "The slot was refused; Suricata keeps the pointer, so slot {before} has the new \
                     name now, and the other is refused, too"
                ));
                context::report(&host, report);
            }
            -1
        }
        Err(Refused::Memory) => -1,
        Err(Refused::Full) => {
            refusals::log_full(&host, text);
            -1
        }
    }
}

pub(crate) fn size(function: Function) -> c_uint {
    let Some(host) =
        context::host_for(function.name).filter(|host| !refusals::lacks(host, function))
    else {
        return 0;
    };
    let slots = host.slots.table().slots.len();
    (slots * size_of::<*mut c_void>()) as c_uint
}

/// Returns 0 on success.
pub(crate) fn phase(function: Function, phase: Phase) -> c_int {
    let Some(host) =
        context::host_for(function.name).filter(|host| !refusals::lacks(host, function))
    else {
        return -1;
    };
    if refusals::refuses_to_plugins(&host, function.name) {
        return -1;
    }
    for slots in [&host.slots, &host.flow_slots] {
        match phase {
            Phase::Init => slots.reset(true),
            Phase::Finalize => slots.finalize(),
            Phase::Cleanup => slots.reset(false),
        }
    }
    0
}

pub(crate) enum Phase {
    Init,
    Finalize,
    Cleanup,
}
