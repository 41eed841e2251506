//! The one table of C functions.
//!
//! The safe layer makes its weak references from the rows, and the mock its definitions.

/// Passes the rows of one audience to the macro `$with`, as
/// `$with! { common { … } v8 { … } v9 { … } }`.
///
/// The audiences are `plugin` (functions that plugins call), `host` (functions that Suricata calls
/// itself) and `mock` (functions that only the mock has). A row is
/// `fn NAME as OPERATION(argument: Type, …) -> Type;`. OPERATION names the mock's function for
/// the row: functions that differ only in their names share that of 8.0.
///
/// The code around `$with` imports the types: all of [`common`] for the rows in `common { … }`, all
/// of [`v8`] or [`v9`] for the others, with that module's slot ids as `ThreadId` and `FlowId`; and
/// `ThreadVars`, `Flow`, `Packet`, `c_char`, `c_int`, `c_uint`, `c_void`.
///
/// [`common`]: crate::common
/// [`v8`]: crate::v8
/// [`v9`]: crate::v9
#[doc(hidden)]
#[macro_export]
macro_rules! c_functions {
    ($with:ident: plugin) => {
        $crate::c_functions! {
            @by_generation $with
            both {
                fn SCThreadRegisterInitCallback(
                    callback: SCThreadInitCallbackFn, user: *mut c_void
                ) -> bool;
                fn SCFlowRegisterInitCallback(
                    callback: SCFlowInitCallbackFn, user: *mut c_void
                ) -> bool;
                fn SCFlowRegisterUpdateCallback(
                    callback: SCFlowUpdateCallbackFn, user: *mut c_void
                ) -> bool;
                fn SCFlowRegisterFinishCallback(
                    callback: SCFlowFinishCallbackFn, user: *mut c_void
                ) -> bool;
                fn SCLogMessage(
                    level: SCLogLevel, file: *const c_char, line: c_uint, function: *const c_char,
                    module: *const c_char, message: *const c_char
                ) -> c_int;
                fn SCLogGetLogLevel() -> SCLogLevel;
                fn GetProgramVersion() -> *const c_char;
            }
            renamed {
                fn ThreadStorageSize, SCThreadStorageSize() -> c_uint;
                fn ThreadGetStorageById, SCThreadGetStorageById(
                    tv: *const ThreadVars, id: ThreadId
                ) -> *mut c_void;
                fn ThreadSetStorageById, SCThreadSetStorageById(
                    tv: *mut ThreadVars, id: ThreadId, value: *mut c_void
                ) -> c_int;
                fn ThreadFreeStorageById, SCThreadFreeStorageById(
                    tv: *mut ThreadVars, id: ThreadId
                );
                fn FlowGetStorageById, SCFlowGetStorageById(
                    flow: *const Flow, id: FlowId
                ) -> *mut c_void;
                fn FlowSetStorageById, SCFlowSetStorageById(
                    flow: *mut Flow, id: FlowId, value: *mut c_void
                ) -> c_int;
            }
            v8 {
                fn ThreadStorageRegister as ThreadStorageRegister(
                    name: *const c_char, size: c_uint, alloc: StorageAllocFn, free: StorageFreeFn
                ) -> ThreadId;
                fn ThreadAllocStorageById as ThreadAllocStorageById(
                    tv: *mut ThreadVars, id: ThreadId
                ) -> *mut c_void;
                fn FlowStorageRegister as FlowStorageRegister(
                    name: *const c_char, size: c_uint, alloc: StorageAllocFn, free: StorageFreeFn
                ) -> FlowId;
                fn FlowGetLastTimeAsParts as FlowGetLastTimeAsParts(
                    flow: *mut Flow, seconds: *mut u64, microseconds: *mut u64
                );
                fn FlowGetFlags as FlowGetFlags(flow: *mut Flow) -> u32;
                fn FlowGetSourcePort as FlowGetSourcePort(flow: *mut Flow) -> u16;
                fn FlowGetDestinationPort as FlowGetDestinationPort(flow: *mut Flow) -> u16;
            }
            v9 {
                fn SCThreadStorageRegister as SCThreadStorageRegister(
                    name: *const c_char, free: StorageFreeFn
                ) -> ThreadId;
                fn SCFlowStorageRegister as SCFlowStorageRegister(
                    name: *const c_char, free: StorageFreeFn
                ) -> FlowId;
                fn SCFlowGetLastTimeAsParts as FlowGetLastTimeAsParts(
                    flow: *const Flow, seconds: *mut u64, microseconds: *mut u64
                );
                fn SCFlowGetFlags as SCFlowGetFlags(flow: *const Flow) -> u64;
                fn SCFlowGetSourcePort as FlowGetSourcePort(flow: *const Flow) -> u16;
                fn SCFlowGetDestinationPort as FlowGetDestinationPort(flow: *const Flow) -> u16;
                fn SCFlowIsIPv4 as SCFlowIsIPv4(flow: *const Flow) -> bool;
                fn SCFlowIsIPv6 as SCFlowIsIPv6(flow: *const Flow) -> bool;
                fn SCFlowGetIPProtocol as SCFlowGetIPProtocol(flow: *const Flow) -> u8;
                fn SCFlowGetAppProtocol as SCFlowGetAppProtocol(flow: *const Flow) -> AppProto;
                fn SCFlowGetSourceAddressAsRawPtr as SCFlowGetSourceAddressAsRawPtr(
                    flow: *const Flow
                ) -> *const u8;
                fn SCFlowGetDestinationAddressAsRawPtr as SCFlowGetDestinationAddressAsRawPtr(
                    flow: *const Flow
                ) -> *const u8;
                fn SCFlowGetToServerPacketCount as SCFlowGetToServerPacketCount(
                    flow: *const Flow
                ) -> u32;
                fn SCFlowGetToClientPacketCount as SCFlowGetToClientPacketCount(
                    flow: *const Flow
                ) -> u32;
            }
        }
    };
    ($with:ident: host) => {
        $crate::c_functions! {
            @by_generation $with
            both {
                fn SCThreadRunInitCallbacks(tv: *mut ThreadVars);
                fn SCFlowRunInitCallbacks(
                    tv: *mut ThreadVars, flow: *mut Flow, packet: *const Packet
                );
                fn SCFlowRunUpdateCallbacks(
                    tv: *mut ThreadVars, flow: *mut Flow, packet: *mut Packet
                );
                fn SCFlowRunFinishCallbacks(tv: *mut ThreadVars, flow: *mut Flow);
            }
            renamed {
                fn StorageInit, SCStorageInit();
                fn StorageFinalize, SCStorageFinalize() -> c_int;
                fn StorageCleanup, SCStorageCleanup();
                fn ThreadFreeStorage, SCThreadFreeStorage(tv: *mut ThreadVars);
            }
            v8 {}
            v9 {}
        }
    };
    // generation returns the major version that the calling thread's host plays, 0 without a host; host a number for
    // that host; inside 1 inside a callback, else 0. load runs `init(user)` as the `Init` of the plugin `name` and
    // returns 1, or 0 if the host takes no plugins. A function that changes its meaning gets another number in its
    // name.
    ($with:ident: mock) => {
        $crate::c_functions! {
            @by_generation $with
            both {
                fn suricata_thread_mock_generation_1() -> c_uint;
                fn suricata_thread_mock_host_1() -> c_uint;
                fn suricata_thread_mock_inside_1() -> c_uint;
                fn suricata_thread_mock_load_1(
                    name: *const c_char,
                    init: unsafe extern "C" fn(*mut c_void),
                    user: *mut c_void
                ) -> c_uint;
            }
            renamed {}
            v8 {}
            v9 {}
        }
    };
    (
        @by_generation $with:ident
        both { $(fn $name:ident($($arg:ident: $type:ty),*) $(-> $result:ty)?;)* }
        renamed {
            $(fn $name8:ident, $name9:ident($($rarg:ident: $rtype:ty),*) $(-> $rresult:ty)?;)*
        }
        v8 { $($v8:tt)* }
        v9 { $($v9:tt)* }
    ) => {
        $with! {
            common { $(fn $name as $name($($arg: $type),*) $(-> $result)?;)* }
            v8 { $(fn $name8 as $name8($($rarg: $rtype),*) $(-> $rresult)?;)* $($v8)* }
            v9 { $(fn $name9 as $name8($($rarg: $rtype),*) $(-> $rresult)?;)* $($v9)* }
        }
    };
}

/// Checks that the rows have the types of bindgen's declarations, in unnamed constants, so that the
/// linked crate does not refer to the functions.
macro_rules! declared_so {
    (
        common { $(fn $common:ident as $_c:ident($($ca:ident: $ct:ty),*) $(-> $cr:ty)?;)* }
        v8 { $(fn $v8:ident as $_8:ident($($a8:ident: $t8:ty),*) $(-> $r8:ty)?;)* }
        v9 { $(fn $v9:ident as $_9:ident($($a9:ident: $t9:ty),*) $(-> $r9:ty)?;)* }
    ) => {
        const _: () = {
            $(let _: unsafe extern "C" fn($($ct),*) $(-> $cr)? = $common;)*
        };
        const _: () = {
            #[allow(unused_imports, reason = "an audience may have no such rows")]
            use crate::v8::{self, *, FlowStorageId as FlowId, ThreadStorageId as ThreadId};
            $(let _: unsafe extern "C" fn($($t8),*) $(-> $r8)? = v8::$v8;)*
        };
        const _: () = {
            #[allow(unused_imports, reason = "an audience may have no such rows")]
            use crate::v9::{self, *, SCFlowStorageId as FlowId, SCThreadStorageId as ThreadId};
            $(let _: unsafe extern "C" fn($($t9),*) $(-> $r9)? = v9::$v9;)*
        };
    };
}

mod check {
    use crate::common::*;
    use crate::{Flow, Packet, ThreadVars};
    use core::ffi::{c_char, c_int, c_uint, c_void};

    c_functions!(declared_so: plugin);
    c_functions!(declared_so: host);
}
