// Written by bindgen from include/suricata_thread_common.h: change that, then run
// `UPDATE=1 ci/check generated`.

/** Frees the content of a storage slot; `ptr` is never null.

 The host calls it for a thread's slot on the thread that takes that thread
 down, after joining it, and for a flow's slot on the thread that ends the
 flow. If a plugin frees a slot by id, the function runs on the thread that
 does so. It must not unwind.*/
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
/** Called at the end of some flows, with the `user` pointer of the
 registration.

 It runs on the thread that ends the flow: usually a flow recycler, not the
 worker that began the flow. `tv` is that thread's own. The host's own unit
 tests pass a null `tv`. It must not unwind.*/
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
    /// Something may be wrong.
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
/** Levels of the log, the most severe first.

 The host prints lines of its own level and of more severe ones. Any C `int`
 is a valid value: a later host may have other levels.*/
#[derive(Debug, Copy, Clone, Hash, PartialEq, Eq)]
pub struct SCLogLevel(pub ::core::ffi::c_int);
/** The description of a plugin.

 The host keeps the pointers, so they must stay valid for the life of the
 process. All strings end in NUL. The host ends the process if `name`,
 `author`, `license` or `Init` is null.*/
#[repr(C)]
#[derive(Debug)]
pub struct SCPlugin {
    /** The API version that the plugin was built for, `SC_API_VERSION`.

 If the host has another version, it logs an error, closes the plugin and
 goes on without it.*/
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
    /** Called on the main thread after the plugin is loaded, while callbacks and
 storage may be registered. It must not unwind.*/
    pub Init: ::core::option::Option<unsafe extern "C" fn()>,
}
/** The type of `SCPluginRegister`, the function that a plugin exports.

 The host calls it on the main thread. The result must stay valid for the life
 of the process.*/
pub type SCPluginRegisterFunc = ::core::option::Option<
    unsafe extern "C" fn() -> *mut SCPlugin,
>;
unsafe extern "C" {
    /** Registers `fn` to run with `user` for each thread created from now on.

 A function that is registered twice runs twice. Nothing unregisters it, so
 both pointers must stay valid for the life of the process. Returns false if
 the host is out of memory. Call it from `Init` only.*/
    pub fn SCThreadRegisterInitCallback(
        fn_: SCThreadInitCallbackFn,
        user: *mut ::core::ffi::c_void,
    ) -> bool;
    /** Runs the thread init callbacks for `tv`, in the order of registration.

 Host only: the host calls it on the thread that creates `tv`.*/
    pub fn SCThreadRunInitCallbacks(tv: *mut ThreadVars);
    /** Registers `fn` to run with `user` for each flow that begins.

 Both pointers must stay valid for the life of the process. Returns false if
 the host is out of memory. Call it from `Init` only.*/
    pub fn SCFlowRegisterInitCallback(
        fn_: SCFlowInitCallbackFn,
        user: *mut ::core::ffi::c_void,
    ) -> bool;
    /** Runs the flow init callbacks for `f`, in the order of registration.

 Host only: the host calls it on the worker that picked the flow up.*/
    pub fn SCFlowRunInitCallbacks(tv: *mut ThreadVars, f: *mut Flow, p: *const Packet);
    /** Registers `fn` to run with `user` for every packet of a flow.

 Both pointers must stay valid for the life of the process. Returns false if
 the host is out of memory. Call it from `Init` only.*/
    pub fn SCFlowRegisterUpdateCallback(
        fn_: SCFlowUpdateCallbackFn,
        user: *mut ::core::ffi::c_void,
    ) -> bool;
    /** Runs the flow update callbacks for `f`, in the order of registration.

 Host only: the host calls it on the worker that has the packet.*/
    pub fn SCFlowRunUpdateCallbacks(tv: *mut ThreadVars, f: *mut Flow, p: *mut Packet);
    /** Registers `fn` to run with `user` at the end of some flows.

 Both pointers must stay valid for the life of the process. Returns false if
 the host is out of memory. Call it from `Init` only.*/
    pub fn SCFlowRegisterFinishCallback(
        fn_: SCFlowFinishCallbackFn,
        user: *mut ::core::ffi::c_void,
    ) -> bool;
    /** Runs the flow finish callbacks for `f`, in the order of registration.

 Host only: the host calls it on the thread that ends the flow.*/
    pub fn SCFlowRunFinishCallbacks(tv: *mut ThreadVars, f: *mut Flow);
    /** Logs `message` at `level`, with the place in the source that it comes from.

 The strings end in NUL. Returns 0, or the host's error code. Call it on the
 host's threads only: the host joins these before it frees its log, but does
 not wait for other threads.*/
    pub fn SCLogMessage(
        level: SCLogLevel,
        file: *const ::core::ffi::c_char,
        line: ::core::ffi::c_uint,
        function: *const ::core::ffi::c_char,
        module: *const ::core::ffi::c_char,
        message: *const ::core::ffi::c_char,
    ) -> ::core::ffi::c_int;
    /** Returns the host's log level: less severe lines are not printed.

 Any thread may call it.*/
    pub fn SCLogGetLogLevel() -> SCLogLevel;
    /** Returns the version of the host, such as "8.0.8 RELEASE".

 The text is never freed. Any thread may call this function.*/
    pub fn GetProgramVersion() -> *const ::core::ffi::c_char;
}
