//! The C functions of both generations.
//!
//! Each is a row of the table in `suricata-thread-sys`, and calls the row's function in
//! [`operations`] with its name and generation.

mod flow_operations;
mod flow_storage;
mod log;
mod registration;
mod slots;
mod storage;

use suricata_thread_sys::{Flow, Generation, Packet, ThreadVars, c_functions};

use std::ffi::{c_char, c_int, c_uint, c_void};
use suricata_thread_sys::common::*;
use suricata_thread_sys::v8::StorageAllocFn;
// 8.0's ids are the same C structs, under other names.
use suricata_thread_sys::v9::{AppProto, SCFlowStorageId as FlowId, SCThreadStorageId as ThreadId};

use crate::noun::function::Function;

macro_rules! define {
    (common { $($common:tt)* } v8 { $($v8:tt)* } v9 { $($v9:tt)* }) => {
        define!(@rows None; $($common)*);
        define!(@rows Some(Generation::V8); $($v8)*);
        define!(@rows Some(Generation::V9); $($v9)*);
        #[cfg(feature = "open")]
        pub(super) const FUNCTIONS: &[&[Function]] = &[
            define!(@list None; $($common)*),
            define!(@list Some(Generation::V8); $($v8)*),
            define!(@list Some(Generation::V9); $($v9)*),
        ];
    };
    (@rows $generation:expr; $(
        fn $name:ident as $operation:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;
    )*) => {$(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name($($argument: $type),*) $(-> $result)? {
            let _function = Function {
                name: stringify!($name),
                generation: $generation,
                address: $name as *const (),
            };
            // SAFETY: the caller keeps what the declaration asks for.
            unsafe { operations::$operation(_function, $($argument),*) }
        }
    )*};
    (@list $generation:expr; $(
        fn $name:ident as $operation:ident $arguments:tt $(-> $result:ty)?;
    )*) => {
        &[$(Function {
            name: stringify!($name),
            generation: $generation,
            address: $name as *const (),
        }),*]
    };
}

#[allow(non_snake_case)]
mod plugin {
    use super::*;
    c_functions!(define: plugin);
}
#[allow(non_snake_case)]
mod host {
    use super::*;
    c_functions!(define: host);
}
mod mock {
    use super::*;
    c_functions!(define: mock);
}

#[cfg(feature = "open")]
pub(crate) fn functions() -> impl Iterator<Item = Function> {
    let tables = [plugin::FUNCTIONS, host::FUNCTIONS, mock::FUNCTIONS];
    tables.into_iter().flatten().copied().flatten().copied()
}

/// # Safety
///
/// Those of the declarations in `suricata-thread-sys`.
#[allow(non_snake_case)]
mod operations {
    use super::{
        Flow, Function, Generation, Packet, SCFlowFinishCallbackFn, SCFlowInitCallbackFn,
        SCFlowUpdateCallbackFn, SCLogLevel, SCThreadInitCallbackFn, StorageAllocFn, StorageFreeFn,
        ThreadId, ThreadVars, c_char, c_int, c_uint, c_void,
    };
    pub(super) use crate::c_api::flow_operations::*;
    use crate::c_api::log;
    use crate::c_api::registration;
    use crate::c_api::slots::{self, Allocation, Phase};
    use crate::c_api::storage;
    use crate::calling::{belonging, boundary, context};
    use crate::noun::event::Event;
    use crate::noun::{c_text, words};
    use crate::state::cells::Owner;

    pub(super) unsafe fn SCThreadRegisterInitCallback(
        _: Function,
        callback: SCThreadInitCallbackFn,
        user: *mut c_void,
    ) -> bool {
        registration::register_thread_init(callback, user)
    }

    pub(super) unsafe fn SCFlowRegisterInitCallback(
        _: Function,
        callback: SCFlowInitCallbackFn,
        user: *mut c_void,
    ) -> bool {
        registration::register_flow_init(callback, user)
    }

    pub(super) unsafe fn SCFlowRegisterUpdateCallback(
        _: Function,
        callback: SCFlowUpdateCallbackFn,
        user: *mut c_void,
    ) -> bool {
        registration::register_flow_update(callback, user)
    }

    pub(super) unsafe fn SCFlowRegisterFinishCallback(
        _: Function,
        callback: SCFlowFinishCallbackFn,
        user: *mut c_void,
    ) -> bool {
        registration::register_flow_finish(callback, user)
    }

    pub(super) unsafe fn SCLogMessage(
        _: Function,
        level: SCLogLevel,
        file: *const c_char,
        line: c_uint,
        function: *const c_char,
        module: *const c_char,
        message: *const c_char,
    ) -> c_int {
        // SAFETY: the caller's promise.
        unsafe { log::message(level, file, line, function, module, message) }
    }

    pub(super) unsafe fn SCLogGetLogLevel(_: Function) -> SCLogLevel {
        log::level()
    }

    pub(super) unsafe fn GetProgramVersion(function: Function) -> *const c_char {
        let generation = context::host_for(function.name).map(|host| host.identity.generation);
        match generation {
            // Not NULL, which no Suricata returns. The report says that there is no host.
            None => c"",
            Some(Generation::V8) => c"8.0.8 RELEASE",
            Some(_) => c"9.0.0-dev (suricata-thread-mock)",
        }
        .as_ptr()
    }

    pub(super) unsafe fn suricata_thread_mock_inside_1(_: Function) -> c_uint {
        let is_inside = context::plugin_code() == Some(words::PluginCode::Callback);
        c_uint::from(is_inside)
    }

    pub(super) unsafe fn suricata_thread_mock_load_1(
        _: Function,
        name: *const c_char,
        init: unsafe extern "C" fn(*mut c_void),
        user: *mut c_void,
    ) -> c_uint {
        // SAFETY: NULL or a C string by the caller's promise.
        let name = (!name.is_null()).then(|| words::intern(&unsafe { c_text::text(name) }));
        // SAFETY: the caller's promise.
        let init = || unsafe { init(user) };
        c_uint::from(boundary::run_init(name, init))
    }

    pub(super) unsafe fn suricata_thread_mock_host_1(_: Function) -> c_uint {
        belonging::host().map_or(0, |host| host.identity.number)
    }

    pub(super) unsafe fn suricata_thread_mock_generation_1(_: Function) -> c_uint {
        belonging::host().map_or(0, |host| host.identity.generation.major())
    }

    pub(super) unsafe fn ThreadStorageRegister(
        function: Function,
        name: *const c_char,
        size: c_uint,
        alloc: StorageAllocFn,
        free: StorageFreeFn,
    ) -> ThreadId {
        let allocation = Some(Allocation { size, alloc });
        // SAFETY: the caller's promise.
        let id = unsafe { slots::register(Owner::Thread, function, name, allocation, free) };
        ThreadId { id }
    }

    pub(super) unsafe fn SCThreadStorageRegister(
        function: Function,
        name: *const c_char,
        free: StorageFreeFn,
    ) -> ThreadId {
        // SAFETY: the caller's promise.
        let id = unsafe { slots::register(Owner::Thread, function, name, None, free) };
        ThreadId { id }
    }

    pub(super) unsafe fn ThreadStorageSize(function: Function) -> c_uint {
        slots::size(function)
    }

    pub(super) unsafe fn ThreadGetStorageById(
        function: Function,
        tv: *const ThreadVars,
        id: ThreadId,
    ) -> *mut c_void {
        storage::get(function, tv, id.id)
    }

    pub(super) unsafe fn ThreadSetStorageById(
        function: Function,
        tv: *mut ThreadVars,
        id: ThreadId,
        value: *mut c_void,
    ) -> c_int {
        storage::set(function, tv, id.id, value)
    }

    pub(super) unsafe fn ThreadAllocStorageById(
        function: Function,
        tv: *mut ThreadVars,
        id: ThreadId,
    ) -> *mut c_void {
        storage::alloc(function, tv, id.id)
    }

    pub(super) unsafe fn ThreadFreeStorageById(
        function: Function,
        tv: *mut ThreadVars,
        id: ThreadId,
    ) {
        storage::free(function, tv, id.id);
    }

    pub(super) unsafe fn ThreadFreeStorage(function: Function, tv: *mut ThreadVars) {
        storage::free_all(function, tv);
    }

    pub(super) unsafe fn StorageInit(function: Function) {
        slots::phase(function, Phase::Init);
    }

    pub(super) unsafe fn StorageFinalize(function: Function) -> c_int {
        slots::phase(function, Phase::Finalize)
    }

    pub(super) unsafe fn StorageCleanup(function: Function) {
        slots::phase(function, Phase::Cleanup);
    }

    pub(super) unsafe fn SCThreadRunInitCallbacks(function: Function, tv: *mut ThreadVars) {
        registration::run(function, tv, Event::ThreadInit);
    }

    pub(super) unsafe fn SCFlowRunInitCallbacks(
        function: Function,
        tv: *mut ThreadVars,
        flow: *mut Flow,
        packet: *const Packet,
    ) {
        registration::run(function, tv, Event::FlowInit(flow, packet));
    }

    pub(super) unsafe fn SCFlowRunUpdateCallbacks(
        function: Function,
        tv: *mut ThreadVars,
        flow: *mut Flow,
        packet: *mut Packet,
    ) {
        registration::run(function, tv, Event::FlowUpdate(flow, packet));
    }

    pub(super) unsafe fn SCFlowRunFinishCallbacks(
        function: Function,
        tv: *mut ThreadVars,
        flow: *mut Flow,
    ) {
        registration::run(function, tv, Event::FlowFinish(flow));
    }
}
