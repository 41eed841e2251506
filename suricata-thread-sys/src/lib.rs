#![doc = include_str!("../README.md")]
//!
//! # Linking
//!
//! The functions are undefined symbols of a plugin file until Suricata opens it. **Suricata does not load a plugin that
//! calls a function which Suricata lacks**: it logs a *notice*, "Failed to open … undefined symbol: …", and goes on. So
//! only 8.0.x loads a plugin that calls functions of [`v8`], and only 9.0 one that calls those of [`v9`]. A plugin for
//! both refers to them weakly, as `suricata-thread` does:
//!
//! | 9.0 | 8.0.x |
//! | --- | --- |
//! | [`v9::SCThreadStorageRegister`], [`v9::SCFlowStorageRegister`]: name and free function | [`v8::ThreadStorageRegister`], [`v8::FlowStorageRegister`]: also size and alloc function |
//! | other functions of [`v9`] | in [`v8`] without `SC`, if it has them |
//!
//! # Threads
//!
//! | call | thread |
//! | --- | --- |
//! | the entry point, [`SCPlugin::Init`](common::SCPlugin::Init) and all registration | the main thread, while the host loads plugins |
//! | thread init callback | the thread that creates the new one, before it starts: the main thread, or in unix-socket mode the unix manager |
//! | flow init and flow update callback | a worker |
//! | flow finish callback, for some flows only | the thread that ends the flow, usually a flow recycler |
//! | get, set, alloc and free by id, for a thread | that thread, or the creating one in a thread init callback |
//! | get and set by id, for a flow | the thread that runs a callback for the flow, which the host has locked |
//! | free function of a thread's slot | the thread that takes the thread down, after joining it; or the caller that frees by id |
//! | free function of a flow's slot | the thread that ends the flow |
//! | [`SCLogMessage`](common::SCLogMessage) | the host's threads only |
//! | [`SCLogGetLogLevel`](common::SCLogGetLogLevel), [`GetProgramVersion`](common::GetProgramVersion), the size of the storage | any |
//!
//! The host's lists of slots and callbacks have no lock, so registering later is a data race. Plugins do not call the
//! functions marked *Host only*; hosts for tests define them.
//!
//! # Failure
//!
//! - A refused slot has a negative id. Don't use it: the host checks no id, and reads or writes past its storage.
//! - A function that registers a callback returns `false` if the host refuses it, and one that stores a value does not
//!   return 0. The plugin still owns what it passed.
//! - [`SCPlugin::Init`](common::SCPlugin::Init) can't return an error. A plugin that fails logs the cause and returns.
//! - Nothing may unwind into the host. A panic in an `extern "C"` function ends the process, so catch it inside.
//!
//! # Lifetimes
//!
//! - The plugin description with its texts, slot names, callbacks and their user pointers must stay valid for the life
//!   of the process: nothing unregisters them, and the host never closes a plugin whose `Init` has run.
//! - `Flow` and `Packet` are valid until the callback returns; `ThreadVars`, on its own thread, until the host takes
//!   that thread down.
//! - The plugin owns the values in its slots, and set does not free the previous one. When the host takes a thread down
//!   or ends a flow, it calls the slot's free function for the value left there. The host never takes down the few
//!   threads that serve commands. A value in two slots is freed twice.
#![no_std]

pub mod common;
mod generation;
mod opaque;
mod table;
pub mod v8;
pub mod v9;

pub use generation::Generation;
pub use opaque::{Flow, Packet, ThreadVars};
