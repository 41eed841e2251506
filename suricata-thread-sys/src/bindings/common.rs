// Written by bindgen from include/suricata_thread_common.h: change that, then run
// `UPDATE=1 ci/check generated`.

/** Frees the content of a storage slot; `ptr` is never null. It must not unwind.

 A thread's slot is freed on the thread that takes the thread down, after
 joining it; a flow's slot on the thread that retires the flow. A plugin that
 frees a slot by id has it called on its own thread.*/
pub type StorageFreeFn = ::core::option::Option<
    unsafe extern "C" fn(ptr: *mut ::core::ffi::c_void),
>;
/** Called for each `ThreadVars` that the host creates, with the `user` pointer of
 the registration.

 It runs on the thread that *creates* `tv` (the main thread; in unix-socket
 mode the unix manager), before the new thread starts. It must not unwind.*/
pub type SCThreadInitCallbackFn = ::core::option::Option<
    unsafe extern "C" fn(tv: *mut ThreadVars, user: *mut ::core::ffi::c_void),
>;
/** Called when the host begins a flow, with the packet that began it and the
 `user` pointer of the registration.

 It runs on the worker that picked the flow up, and `tv` is that worker's
 own. The host's own unit tests pass a null `tv`. It must not unwind.*/
pub type SCFlowInitCallbackFn = ::core::option::Option<
    unsafe extern "C" fn(
        tv: *mut ThreadVars,
        f: *mut Flow,
        p: *const Packet,
        user: *mut ::core::ffi::c_void,
    ),
>;
/** Called for every packet of a flow, with the `user` pointer of the
 registration.

 It runs on the worker that has the packet, and `tv` is that worker's own.
 The host's own unit tests pass a null `tv`. It must not unwind.*/
pub type SCFlowUpdateCallbackFn = ::core::option::Option<
    unsafe extern "C" fn(
        tv: *mut ThreadVars,
        f: *mut Flow,
        p: *mut Packet,
        user: *mut ::core::ffi::c_void,
    ),
>;
/** Called when the host retires a flow, with the `user` pointer of the
 registration.

 It runs for some flows only, on the thread that retires the flow: usually a
 flow recycler, not the worker that began it. `tv` is that thread's own. The
 host's own unit tests pass a null `tv`. It must not unwind.*/
pub type SCFlowFinishCallbackFn = ::core::option::Option<
    unsafe extern "C" fn(
        tv: *mut ThreadVars,
        f: *mut Flow,
        user: *mut ::core::ffi::c_void,
    ),
>;
impl SCLogLevel {
    /// The level was not set.
    pub const SC_LOG_NOTSET: SCLogLevel = SCLogLevel(-1);
    /// Nothing is logged.
    pub const SC_LOG_NONE: SCLogLevel = SCLogLevel(0);
    /// Something failed.
    pub const SC_LOG_ERROR: SCLogLevel = SCLogLevel(1);
    /// Something may go wrong.
    pub const SC_LOG_WARNING: SCLogLevel = SCLogLevel(2);
    /// Messages for every user of the host.
    pub const SC_LOG_NOTICE: SCLogLevel = SCLogLevel(3);
    /// Details of the run.
    pub const SC_LOG_INFO: SCLogLevel = SCLogLevel(4);
    /// Details of the performance.
    pub const SC_LOG_PERF: SCLogLevel = SCLogLevel(5);
    /// Details of the configuration.
    pub const SC_LOG_CONFIG: SCLogLevel = SCLogLevel(6);
    /// Details for debugging.
    pub const SC_LOG_DEBUG: SCLogLevel = SCLogLevel(7);
}
#[repr(transparent)]
/** Levels of the log, the most severe first. The host prints the lines at its
 own level and below.

 Any C `int` is a valid value: a later host may have other levels.*/
#[derive(Debug, Copy, Clone, Hash, PartialEq, Eq)]
pub struct SCLogLevel(pub ::core::ffi::c_int);
/** The description of a plugin. The host keeps the pointers, so they must stay
 valid for the life of the process. All strings end in NUL.

 The host ends the process when `name`, `author`, `license` or `Init` is
 null.*/
#[repr(C)]
#[derive(Debug)]
pub struct SCPlugin {
    /** The API version that the plugin was built for, `SC_API_VERSION`. If the
 host has another one, it logs an error, closes the plugin and goes on
 without it.*/
    pub version: u64,
    /// The Suricata version that the plugin was built for.
    pub suricata_version: *const ::core::ffi::c_char,
    /// The plugin's name.
    pub name: *const ::core::ffi::c_char,
    /// The plugin's own version.
    pub plugin_version: *const ::core::ffi::c_char,
    /// The plugin's licence.
    pub license: *const ::core::ffi::c_char,
    /// The plugin's author.
    pub author: *const ::core::ffi::c_char,
    /** Called after loading, on the main thread, while the registration of
 callbacks and storage is open. It must not unwind.*/
    pub Init: ::core::option::Option<unsafe extern "C" fn()>,
}
/** The type of `SCPluginRegister`, the symbol that a plugin exports. The host
 calls it on the main thread; the result must stay valid for the life of the
 process.*/
pub type SCPluginRegisterFunc = ::core::option::Option<
    unsafe extern "C" fn() -> *mut SCPlugin,
>;
unsafe extern "C" {
    /** Registers `fn` to run with `user` for each thread created from now on. A
 function that is registered twice runs twice. Nothing unregisters it, so both
 pointers must stay valid for the life of the process.

 Returns false when the host is out of memory. Call it from `Init` only.*/
    pub fn SCThreadRegisterInitCallback(
        fn_: SCThreadInitCallbackFn,
        user: *mut ::core::ffi::c_void,
    ) -> bool;
    /** Runs the thread init callbacks for `tv`, in the order of registration.

 Host only: the host calls it on the thread that creates `tv`.*/
    pub fn SCThreadRunInitCallbacks(tv: *mut ThreadVars);
    /** Registers `fn` to run with `user` for each flow that begins. Both must stay
 valid for the life of the process.

 Returns false when the host is out of memory. Call it from `Init` only.*/
    pub fn SCFlowRegisterInitCallback(
        fn_: SCFlowInitCallbackFn,
        user: *mut ::core::ffi::c_void,
    ) -> bool;
    /** Runs the flow init callbacks, in the order of registration.

 Host only: the host calls it on the worker that picked the flow up.*/
    pub fn SCFlowRunInitCallbacks(tv: *mut ThreadVars, f: *mut Flow, p: *const Packet);
    /** Registers `fn` to run with `user` for every packet of a flow. Both must stay
 valid for the life of the process.

 Returns false when the host is out of memory. Call it from `Init` only.*/
    pub fn SCFlowRegisterUpdateCallback(
        fn_: SCFlowUpdateCallbackFn,
        user: *mut ::core::ffi::c_void,
    ) -> bool;
    /** Runs the flow update callbacks, in the order of registration.

 Host only: the host calls it on the worker that has the packet.*/
    pub fn SCFlowRunUpdateCallbacks(tv: *mut ThreadVars, f: *mut Flow, p: *mut Packet);
    /** Registers `fn` to run with `user` for each flow that the host retires. Both
 must stay valid for the life of the process.

 Returns false when the host is out of memory. Call it from `Init` only.*/
    pub fn SCFlowRegisterFinishCallback(
        fn_: SCFlowFinishCallbackFn,
        user: *mut ::core::ffi::c_void,
    ) -> bool;
    /** Runs the flow finish callbacks, in the order of registration.

 Host only: the host calls it on the thread that retires the flow.*/
    pub fn SCFlowRunFinishCallbacks(tv: *mut ThreadVars, f: *mut Flow);
    /** Logs `message` for `line` of `file` in `function` of `module`. The strings
 end in NUL.

 Returns 0, or the host's error code. Call it on the host's threads only: at
 its end, the host joins these and frees its log, without waiting for other
 threads.*/
    pub fn SCLogMessage(
        level: SCLogLevel,
        file: *const ::core::ffi::c_char,
        line: ::core::ffi::c_uint,
        function: *const ::core::ffi::c_char,
        module: *const ::core::ffi::c_char,
        message: *const ::core::ffi::c_char,
    ) -> ::core::ffi::c_int;
    /** Returns the host's log level: less important lines are not printed. Any
 thread may call it.*/
    pub fn SCLogGetLogLevel() -> SCLogLevel;
    /** Returns the version of the host, such as "8.0.8 RELEASE". The text is never
 freed. Any thread may call it.*/
    pub fn GetProgramVersion() -> *const ::core::ffi::c_char;
}
