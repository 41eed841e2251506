//! Raw declarations of the part of Suricata's C API that lets a plugin keep data of its own for
//! each of Suricata's threads: thread init callbacks, thread storage, flow callbacks, log, and the
//! plugin's entry point.
//!
//! Suricata has no stable C API: the names and signatures of thread storage are others in 9.0 than
//! in 8.0.x. This crate has both, compiles without a Suricata source tree and without libclang,
//! and needs nothing but `core`. It holds declarations only. To write a plugin, take the safe
//! layer, `suricata-thread`.
//!
//! # Choose the generation
//!
//! | to be loaded by | features | the crate root has | [`SC_API_VERSION`] |
//! | --- | --- | --- | --- |
//! | Suricata 9.0 | none | [`common`] and [`v9`] | `0x0900` |
//! | Suricata 8.0.x | `suricata-8` | [`common`] and [`v8`], under the names of 9.0 | `0x0800` |
//!
//! Choose once, in the crate that builds the plugin. **A plugin built for the wrong generation is
//! left out, and little is said about it:** the host functions that it needs are looked up when
//! Suricata opens it, and where one is missing Suricata logs a *notice*, "Failed to open …
//! undefined symbol: …", and goes on without the plugin. A plugin that uses no storage has no such
//! symbol. Suricata then compares API versions, logs an error, and goes on without it too.
//!
//! ```
//! use suricata_thread_sys::SC_API_VERSION;
//!
//! # #[cfg(not(feature = "suricata-8"))]
//! assert_eq!(SC_API_VERSION, 0x0900);
//! # #[cfg(feature = "suricata-8")]
//! # assert_eq!(SC_API_VERSION, 0x0800);
//! ```
//!
//! # A plugin
//!
//! This one, for 9.0, counts the flows of each thread. What the safe layer would see to is the author's
//! affair here: that the types on both sides of a `void *` are the same, that a pointer stays valid,
//! that nothing panics into C (`extern "C"` functions of Rust abort then).
//!
//! ```no_run
//! use std::cell::UnsafeCell;
//! use std::ffi::{CString, c_int, c_void};
//! use std::ptr;
//!
//! use suricata_thread_sys::v9::{
//!     SC_API_VERSION, SCThreadGetStorageById, SCThreadSetStorageById, SCThreadStorageId,
//!     SCThreadStorageRegister,
//! };
//! use suricata_thread_sys::{
//!     Flow, Packet, SCFlowRegisterInitCallback, SCLogLevel, SCLogMessage, SCPlugin, ThreadVars,
//! };
//!
//! /// The slot, whose id the callbacks get as their user pointer.
//! fn slot(user: *mut c_void) -> SCThreadStorageId {
//!     SCThreadStorageId {
//!         id: user.addr() as c_int,
//!     }
//! }
//!
//! /// On the main thread, right after the plugin was loaded.
//! unsafe extern "C" fn init() {
//!     // SAFETY: the host calls this while it registers; the name and the function stay.
//!     let slot = unsafe { SCThreadStorageRegister(c"my-plugin".as_ptr(), Some(free)) };
//!     let Ok(id) = usize::try_from(slot.id) else {
//!         return log(
//!             SCLogLevel::SC_LOG_ERROR,
//!             "my-plugin: the host refused the slot",
//!         );
//!     };
//!     let user = ptr::without_provenance_mut(id);
//!     // SAFETY: as above, and `slot` undoes `user`.
//!     if !unsafe { SCFlowRegisterInitCallback(Some(on_flow), user) } {
//!         log(
//!             SCLogLevel::SC_LOG_ERROR,
//!             "my-plugin: the host refused the callback",
//!         );
//!     }
//! }
//!
//! /// On the worker that picks the flow up.
//! unsafe extern "C" fn on_flow(
//!     tv: *mut ThreadVars,
//!     _: *mut Flow,
//!     _: *const Packet,
//!     user: *mut c_void,
//! ) {
//!     if tv.is_null() {
//!         return; // so in the host's own unit tests
//!     }
//!     // SAFETY: the thread's own ThreadVars, and a slot that was registered before it was made.
//!     let mut flows = unsafe { SCThreadGetStorageById(tv, slot(user)) }.cast::<u64>();
//!     if flows.is_null() {
//!         flows = Box::into_raw(Box::new(0));
//!         // SAFETY: as above; `free` is for what this stores.
//!         if unsafe { SCThreadSetStorageById(tv, slot(user), flows.cast()) } != 0 {
//!             // SAFETY: boxed above, and not stored.
//!             drop(unsafe { Box::from_raw(flows) });
//!             return log(SCLogLevel::SC_LOG_ERROR, "my-plugin: a flow is not counted");
//!         }
//!     }
//!     // SAFETY: the slot holds what is boxed above, and only this thread uses it.
//!     unsafe { *flows += 1 };
//! }
//!
//! /// On the main thread, when the worker has ended.
//! unsafe extern "C" fn free(flows: *mut c_void) {
//!     // SAFETY: what `on_flow` stored, and the host lets go of it.
//!     let flows = unsafe { Box::from_raw(flows.cast::<u64>()) };
//!     log(
//!         SCLogLevel::SC_LOG_NOTICE,
//!         &format!("my-plugin: {flows} flows"),
//!     );
//! }
//!
//! fn log(level: SCLogLevel, message: &str) {
//!     let Ok(message) = CString::new(message) else {
//!         return;
//!     };
//!     let (file, name) = (c"lib.rs".as_ptr(), c"my-plugin".as_ptr());
//!     // SAFETY: C strings that outlive the call.
//!     unsafe { SCLogMessage(level, file, line!(), name, name, message.as_ptr()) };
//! }
//!
//! struct Plugin(UnsafeCell<SCPlugin>);
//! // SAFETY: only the host looks inside.
//! unsafe impl Sync for Plugin {}
//!
//! static PLUGIN: Plugin = Plugin(UnsafeCell::new(SCPlugin {
//!     version: SC_API_VERSION,
//!     suricata_version: c"9.0".as_ptr(),
//!     name: c"my-plugin".as_ptr(),
//!     plugin_version: c"0.1.0".as_ptr(),
//!     license: c"MIT".as_ptr(),
//!     author: c"You".as_ptr(),
//!     Init: Some(init),
//! }));
//!
//! /// What the host looks for in the plugin file.
//! #[unsafe(no_mangle)]
//! pub extern "C" fn SCPluginRegister() -> *mut SCPlugin {
//!     PLUGIN.0.get()
//! }
//! ```
//!
//! This crate has no host to run it: the example is compiled here, and the repository's tests run the
//! same text on the mock, `suricata-thread-mock`. The example `raw` there does the same for both
//! generations, keeps panics from C, and is run in a real Suricata 8.0.8 as well.
//!
//! # One set of names
//!
//! With `suricata-8`, the crate root names 8.0's functions as 9.0 does, as far as the signatures
//! agree: `SCThreadGetStorageById` is then [`v8::ThreadGetStorageById`], `SCThreadStorageId` is
//! [`v8::ThreadStorageId`], and so on. Where they do not agree, the root keeps the name of the
//! generation, so that the other one's call does not compile:
//!
//! | 9.0 | 8.0.x |
//! | --- | --- |
//! | [`v9::SCThreadStorageRegister`]: name and free function | [`v8::ThreadStorageRegister`]: size and alloc function in between |
//! | none | [`v8::ThreadAllocStorageById`] |
//!
//! [`common`], [`v8`] and [`v9`] are there whatever is selected; the mock defines all three.
//!
//! # Threads
//!
//! | what | on |
//! | --- | --- |
//! | the entry point, [`SCPlugin::Init`] and all registration | the main thread, while the host loads plugins |
//! | thread init callback | the thread that creates the new one, before that starts: the main thread; in unix-socket mode the unix manager |
//! | flow init and flow update callback | a worker |
//! | flow finish callback | whichever thread retires the flow: most often a flow recycler or manager |
//! | get, set and free by id | the thread that the `ThreadVars` belongs to; or in a thread init callback for it |
//! | a slot's free function | the thread that takes the slot's thread down, when that has been joined; or the one that frees by id |
//! | [`SCLogMessage`] | the host's threads only |
//! | [`SCLogGetLogLevel`] | any |
//! | the size of the storage | any, once registration has closed |
//!
//! The host's lists of slots and callbacks have no lock: nothing keeps a plugin from registering later,
//! and that is a data race. Each function says on which thread the host or a plugin calls it. *Host
//! only* marks those that a plugin has no use for; they are declared for hosts made for tests.
//!
//! # Failure
//!
//! - A slot that was refused has a negative id; the function says why it may be. It is not to be used:
//!   the host checks no id, and reads or writes past its storage.
//! - A callback that was refused is `false`, a value that was refused is another number than 0: then
//!   what was passed is still the plugin's, to free or to keep.
//! - [`SCPlugin::Init`] returns nothing: a plugin that cannot go on logs why, and registers no more.
//! - Nothing may unwind into the host. An `extern "C"` function of Rust that panics ends the process:
//!   catch the panic inside of it.
//!
//! # Lifetimes
//!
//! - For the life of the process: what the entry point returns with all its texts, the names of slots,
//!   callbacks and their user pointers. There is no way to take a registration back, and the host never
//!   closes a plugin whose `Init` has run.
//! - `Flow` and `Packet`: until the callback returns. `ThreadVars`: until the thread is taken down; but
//!   other threads may not use it.
//! - A value in a slot is the plugin's. Set does not free the one that was there; the host frees what is
//!   left, through the slot's free function, when it takes the thread down. The few threads that serve
//!   commands are never taken down. A value in two slots is freed twice.
//!
//! # Limits
//!
//! - Thread storage, thread and flow callbacks, the log and the entry point: the rest of Suricata's API
//!   is not here. `ThreadVars`, `Flow` and `Packet` are opaque.
//! - The declarations for 9.0, which is in development, are compared with those of `suricata-sys`
//!   9.0.0-alpha. No check runs a real 9.0; those for 8.0.x are used in a real 8.0.8.
//!
//! # The feature `bindgen`
//!
//! For whoever builds against a Suricata of their own: with the feature `bindgen`, and the
//! environment variable `SURICATA_SRC` set to the absolute path of the folder `src` of a Suricata
//! source tree, the build script reads the thread, storage and flow declarations from that tree's
//! `thread-storage.h`, `thread-callbacks.h` and `flow-callbacks.h`. The tree need not be configured,
//! but it must be of the generation that the features select. bindgen needs libclang (Debian:
//! `libclang-dev`). All else stays as it is in this crate: the log, the plugin structure, and the
//! opening and closing of storage registration.
//!
//! # Licence
//!
//! `MIT OR Apache-2.0`. The declarations are facts about an interface, in this project's own words
//! and files. Suricata is `GPL-2.0-only`: mind that for a plugin that you hand out, since it runs as
//! a part of Suricata.
#![no_std]

pub mod common;
mod opaque;
pub mod v8;
pub mod v9;

pub use common::*;
pub use opaque::{Flow, Packet, ThreadVars};

#[cfg(not(feature = "suricata-8"))]
pub use v9::*;

#[cfg(feature = "suricata-8")]
pub use v8::{
    SC_API_VERSION, StorageAllocFn, StorageCleanup as SCStorageCleanup,
    StorageFinalize as SCStorageFinalize, StorageInit as SCStorageInit, ThreadAllocStorageById,
    ThreadFreeStorage as SCThreadFreeStorage, ThreadFreeStorageById as SCThreadFreeStorageById,
    ThreadGetStorageById as SCThreadGetStorageById, ThreadSetStorageById as SCThreadSetStorageById,
    ThreadStorageId as SCThreadStorageId, ThreadStorageRegister,
    ThreadStorageSize as SCThreadStorageSize,
};
