//! Writes a line for each flow to a file, on a thread of its own, so that no packet waits for a disk.

mod writer;

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use suricata_thread::{self as thread, SCLogError, ThreadStorage, flow, log_limited};

pub use writer::QUEUE;
use writer::Writer;

thread::plugin! {
    name: "flow-log",
    version: env!("CARGO_PKG_VERSION"),
    author: "The suricata-thread developers",
    license: "MIT OR Apache-2.0",
    init: init,
}

fn init() -> Result<(), &'static str> {
    let path =
        env::var_os("FLOW_LOG").ok_or("FLOW_LOG is not set; set it to the path of a file")?;
    register(path.into())
}

/// Registers the plugin's slot and callbacks; `path` is the file to write to.
///
/// # Errors
///
/// Returns an error if the host refuses one of them.
pub fn register(path: PathBuf) -> Result<(), &'static str> {
    let storage = ThreadStorage::register("flow-log")?;
    let writer = Mutex::new(Weak::new());
    // The thread can't start in `init`: with `-D`, Suricata forks after it, and no thread survives that. Nor can it
    // start later: with `security.limit-noproc`, no thread can start while packets flow.
    thread::register_init_callback(move |tv| {
        let new = || ThreadState::new(&writer, &path);
        if let Err(error) = storage.get_or_try_insert_with(tv, new) {
            SCLogError!("flow-log: a thread's flows will not be written: {error}");
        }
    })?;
    flow::register_init_callback(move |tv, _flow, _packet| {
        if let Some(state) = storage.get_mut(tv) {
            state.write();
        }
    })
}

/// The value of a thread.
struct ThreadState {
    writer: Arc<Writer>,
    /// The host's name for the thread, from its first flow on.
    name: Option<String>,
    flows: u64,
}

impl ThreadState {
    /// Runs for each thread, on the thread that creates it. The first value starts the writer; the drop of the last one
    /// ends it.
    fn new(shared: &Mutex<Weak<Writer>>, path: &Path) -> io::Result<Self> {
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        let writer = match shared.upgrade() {
            Some(writer) => writer,
            None => Arc::new(Writer::start(path)?),
        };
        *shared = Arc::downgrade(&writer);
        Ok(Self {
            writer,
            name: None,
            flows: 0,
        })
    }

    /// Runs on the thread itself.
    fn write(&mut self) {
        self.flows += 1;
        let name = self.name.get_or_insert_with(thread_name);
        let line = format!("{name} flow {}", self.flows);
        if let Err(error) = self.writer.write(line) {
            log_limited!(Error, "flow-log: a flow is not written: {error}");
        }
    }
}

/// Runs when the thread has ended, on the thread that takes it down.
impl Drop for ThreadState {
    fn drop(&mut self) {
        if let Err(error) = self.writer.flush() {
            SCLogError!("flow-log: flows are missing in the file: {error}");
        }
    }
}

/// Returns the name that Suricata gave the calling thread, such as `W#01`.
///
/// `std::thread::current().name()` knows only threads that Rust has started.
fn thread_name() -> String {
    let name = fs::read_to_string("/proc/thread-self/comm");
    name.map_or("unknown".into(), |name| name.trim_end().into())
}
