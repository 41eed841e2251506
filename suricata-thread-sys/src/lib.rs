//! Raw declarations of the part of Suricata's C API that lets a plugin keep data of its own for
//! each of Suricata's threads: thread init callbacks, thread storage, flow callbacks, log, and the
//! plugin's entry point.
//!
//! Suricata has no stable C API: the names and signatures of thread storage are others in 9.0 than
//! in 8.0.x. This crate has both, side by side, compiles without a Suricata source tree and without
//! libclang, and needs nothing but `core`. It holds declarations only. To write a plugin, take the
//! safe layer, `suricata-thread`.
//!
//! | module | has what is declared by | [`SCPlugin::version`](common::SCPlugin::version) |
//! | --- | --- | --- |
//! | [`common`] | Suricata 8.0.x and 9.0 alike | |
//! | [`v8`] | Suricata 8.0.x alone | `0x0800` |
//! | [`v9`] | Suricata 9.0 alone | `0x0900` |
//!
//! # Linking
//!
//! The functions are the host's: they are undefined symbols of a plugin file until Suricata opens it.
//! **A plugin that calls a function from here needs that function to be loaded.** Where a symbol is
//! missing, Suricata logs a *notice*, "Failed to open … undefined symbol: …", and goes on without the
//! plugin. A plugin that calls functions of [`v8`] is one for 8.0.x alone, and one that calls those of
//! [`v9`] is for 9.0 alone. A file for both refers to them weakly, as `suricata-thread` does:
//!
//! | 9.0 | 8.0.x |
//! | --- | --- |
//! | [`v9::SCThreadStorageRegister`]: name and free function | [`v8::ThreadStorageRegister`]: size and alloc function in between |
//! | [`v9::SCThreadGetStorageById`] | [`v8::ThreadGetStorageById`] |
//! | [`v9::SCThreadSetStorageById`] | [`v8::ThreadSetStorageById`] |
//! | [`v9::SCThreadFreeStorageById`] | [`v8::ThreadFreeStorageById`] |
//! | [`v9::SCThreadStorageSize`] | [`v8::ThreadStorageSize`] |
//! | none | [`v8::ThreadAllocStorageById`] |
//!
//! In the repository, the example `raw` is a plugin on these declarations alone, for 8.0.x, and `c` one in
//! C for both.
//!
//! # Threads
//!
//! | what | on |
//! | --- | --- |
//! | the entry point, [`SCPlugin::Init`](common::SCPlugin::Init) and all registration | the main thread, while the host loads plugins |
//! | thread init callback | the thread that creates the new one, before that starts: the main thread; in unix-socket mode the unix manager |
//! | flow init and flow update callback | a worker |
//! | flow finish callback | whichever thread retires the flow: most often a flow recycler or manager |
//! | get, set and free by id | the thread that the `ThreadVars` belongs to; or in a thread init callback for it |
//! | a slot's free function | the thread that takes the slot's thread down, when that has been joined; or the one that frees by id |
//! | [`SCLogMessage`](common::SCLogMessage) | the host's threads only |
//! | [`SCLogGetLogLevel`](common::SCLogGetLogLevel), [`GetProgramVersion`](common::GetProgramVersion) | any |
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
//! - [`SCPlugin::Init`](common::SCPlugin::Init) returns nothing: a plugin that cannot go on logs why,
//!   and registers no more.
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
//!   9.0.0-alpha. No check runs a real 9.0; those for 8.0.x are used in a real 8.0.8,
//!   and compared with the headers of an 8.0.x.
//!
//! # Licence
//!
//! `MIT OR Apache-2.0`. The declarations are facts about an interface, in this project's own words
//! and files. Suricata is `GPL-2.0-only`: mind that for a plugin that you hand out, since it runs as
//! a part of Suricata.
#![no_std]

pub mod common;
mod generation;
mod opaque;
mod table;
pub mod v8;
pub mod v9;

pub use generation::Generation;
pub use opaque::{Flow, Packet, ThreadVars};
