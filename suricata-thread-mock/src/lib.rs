//! A Suricata host in Rust, for tests of plugins.
//!
//! A Suricata plugin calls C functions that only Suricata has, so its tests do not even link
//! without it, and Suricata itself lets most mistakes pass: a value that is overwritten leaks, a
//! slot id that is wrong reads past an array. This crate defines those functions, of Suricata
//! 8.0.x and of 9.0, and gives a test a [`Host`] to drive the plugin with: register, create
//! threads, deliver flows, take everything down. What a plugin does wrong on the way fails the
//! test, by name.
//!
//! # A test
//!
//! It reads like the life of a Suricata process. This one is for a plugin that is called `minimal`, and made
//! with `suricata-thread`:
//!
//! ```ignore
//! use suricata_thread_mock::{Host, RunMode, Traffic};
//!
//! #[test]
//! fn each_thread_reports_its_flows() {
//!     let host = Host::new(); // dropped at the end, it reports misuse by name
//!     host.load(minimal::PLUGIN).unwrap();
//!     host.start(RunMode::Single);
//!     host.traffic(Traffic {
//!         flows: 100,
//!         packets_per_flow: 5,
//!         ..Traffic::default()
//!     });
//!     host.shutdown();
//!     let log: Vec<_> = host.log().into_iter().map(|line| line.message).collect();
//!     assert!(
//!         log.contains(&"minimal: a thread saw 100 flows".into()),
//!         "{log:#?}"
//!     );
//! }
//! ```
//!
//! (It is not run here, since `suricata-thread` needs this crate for its own tests. The repository has it,
//! with the plugin, as the example `minimal`, and runs it there.)
//!
//! [`Host::spawn`], [`Thread::run`], [`Thread::flow_init`] and the like do one step at a time.
//!
//! # A test of the raw C API
//!
//! The mock is for plugins of any kind. Here is one that calls the C functions itself, and is registered
//! by the test:
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
//! As a dev-dependency:
//!
//! ```toml
//! [dev-dependencies]
//! suricata-thread-mock = "0.1"
//! ```
//!
//! Rust links a crate only where it is named. A test that uses [`Host`] names it; one that only
//! wants the C functions to be there, so that it links, says so in one line:
//!
//! ```
//! use suricata_thread_mock as _;
//! ```
//!
//! The plugin file itself must not hold the mock: it is for `[dev-dependencies]` alone.
//!
//! # Generations
//!
//! A host plays Suricata 8.0, what production runs, unless the environment variable `SURICATA_MOCK`
//! is 9 or the test says so ([`HostBuilder::generation`]). So a test suite that leaves it open runs against
//! both: `cargo test`, then `SURICATA_MOCK=9 cargo test`. Hosts of both may run at the same time.
//!
//! The mock defines the names of both, and reports calls of functions that the host's Suricata does not
//! have. Code that looks at which names are there, to find out in which Suricata it is, finds all of
//! them here, and asks the mock instead: `unsigned int suricata_thread_mock_generation_1(void)` returns
//! the major version that the calling thread's host plays, or 0 where there is none. C code declares it
//! weak, since a real Suricata does not have it. `suricata-thread` does all that by itself.
//!
//! # Features
//!
//! | feature, off by default | brings |
//! | --- | --- |
//! | `open` | [`Host::open`](crate::Host#method.open): plugin files, built in Rust or in C, are opened as Suricata opens them |
//! | `cli` | the program `suricata-mock`, which checks and runs plugin files; `cargo install --locked suricata-thread-mock --features cli` |
//!
//! # Threads
//!
//! - A C call is answered by the host that the calling thread belongs to: the thread that built
//!   the [`Host`] (the last one, if it built several), the host's own threads, and threads that
//!   hold [`Host::enter`]. A call with a `ThreadVars` goes to the host of that `ThreadVars`. On any
//!   other thread a call fails as Suricata would refuse it, and says so on stderr and in
//!   [`stray_reports`].
//! - [`Host::spawn`] runs the thread init callbacks on the thread that calls it, as Suricata does;
//!   then a real OS thread starts. What the test has that thread do runs there, one after the
//!   other. [`Host::shutdown`] frees the storage on the thread that calls it, after all have been
//!   joined.
//! - One callback at a time runs with a `ThreadVars`. So plugin code cannot drive the host that is
//!   running it: that panics. Nor can a job wait for its own thread; that is noticed where the hosts'
//!   own threads wait.
//! - Hosts share nothing. Tests run in parallel; slot ids are never given out again in the life of
//!   a process, so that a handle that the code under test keeps in a `static` finds nothing in
//!   another host, and is reported.
//!
//! # What is reported
//!
//! [`ReportKind`] has the list. Each report names the slot, the thread and the call, and says what
//! was expected, what happened, and what Suricata would do. [`Host::verify`] panics with them, the
//! host's drop does if nobody called it; where the test is panicking already, they go to stderr. With
//! [`HostBuilder::record_only`] nothing panics and the test looks at [`Host::reports`].
//!
//! What is misuse and also fails in the mock: it stores nothing, frees nothing and answers NULL or
//! -1. A refused registration as such is none, nor is late registration of a slot: Suricata
//! answers -1, and a plugin has to cope.
//!
//! A panic that the plugin's library keeps from C, as `suricata-thread` does, is no misuse but a line in
//! [`Host::log`], at error level: so is an assertion of the test's own that fails inside a callback, and
//! an `init` that fails. A line at error level fails the test in the same way, unless the test said that
//! it expects it: [`Host::expect_error`], [`Host::expect_errors`]. Warnings do not.
//!
//! **Ends.** `exit` and `quick_exit` in plugin code, a crash, and a callback that does not return
//! ([`HostBuilder::callback_limit`]) would take the test's process away, or end it as if all were well.
//! Instead, the reports and the log of the host so far are written to stderr, past what the test harness
//! captures, and after them one line that names the plugin, the code and the thread, the test and where
//! the host was built; the process ends as failed. A signal is passed on to who had it before, such as
//! the standard library's report of a stack overflow. `_exit` in a test goes unnoticed.
//!
//! **A swap** or a loss? Set does not free what the slot held. To replace a value, read it, set the
//! new one (or NULL), and free the old one after that, if the set did not fail. The mock takes a set over another value for a swap if
//! the last call for that slot of that thread was the get that returned the value; the value is the
//! plugin's from then on. Otherwise the value is lost and reported.
//!
//! **Freed twice.** A pointer that a slot is set to while another slot holds it would be freed twice
//! by Suricata. It is reported at the set; the mock frees it once, where Suricata calls the free
//! function for each slot. Values that may be in several slots are for [`HostBuilder::shared_values`]. To
//! move a value, empty the first slot before. Pointers below 65536 or equal to a power of two are left out: Rust's boxes of values
//! without size are such, and all the same.
//!
//! # Failures on demand
//!
//! [`Host::refuse_callback`], [`Host::refuse_slot`] and [`Host::refuse_set`] refuse the n-th call
//! from now, as Suricata does when memory runs out.
//!
//! # Limits
//!
//! - `ThreadVars`, `Flow` and `Packet` are pointers to nothing. A plugin that looks behind one
//!   faults; to Suricata's plugin API they are opaque.
//! - What a flow tells is made up, but for captures, whose flows have the addresses and times of their packets. No
//!   protocol of an application is known, and of the flags only which directions were seen.
//! - Whether Suricata has something left to inspect when TCP has been closed, and so retires the flow without a finish
//!   callback, depends on what is in it: of a capture the mock knows HTTP, TLS and FTP by their first bytes, and takes SSH
//!   and SMTP for never done. Suricata's flow manager, which times flows out by a clock of its own, and its meeting of flows of
//!   other ports, which are random, are left out.
//! - A pointer that the plugin freed and left in its slot is freed again by the host, as Suricata
//!   does. The mock cannot see it; AddressSanitizer can, and works with the mock.
//! - Suricata keeps the pointer to a slot's name. The mock sees where another name is at the same
//!   place; it cannot see that one was freed, and never looks at a name again.
//! - A value that was taken out of a slot is the plugin's: whether it is freed is for
//!   LeakSanitizer. What Suricata keeps for the life of the process stays reachable to it.
//! - Two registrations at once are noticed when they overlap, not when they merely could.
//! - A process has about two million hosts that register slots; then registration is refused, with
//!   an error in the log.
//! - Functions that abort on a panic, as `extern "C"` ones of Rust do, abort the test.

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
