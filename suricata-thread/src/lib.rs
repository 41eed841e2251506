#![doc = include_str!("../README.md")]
//!
//! # More
//!
//! [`recipes`] has code for common needs; [`troubleshooting`] explains messages. The guide follows.
//!
//! # Which Suricata
//!
//! [`generation`] and [`host_version`] tell which Suricata has loaded the plugin. A Suricata other than 8.0.x and 9.0
//! goes on without the plugin, after an error line that names the plugin and the reason.
//!
//! What is said of 8.0 was seen in a real 8.0.8. What is said of 9.0 comes from the source of 9.0.0-alpha, and was seen
//! once in a development version.
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
//! | [thread init callback](register_init_callback) | once for each thread, before it starts | the thread that creates it: the main thread, or in unix-socket mode the unix manager |
//! | [flow init](flow::register_init_callback) | with the first packet of a flow | a worker |
//! | [flow update](flow::register_update_callback) | for every packet of a flow, the first one included | a worker, usually the one that ran flow init |
//! | [flow finish](flow::register_finish_callback) | at the end of [some flows](flow#how-flows-end) | usually a flow recycler |
//! | [`Drop`] of a flow's value | at the end of every flow | the thread that ends the flow: a worker or a flow recycler |
//! | [`Drop`] of a thread's value | when its thread has ended and been joined | the thread that takes it down: the main thread, or in unix-socket mode the unix manager |
//!
//! Callbacks of one kind run in the order of registration. Flow callbacks run on many threads at the same time. Flow
//! managers and recyclers are taken down before the workers are. In unix-socket mode, Suricata creates and takes down
//! threads for each capture.
//!
//! Some values are never dropped:
//!
//! - those of threads that serve commands, such as the unix manager, which runs in every mode if the command socket is
//!   on;
//! - in unix-socket mode those of a capture's threads, if Suricata is stopped during the capture;
//! - all, if the process is killed or aborts.
//!
//! # Lifetimes
//!
//! A callback borrows its [`ThreadVars`] and its [`Flow`](flow::Flow), and every reference to a value borrows from
//! those. The compiler thus ensures that a value is used on one thread at a time, is not dropped while in use, and
//! never has two mutable references. Slots and callbacks live as long as the process, so what a callback owns is never
//! dropped.
//!
//! # Registering
//!
//! Slots and callbacks can be registered only while the plugin's `init` runs, on any thread, because the host later
//! reads its lists without a lock. At any other time, and inside a callback, registering returns an error.
//!
//! # Panics
//!
//! No panic reaches the host. A panic in `init`, in a callback or in the `Drop` of a stored value is logged at error
//! level, with the plugin's name, what was called, the message and the source line. The callback is called again the next
//! time, with the state that the panic left behind.
//!
//! A plugin that panics again and again does not stop the sensor:
//!
//! - For each callback, and for the values of each slot, the first ten panics are logged, then the hundredth, the
//!   thousandth and so on. When a thread with panics that were not logged ends, a line has the count, except on the
//!   main thread.
//! - On the host's threads, the standard panic hook prints only the first ten contained panics of each place in the
//!   source, or only the first if backtraces are on. Any other hook, such as the test harness's, always runs.
//! - A flow callback that panics a hundred times within a second is left out for a second, and if that goes on, for
//!   two, four, up to sixty seconds. A quiet minute resets this. Lines say when the callback is left out, and when it
//!   is called again, with the number of calls left out.
//!
//! Thread init callbacks and drops always run. A [`FlowStorage`](flow::FlowStorage) value whose drop always panics
//! therefore slows Suricata down, by 0.1 ms or more for each flow.
//!
//! A plugin that installs a panic hook should call the previous one. Otherwise the log has "an unknown place" for the
//! source line, as it has after `resume_unwind`, which runs no hook.
//!
//! No library can contain the following, which end the process, Suricata included:
//!
//! - any panic, if the plugin is built with `panic = "abort"` (the host's log has a warning then);
//! - a destructor that panics while another panic unwinds past it;
//! - a panic in the panic hook, or in a `Display` that the hook calls;
//! - a panic in the destructor of a `thread_local!`, or in an `extern "C"` function of the plugin's own;
//! - a failed allocation, and a stack that overflows;
//! - `process::exit` and `process::abort`.
//!
//! # Errors
//!
//! Most errors are a `&'static str` that names what was tried, the cause and the remedy. [`SetError`] holds the value
//! that was not stored, and [`InsertError`] distinguishes the closure's error from the host's. `init` may return all of
//! them.
//!
//! # Limits
//!
//! - Packets are opaque pointers. [`host_functions!`] declares C functions of the host that take them, and others that
//!   this crate does not have.
//! - Only callbacks can reach a value. A thread that the plugin starts has no [`ThreadVars`].
//! - Linux, on x86-64 and aarch64. The code for macOS is assembled, but was never run.
//! - A plugin needs unsafe code only to call what [`host_functions!`] declares. [`ThreadVars::from_ptr`],
//!   [`flow::Flow::from_ptr`] and [`plugin::run_init`] are for plugins whose callbacks or entry point do not come from
//!   this crate.

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
