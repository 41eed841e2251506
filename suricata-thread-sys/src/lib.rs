#![doc = include_str!("../README.md")]
//!
//! # Linking
//!
//! The functions are undefined symbols of a plugin file until Suricata opens it. **Suricata does not load a plugin that
//! calls a function which it lacks**: it logs a *notice*, "Failed to open … undefined symbol: …", and goes on. So a
//! plugin that calls functions of [`v8`] is for 8.0.x alone, and one that calls those of [`v9`] for 9.0 alone. A file for
//! both refers to them weakly, as `suricata-thread` does:
//!
//! | 9.0 | 8.0.x |
//! | --- | --- |
//! | [`v9::SCThreadStorageRegister`], [`v9::SCFlowStorageRegister`]: name and free function | [`v8::ThreadStorageRegister`], [`v8::FlowStorageRegister`]: also size and alloc function |
//! | other functions of [`v9`] | in [`v8`] without `SC`, if it has them |
//!
//! # Threads
//!
//! | what | on |
//! | --- | --- |
//! | the entry point, [`SCPlugin::Init`](common::SCPlugin::Init) and all registration | the main thread, while the host loads plugins |
//! | thread init callback | the thread that creates the new one, before it starts: the main thread, or in unix-socket mode the unix manager |
//! | flow init and flow update callback | a worker |
//! | flow finish callback, for some flows only | the thread that retires the flow, usually a flow recycler |
//! | get, set and free by id, of a thread | that thread, or a thread init callback for it |
//! | get, set and free by id, of a flow | a callback for the flow, which the host has locked |
//! | free function of a thread's slot | the thread that takes the thread down, after it has been joined; or the one that frees by id |
//! | free function of a flow's slot | the thread that retires the flow |
//! | [`SCLogMessage`](common::SCLogMessage) | the host's threads only |
//! | [`SCLogGetLogLevel`](common::SCLogGetLogLevel), [`GetProgramVersion`](common::GetProgramVersion), the size of the storage | any |
//!
//! The host's lists of slots and callbacks have no lock: registering later is a data race, which nothing prevents. *Host
//! only* marks functions that are of no use to a plugin; hosts made for tests need them.
//!
//! # Failure
//!
//! - A refused slot has a negative id. Don't use it: the host checks no id, and reads or writes past its storage.
//! - For a refused callback the result is `false`, for a refused value not 0. What was passed is still the plugin's.
//! - [`SCPlugin::Init`](common::SCPlugin::Init) returns nothing: a plugin that fails logs why, and registers no more.
//! - Nothing may unwind into the host. A panic in an `extern "C"` function ends the process, so catch it inside.
//!
//! # Lifetimes
//!
//! - For the life of the process: what the entry point returns with its texts, the names of slots, callbacks and their
//!   user pointers. A registration can't be taken back, and the host never closes a plugin whose `Init` has run.
//! - `Flow` and `Packet`: until the callback returns. `ThreadVars`: until the thread is taken down, on that thread only.
//! - A value in a slot is the plugin's. Set does not free the previous one. The host frees what is left, through the
//!   slot's free function, when it takes the thread down or retires the flow; the few threads that serve commands are
//!   never taken down. A value in two slots is freed twice.
//!
//! The rest of Suricata's API is not here.
#![no_std]

pub mod common;
mod generation;
mod opaque;
mod table;
pub mod v8;
pub mod v9;

pub use generation::Generation;
pub use opaque::{Flow, Packet, ThreadVars};
