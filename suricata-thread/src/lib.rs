//! Typed state per thread for Suricata plugins, without locks and without undefined behaviour.
//!
//! Suricata runs many threads and calls a plugin on all of them. State that they share needs a lock,
//! or atomics with care, on the packet path; state in a `thread_local!` is out of reach when the
//! thread is set up, which happens on another thread, and when it has ended. Suricata itself keeps
//! storage for each of its threads, freed when the thread is taken down: slots, each of which is one
//! pointer per thread. This crate makes that storage typed and safe, with what a plugin needs around
//! it: an [entry point](plugin!), callbacks for [new threads](register_init_callback) and for
//! [flows](flow), and the host's [log].
//!
//! # A complete plugin
//!
//! ```standalone_crate
//! use suricata_thread::{self as thread, SCLogError, SCLogNotice, ThreadStorage, flow};
//!
//! struct ThreadState {
//!     flows: u64,
//! }
//!
//! impl Drop for ThreadState {
//!     fn drop(&mut self) {
//!         SCLogNotice!("my-plugin: a thread saw {} flows", self.flows);
//!     }
//! }
//!
//! fn init() -> Result<(), &'static str> {
//!     let storage = ThreadStorage::<ThreadState>::register("my-plugin")?;
//!     thread::register_init_callback(move |tv| {
//!         if let Err(error) = storage.get_or_insert_with(tv, || ThreadState { flows: 0 }) {
//!             SCLogError!("my-plugin: a thread is not counted: {error}");
//!         }
//!     })?;
//!     flow::register_init_callback(move |tv, _flow, _packet| {
//!         if let Some(state) = storage.get_mut(tv) {
//!             state.flows += 1;
//!         }
//!     })
//! }
//!
//! thread::plugin! {
//!     name: "my-plugin",
//!     version: env!("CARGO_PKG_VERSION"),
//!     author: "Ada Lovelace",
//!     license: "MIT",
//!     init: init,
//! }
//! # fn main() {
//! # use suricata_thread_mock::{Host, RunMode, Traffic};
//! # let host = Host::new();
//! # host.load(PLUGIN).unwrap();
//! # host.start(RunMode::Single);
//! # host.traffic(Traffic { flows: 7, ..Traffic::default() });
//! # host.shutdown();
//! # let ended = "my-plugin: a thread saw 7 flows";
//! # assert!(host.log().iter().any(|line| line.message == ended));
//! # }
//! ```
//!
//! # Build, test, load
//!
//! In `Cargo.toml`, which makes a plugin file of it (`cdylib`) and a crate that tests can use (`rlib`):
//!
//! ```toml
//! [lib]
//! crate-type = ["cdylib", "rlib"]
//!
//! [dependencies]
//! suricata-thread = "0.1"
//!
//! [dev-dependencies]
//! suricata-thread-mock = "0.1" # cargo test needs no Suricata
//! ```
//!
//! A test, such as `tests/flows.rs`. The mock, `suricata-thread-mock`, is a host in Rust, with real
//! threads:
//!
//! ```standalone_crate
//! # mod my_plugin {
//! #     use suricata_thread::{SCLogError, SCLogNotice, ThreadStorage, flow, plugin};
//! #     plugin! { name: "my-plugin", version: "0.1.0", author: "You", license: "MIT", init: init }
//! #     fn init() -> Result<(), &'static str> {
//! #         let storage = ThreadStorage::register("my-plugin")?;
//! #         flow::register_init_callback(move |tv, _flow, _packet| {
//! #             match storage.get_or_insert_with(tv, || ThreadState { flows: 0 }) {
//! #                 Ok(state) => state.flows += 1,
//! #                 Err(error) => SCLogError!("my-plugin: a flow is not counted: {error}"),
//! #             }
//! #         })
//! #     }
//! #     struct ThreadState { flows: u64 }
//! #     impl Drop for ThreadState {
//! #         fn drop(&mut self) {
//! #             SCLogNotice!("my-plugin: a thread saw {} flows", self.flows);
//! #         }
//! #     }
//! # }
//! use suricata_thread_mock::{Host, RunMode, Traffic};
//!
//! # const _: &str = stringify!( // in the documentation's own test, `main` calls it
//! #[test]
//! # );
//! fn each_thread_reports_its_flows() {
//!     let host = Host::new(); // dropped at the end, it reports misuse by name
//!     host.load(my_plugin::PLUGIN).unwrap();
//!     host.start(RunMode::Single);
//!     host.traffic(Traffic { flows: 7, ..Traffic::default() });
//!     host.shutdown();
//!     let log: Vec<_> = host.log().into_iter().map(|line| line.message).collect();
//!     assert!(log.contains(&"my-plugin: a thread saw 7 flows".into()), "{log:#?}");
//! }
//! # fn main() {
//! #     each_thread_reports_its_flows();
//! # }
//! ```
//!
//! `cargo test` runs it against Suricata 8.0 as the mock plays it, `SURICATA_MOCK=9 cargo test` against
//! 9.0. To try the plugin file itself, and then to load it:
//!
//! ```sh
//! cargo build --release # makes target/release/libmy_plugin.so, for Suricata 8.0.x and 9.0
//! cargo install --locked suricata-thread-mock --features cli # once; takes a minute or two
//! suricata-mock check target/release/libmy_plugin.so
//! suricata-mock run target/release/libmy_plugin.so # on made-up flows; --pcap FILE: on those of a capture
//! suricata -c suricata.yaml -r some.pcap -l /tmp # with the file that follows
//! ```
//!
//! ```yaml
//! %YAML 1.1
//! ---
//! plugins:
//!   - /path/to/libmy_plugin.so
//! ```
//!
//! # More
//!
//! - [`recipes`]: what plugins often need, each as code that runs.
//! - [`troubleshooting`]: what goes wrong, by the words of the message.
//! - Below: which Suricata, which thread runs what, lifetimes, panics, errors, limits.
//!
//! # Which Suricata
//!
//! One plugin file is for Suricata 8.0.x and 9.0. The two name their storage functions differently; the
//! file refers to both sets of names weakly, and the host that opens it fills in those that it has.
//! [`generation`] and [`host_version`] say where the plugin runs.
//!
//! | Suricata | checked |
//! | --- | --- |
//! | 8.0.x | on the mock, and in a real 8.0.8 |
//! | 9.0 (in development) | on the mock; the declarations are compared with `suricata-sys` 9.0.0-alpha; no check runs a real 9.0 |
//!
//! Any other Suricata gets an error line that names the plugin and what is missing, and goes on without
//! it. Where there is no Suricata, as in unit tests without the mock, registering is an `Err`, and notices
//! and what matters more are logged to the standard error.
//!
//! What this documentation says of 9.0 is read off the source of 9.0.0-alpha, and was seen once in a
//! development version of it.
//!
//! # Which thread runs what
//!
//! <div>
#![doc = include_str!("../doc/life.svg")]
//! </div>
//!
//! | what | when | on |
//! | --- | --- | --- |
//! | the plugin's `init` | once, after the plugin was loaded | the main thread |
//! | [thread init callback](register_init_callback) | once for each thread, before it starts | the thread that creates it: the main thread; in unix-socket mode the unix manager |
//! | [flow init](flow::register_init_callback) | when a flow is picked up | a worker |
//! | [flow update](flow::register_update_callback) | for every packet of a flow | a worker |
//! | [flow finish](flow::register_finish_callback) | when a flow is retired, but [for some flows only](flow#how-flows-end) | usually a flow recycler |
//! | the [`Drop`] of a flow's value | at the end of every flow | the thread that retires the flow: a worker or a flow recycler |
//! | the [`Drop`] of a thread's value | when its thread has ended and been joined | the thread that takes it down: the main thread; in unix-socket mode the unix manager |
//!
//! In unix-socket mode threads are created and taken down for each capture, so callbacks and drops
//! come again and again. Some values are never dropped: those of the few threads that are never taken
//! down, which serve commands, such as the unix manager; those of a capture's threads, where Suricata is
//! told to stop in the middle of it in unix-socket mode; and all of them where the process is killed or
//! aborts.
//!
//! A thread of the plugin's own may use whatever it owns or shares. It has no [`ThreadVars`], and what it
//! logs goes to the standard error: see [`log`].
//!
//! # Lifetimes
//!
//! A [`ThreadVars`] is lent to a callback until it returns, and every reference to a value borrows
//! from it. So a value can be used by one thread only, can't be dropped while it is in use, and there
//! are never two mutable references to it; the compiler sees to all three. A [`ThreadStorage`]
//! handle and a callback live as long as the process: the host has no way to give them back.
//!
//! # Registering
//!
//! The host walks its lists of slots and callbacks without a lock, so they may grow only while the
//! plugin's `init` runs: from then on other threads may be walking them. Registering at any other
//! time is an `Err`, and so is registering from inside a callback, where the host would walk a
//! growing list for ever. Several threads may register at the same time while `init` runs; the calls
//! are serialized.
//!
//! # Panics
//!
//! No panic reaches the host. One in `init`, in a callback or in the `Drop` of a stored value is
//! logged at error level with the plugin's name, what was called, the message and the source line,
//! and the host and the other callbacks go on. The callback that panicked is called again the next
//! time, with the state that it left behind. The panic hook runs as usual, so std's own message and
//! backtrace go to the standard error; a hook that a plugin installs should call the one that
//! was there, or the log has "an unknown place" where the source line should be. The same holds for
//! `resume_unwind`, which runs no hook.
//!
//! A plugin that panics again and again does not stop the sensor:
//!
//! - Of each callback, and of the values of each slot, the log has the first ten panics, the hundredth, the
//!   thousandth and so on, and when a thread ends how many there were. std's own message comes as often for
//!   the panics at one place in the source; with a backtrace, which takes some milliseconds, once. A hook
//!   that somebody has set always runs.
//! - A flow callback that panics a hundred times within a second is not called for a second, then for two,
//!   four, up to sixty while that goes on; after a quiet minute it begins anew. A line says when it is not
//!   called, and when it is called again, with the number of calls that were left out. Thread init
//!   callbacks and drops always run.
//!
//! Some things no library can contain. They end the process, Suricata with it:
//!
//! - any panic, where the plugin is built with `panic = "abort"`: leave the default, `unwind`. (The host's
//!   log has a warning where a plugin is built so.)
//! - a destructor that panics while another panic unwinds past it;
//! - a panic in the panic hook, or in a `Display` that the hook calls for the message of a panic;
//! - a panic in the destructor of a `thread_local!`;
//! - a panic in an `extern "C"` function of the plugin's own;
//! - an allocation that fails, where the code does not ask for an error instead, and a stack that
//!   overflows.
//!
//! So does a plugin that calls `process::exit` or `process::abort`, and undefined behaviour in its own
//! `unsafe` code may.
//!
//! # Errors
//!
//! Errors are `&'static str`, which says what was tried, what the host answered and what the reasons
//! can be. `init` may pass them on with `?`: they end up in the host's log. [`SetError`] also holds
//! the value that could not be stored.
//!
//! # Other functions of the host
//!
//! [`host_functions!`] declares C functions that this crate does not have, each as an `Option`.
//!
//! # Limits
//!
//! - Storage, thread and flow callbacks, what a flow can tell, and the log: the rest of Suricata's API is not
//!   here. Packets are pointers to hand to functions of the host that you [declare](host_functions!) yourself.
//! - A registration is for the life of the process, as in the host. So what a callback owns is never
//!   dropped.
//! - There is no callback for the end of a thread: a value's [`Drop`] is one, with the
//!   [exceptions](recipes#run-code-when-a-thread-ends) above.
//! - Only its own thread can reach a value; nobody can while the host frees it.
//! - Linux on x86-64 and aarch64. For macOS there is code that was assembled, but never run.
//!
//! # Unsafe code in plugins
//!
//! None is needed. [`ThreadVars::from_ptr`] and [`plugin::run_init`] are the bridges for plugins that
//! receive callbacks, or their entry, by other means.
#![allow(
    clippy::test_attr_in_doctest,
    reason = "a hidden `main` calls the test"
)]

// `SAFETY:` comments cite SAFETY.md in the repository: H1, H2, … what is assumed of the host, R1, R2, … the
// rules that this crate keeps.

pub use suricata_thread_sys as sys;

/// What the macros need; no part of the API.
#[doc(hidden)]
pub mod __private {
    pub use crate::c_str::{c_str, nul_terminated};
    pub use crate::complaint::{IN_FULL, Times};
    pub use crate::entry::{Entry, InitFn};
    pub use crate::log_line::write as write_log;
}

mod c_str;
mod callback;
mod complaint;
mod entry;
pub mod flow;
mod handle;
mod hook;
mod host;
mod host_thread;
pub mod log;
mod log_line;
mod owner;
mod panic;
pub mod plugin;
mod plugin_name;
mod record;
mod registration;
mod set_error;
mod slot;
mod storage;
mod text;
mod thread_init;
mod thread_vars;
mod typed;
mod weak;

#[cfg(any(doc, doctest))]
#[doc = include_str!("../doc/recipes.md")]
pub mod recipes {}
#[cfg(any(doc, doctest))]
#[doc = include_str!("../doc/troubleshooting.md")]
pub mod troubleshooting {}

pub use host::{generation, host_version};
pub use set_error::{InsertError, SetError};
pub use storage::ThreadStorage;
pub use sys::Generation;
pub use thread_init::register_init_callback;
pub use thread_vars::ThreadVars;
