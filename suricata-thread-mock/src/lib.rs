#![doc = include_str!("../README.md")]
//!
//! # Driving a host step by step
//!
//! [`Host::spawn`], [`Thread::run`], [`Thread::flow_init`] and the like do one step at a time.
//!
//! # A test of the raw C API
//!
//! A plugin may call the C functions itself. The test registers it:
//!
//! ```
//! use std::ffi::c_void;
//! use std::sync::atomic::{AtomicI32, Ordering};
//!
//! use suricata_thread_mock::{Generation, Host, RunMode, Traffic};
//! use suricata_thread_sys::v8 as sys;
//! use suricata_thread_sys::common::{SCLogLevel, SCLogMessage, SCThreadRegisterInitCallback};
//! use suricata_thread_sys::ThreadVars;
//! # use suricata_thread_sys::common::SCFlowRegisterInitCallback;
//! # use suricata_thread_sys::{Flow, Packet};
//!
//! // The code under test: a counter of flows in a slot of each thread.
//! static SLOT: AtomicI32 = AtomicI32::new(-1);
//!
//! fn slot() -> sys::ThreadStorageId {
//!     sys::ThreadStorageId { id: SLOT.load(Ordering::Relaxed) }
//! }
//!
//! unsafe extern "C" fn free(count: *mut c_void) {
//!     // SAFETY: the slot holds what `on_thread` stored.
//!     let count = unsafe { Box::from_raw(count.cast::<u64>()) };
//!     let text = std::ffi::CString::new(format!("{count} flows")).unwrap();
//!     let (level, name) = (SCLogLevel::SC_LOG_NOTICE, c"counter".as_ptr());
//!     // SAFETY: the texts are C strings.
//!     unsafe { SCLogMessage(level, name, 1, name, name, text.as_ptr()) };
//! }
//!
//! unsafe extern "C" fn on_thread(tv: *mut ThreadVars, _: *mut c_void) {
//!     let count = Box::into_raw(Box::new(0u64));
//!     // SAFETY: the host's pointer; the slot's free function is for this.
//!     unsafe { sys::ThreadSetStorageById(tv, slot(), count.cast()) };
//! }
//! # unsafe extern "C" fn on_flow(tv: *mut ThreadVars, _: *mut Flow, _: *const Packet, _: *mut c_void) {
//! #     // SAFETY: the host's pointer; the slot holds what `on_thread` stored.
//! #     unsafe { *sys::ThreadGetStorageById(tv, slot()).cast::<u64>() += 1 };
//! # }
//!
//! fn init() {
//!     // SAFETY: the name and the functions stay for the life of the process.
//!     unsafe {
//!         let id = sys::ThreadStorageRegister(c"flows".as_ptr(), 8, None, Some(free));
//!         SLOT.store(id.id, Ordering::Relaxed);
//!         SCThreadRegisterInitCallback(Some(on_thread), std::ptr::null_mut());
//!         // … and a flow callback that counts
//! #         SCFlowRegisterInitCallback(Some(on_flow), std::ptr::null_mut());
//!     }
//! }
//!
//! // The test.
//! let host = Host::builder().generation(Generation::V8).build();
//! init(); // or `host.load(SCPluginRegister)`, which runs the plugin's Init
//! host.start(RunMode::Autofp { receivers: 1, workers: 2 });
//! let traffic = host.traffic(Traffic { flows: 200, ..Traffic::default() });
//! host.shutdown();
//!
//! assert_eq!(traffic.flows, 200);
//! let counts: Vec<_> = host.log().into_iter().filter(|l| l.module == "counter").collect();
//! assert_eq!(counts.len(), 5); // One value on each thread: RX, W, W, FM, FR.
//! host.verify(); // Dropping the host would do.
//! ```
//!
//! # Linking
//!
//! Only `[dev-dependencies]` may have this crate: a plugin file must not contain it. Rust links a
//! crate only if it is named. A test without [`Host`] does so:
//!
//! ```
//! use suricata_thread_mock as _;
//! ```
//!
//! # Generations
//!
//! A test can [choose](HostBuilder::generation) the generation. Hosts of both may run at the same
//! time. The mock defines the functions of both, and reports calls of those that the host's Suricata does
//! not have. A plugin that tells Suricatas apart by the functions that exist asks the mock instead:
//! `unsigned int suricata_thread_mock_generation_1(void)` returns the major version of the calling
//! thread's host, or 0 without one. Suricata lacks it, so C code declares it weak;
//! `suricata-thread` asks by itself.
//!
//! # Features
//!
//! Off by default: `open` brings [`Host::open`](crate::Host#method.open) for built plugin files, `cli` the
//! program `suricata-mock`.
//!
//! # Threads
//!
//! - The [`Host`] of the calling thread answers a C call; one with a `ThreadVars` goes to the host
//!   of that. On other threads, calls fail as Suricata refuses them; stderr and [`stray_reports`]
//!   say so. These fail no test, nor do errors that a plugin logs on a thread of its own, unless the
//!   host has [every thread](HostBuilder::every_thread).
//! - Plugin code [must not drive a host](Host#panics), and a job must not wait for its own thread:
//!   both panic. Such a wait is noticed only between the hosts' own threads.
//! - Hosts share nothing, so tests run in parallel. A slot id that a `static` keeps for another
//!   host finds nothing there, and is reported.
//!
//! # Reports
//!
//! [`ReportKind`] lists what is reported, and [`Report`] what a report says. [`Host::verify`]
//! panics with the reports, and so does dropping the host, unless it [only
//! records](HostBuilder::record_only) them for [`Host::reports`].
//!
//! Misuse also fails: nothing is stored or freed, and the call returns NULL or -1. A refused
//! registration is no misuse, even of a slot that comes too late: the plugin has to cope.
//!
//! A line at error level in [`Host::log`] fails the test, too, unless it is
//! [expected](Host::expect_error). Such are panics that `suricata-thread` contains, assertions in
//! callbacks among them, and an `init` that fails. Warnings fail no test.
//!
//! ## Ends
//!
//! If plugin code calls `exit` or `quick_exit`, crashes, or does not return [in
//! time](HostBuilder::callback_limit), the test process fails. The reports and the log go to stderr
//! first, with a line that names plugin, code, thread, test and where the host was built. Earlier
//! signal handlers run after that. On Linux this includes `exit` on a thread of the plugin's own,
//! and in a job. `_exit` goes unnoticed, and so does `exit` on the test's own thread outside of
//! callbacks, or after the host.
//!
//! ## Replacing values
//!
//! Setting a slot does not free its value. To replace a value, get it, set the new one (or NULL),
//! and free the old one if the set succeeded. If the get was the last call for that slot of that
//! thread, the value is then the plugin's; otherwise it counts as lost.
//!
//! ## Values in two slots
//!
//! Suricata frees a pointer in two slots twice. The mock reports the second set, and frees it once,
//! unless [shared values](HostBuilder::shared_values) are allowed. To move a value, empty the first
//! slot before. Pointers below 65536 and powers of two are not checked, since Rust's boxes of
//! values without size are such.
//!
//! # Failures on demand
//!
//! [`Host::refuse_callback`], [`Host::refuse_slot`] and [`Host::refuse_set`] refuse the n-th call
//! from now, as if memory had run out.
//!
//! # Limits
//!
//! - `ThreadVars`, `Flow` and `Packet` are opaque pointers: reading there crashes.
//! - What flows tell is made up, except the addresses and times of captures; application protocols
//!   are unknown, and flags only have the directions seen.
//! - Suricata retires closed TCP without finish callbacks if something is left to inspect. For
//!   captures, the mock decides this by the first bytes of HTTP, TLS and FTP; SSH and SMTP are
//!   never done. It leaves out timeouts that the flow manager finds by its own clock, or packets of
//!   other flows at random.
//! - A pointer that the plugin freed but left in its slot is freed again, as in Suricata;
//!   AddressSanitizer finds this.
//! - Another slot name at the same address is noticed, but not that a name was freed.
//! - A value taken out of a slot is the plugin's to free: LeakSanitizer finds leaks. What Suricata
//!   keeps for ever stays reachable.
//! - Registrations at the same time are noticed only if they overlap.
//! - After about a million hosts in a process, registering slots fails, with an error in the log.
//! - Functions that abort on a panic, such as Rust's `extern "C"` functions, abort the test.

#[cfg(all(feature = "open", not(unix)))]
compile_error!("the features `open` and `cli` are for systems with ELF files and dlopen");

mod c_api;
mod calling;
mod life;
mod noun;
mod state;

pub use life::builder::HostBuilder;
pub use life::host::{EnteredGuard, Host};
pub use life::run_mode::Threads;
pub use life::thread::Thread;
pub use noun::expectation::ErrorCount;
pub use noun::flow::Endpoints;
pub use noun::load_error::LoadError;
pub use noun::log_line::LogLine;
#[cfg(feature = "open")]
pub use noun::open_error::{OpenError, OpenErrorReason, UndefinedSymbol};
pub use noun::report::{Report, ReportKind};
pub use noun::run_mode::RunMode;
pub use noun::thread_kind::{LeftValue, ThreadKind};
pub use noun::traffic::{FlowKind, Replayed, Traffic, TrafficReport, WorkerTraffic};
pub use state::flow::Flow;
pub use state::reports::stray_reports;
pub use suricata_thread_sys::Generation;
