#![doc = include_str!("../README.md")]
//!
//! # Driving a host step by step
//!
//! [`Host::spawn`], [`Thread::run`] and [`Thread::flow_init`] each take one step.
//!
//! # A test of the raw C API
//!
//! This plugin calls the C functions itself:
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
//! A plugin file must not contain this crate. Rust links a crate only if the code names it. A test
//! that does not use [`Host`] names it so:
//!
//! ```
//! use suricata_thread_mock as _;
//! ```
//!
//! # Generations
//!
//! Hosts of both [generations](HostBuilder::generation) may run at the same time. The mock defines
//! the functions of both, and reports calls of those that the host's generation lacks. C code that
//! tells Suricatas apart by their functions asks the mock instead: `unsigned int
//! suricata_thread_mock_generation_1(void)` returns the major version of the calling thread's host,
//! or 0 without a host. Declare it weak, since Suricata lacks it. `suricata-thread` asks by itself.
//!
//! # Features
//!
//! Off by default: `open`, for [`Host::open`](crate::Host#method.open) and
//! [`Host::check`](crate::Host#method.check), and `cli`, for the program `suricata-mock`.
//!
//! # Threads
//!
//! - A C call goes to the host of its `ThreadVars`, or else of the calling [thread](Host). Without
//!   a host, the call fails as if Suricata refused it. [`stray_reports`] has it, but no test fails,
//!   even if the call logs an error. [`HostBuilder::every_thread`] gives such threads a host.
//! - Hosts share nothing, so tests run in parallel; a plugin's `static`s are shared. A slot id that
//!   a `static` keeps from another host finds nothing, and is reported.
//!
//! # Reports
//!
//! [`ReportKind`] lists the misuse that is reported. [`Host::verify`] and the drop of a host panic
//! with the reports, unless the host [only records](HostBuilder::record_only) them.
//!
//! A call that would corrupt memory fails: it stores and frees nothing, and returns NULL, 0 or -1.
//! A registration that Suricata refuses is no misuse by itself, even of a slot that comes too late.
//!
//! `suricata-thread` logs an error if a callback panics, as by a failed assertion, and if `init`
//! fails. Warnings fail no test.
//!
//! ## Ends
//!
//! If plugin code calls `exit` or `quick_exit`, crashes or [hangs](HostBuilder::callback_limit),
//! the test process fails. It first writes the reports, the log, and a line that names plugin,
//! code, thread, test and host to stderr. On Linux, `exit` in a job or on a plugin's own thread
//! counts, too. `_exit` goes unnoticed, as does `exit` outside of callbacks on the test's thread,
//! or after the host's end.
//!
//! ## Replacing values
//!
//! Setting a slot does not free its value. To replace a value, get it, set the new one (or NULL),
//! and free the old one if the set succeeded. The old value counts as lost unless the last call for
//! this slot of this thread was a get.
//!
//! ## Values in two slots
//!
//! Suricata frees a pointer in two slots twice. The mock reports this, and frees the pointer once,
//! unless [shared values](HostBuilder::shared_values) are allowed. Numbers, statics and powers of
//! two (Rust's boxes of values without size) are not checked.
//!
//! # Failures on demand
//!
//! [`Host::refuse_callback`], [`Host::refuse_slot`] and [`Host::refuse_set`] make a later call
//! fail.
//!
//! # Limits
//!
//! - Pointers to `ThreadVars`, `Flow` and `Packet` are opaque: reading through them crashes.
//! - Flow data are made up, except addresses and times of captures. Application protocols are
//!   unknown; flags have only the directions seen.
//! - Suricata retires closed TCP without finish callbacks if something is left to inspect. For
//!   captures, the mock decides this by the first bytes of HTTP, TLS and FTP; in SSH and SMTP,
//!   something is always left. Timeouts that the flow manager finds by its own clock are left out.
//! - A pointer that the plugin freed but left in its slot is freed again, as in Suricata;
//!   AddressSanitizer finds this.
//! - A slot name that changes is noticed, but not one that is freed.
//! - Values taken out of slots are the plugin's to free. LeakSanitizer finds leaks: `RUSTFLAGS=-Zsanitizer=leak cargo
//!   +nightly test`.
//! - Registrations on two threads are noticed only if they overlap.
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
