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
//!     SCThreadStorageId { id: user.addr() as c_int }
//! }
//!
//! /// On the main thread, right after the plugin was loaded.
//! unsafe extern "C" fn init() {
//!     // SAFETY: the host calls this while it registers; the name and the function stay.
//!     let slot = unsafe { SCThreadStorageRegister(c"my-plugin".as_ptr(), Some(free)) };
//!     let Ok(id) = usize::try_from(slot.id) else {
//!         return log(SCLogLevel::SC_LOG_ERROR, "my-plugin: the host refused the slot");
//!     };
//!     let user = ptr::without_provenance_mut(id);
//!     // SAFETY: as above, and `slot` undoes `user`.
//!     if !unsafe { SCFlowRegisterInitCallback(Some(on_flow), user) } {
//!         log(SCLogLevel::SC_LOG_ERROR, "my-plugin: the host refused the callback");
//!     }
//! }
//!
//! /// On the worker that picks the flow up.
//! unsafe extern "C" fn on_flow(tv: *mut ThreadVars, _: *mut Flow, _: *const Packet, user: *mut c_void) {
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
//!     log(SCLogLevel::SC_LOG_NOTICE, &format!("my-plugin: {flows} flows"));
//! }
//!
//! fn log(level: SCLogLevel, message: &str) {
//!     let Ok(message) = CString::new(message) else { return };
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
//! [`common`], [`v8`] and [`v9`] are there whatever is selected; a fake host defines all three.
//!
//! # Threads
//!
//! Each function says on which thread the host or a plugin calls it. *Host only* marks those that
//! a plugin has no use for; they are declared for hosts made for tests.
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
