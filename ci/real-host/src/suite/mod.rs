//! What the scenarios share. Each is a module with a function that runs in the plugin's `Init`, and
//! registers what runs later.

use std::ffi::{CStr, c_void};
use std::fmt::Arguments;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use suricata_thread_sys::Generation;
use suricata_thread_sys::common::SCPlugin;

use self::api::{Slot, Tv};

mod allocation;
mod api;
mod callbacks;
mod flows;
mod free_functions;
mod log;
mod registration;
pub mod several_plugins;
mod threads;
mod values;

pub use threads::{role, this_is_main};

/// The environment variable that names the folder for the observations.
pub const FOLDER: &str = "CONFORMANCE_TRANSCRIPTS";

/// Runs what the suite does in `Init`.
pub fn init() {
    this_is_main();
    // First: the threads are counted there.
    threads::init();
    registration::init();
    values::init();
    free_functions::init();
    callbacks::init();
    flows::init();
    log::init();
    if api::generation() == Generation::V8 {
        allocation::init();
    }
    several_plugins::init("first", c"conformance: several plugins, first");
}

/// How a line stands among the others of its scenario.
#[derive(Debug, Clone, Copy)]
pub enum To {
    /// Written by one thread at a time: the order counts.
    Sequence,
    /// On the thread with this number: the order counts, but not which thread it is.
    Thread(u32),
    /// Threads interleave: the order says nothing.
    AnyTime,
}

/// Writes a line at once: no host says when it is the last. A host that can't be observed is of no use,
/// and is ended.
pub fn write(scenario: &str, to: To, line: Arguments<'_>) {
    let file = match to {
        To::Sequence => format!("{scenario}.sequence"),
        To::Thread(number) => format!("{scenario}.{number}.thread"),
        To::AnyTime => format!("{scenario}.lines"),
    };
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap_or_default());
    let mut options = File::options();
    let file = options.create(true).append(true).open(folder.join(file));
    let written = file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
    if let Err(error) = written {
        eprintln!("conformance: no observations in the folder that {FOLDER} names: {error}");
        std::process::abort();
    }
}

/// Writes a line of the scenario `SCENARIO`.
macro_rules! say {
    ($to:ident $(($number:expr))?, $($text:tt)+) => {
        $crate::suite::write(SCENARIO, $crate::suite::To::$to $(($number))?, format_args!($($text)+))
    };
}
use say;

/// A value that says when it is freed.
struct Value {
    scenario: &'static str,
    label: String,
    /// The number of its thread.
    number: u32,
}

impl Value {
    fn make(scenario: &'static str, label: &str, number: u32) -> *mut c_void {
        let value = Self {
            scenario,
            label: label.to_owned(),
            number,
        };
        Box::into_raw(Box::new(value)).cast()
    }
}

/// Frees what [`Value::make`] made.
unsafe extern "C" fn free(value: *mut c_void) {
    // SAFETY: made there, and freed once.
    let value = unsafe { Box::from_raw(value.cast::<Value>()) };
    let line = format_args!("free function: {} on {}", value.label, role());
    write(value.scenario, To::Thread(value.number), line);
}

/// For slots of [`Value`]s.
impl Slot {
    fn of_values(name: &'static CStr) -> Self {
        api::register(Some(name), Some(free)).expect("the scenario needs the slot")
    }

    fn label<'a>(self, tv: Tv) -> &'a str {
        label(self.get(tv))
    }

    fn put(self, tv: Tv, scenario: &'static str, label: &str) -> i32 {
        self.set(tv, Value::make(scenario, label, threads::number(tv)))
    }
}

/// Does what a script says with the slots of a thread, and writes what comes back. A step is an operation, the name
/// of a slot, and the label of a value where one is set.
fn run(scenario: &'static str, tv: Tv, slots: &[(&str, Slot)], script: &str) {
    let to = To::Thread(threads::number(tv));
    let say = |line: Arguments<'_>| write(scenario, to, line);
    for step in script.split(';').map(str::trim) {
        let words: Vec<&str> = step.splitn(3, ' ').collect();
        let slot = slots.iter().find(|(name, _)| *name == words[1]);
        let slot = slot.expect("a slot").1;
        say(format_args!("{step} on {}", role()));
        match words[0] {
            "get" => say(format_args!("= {}", slot.label(tv))),
            "set" => say(format_args!("= {}", slot.put(tv, scenario, words[2]))),
            "same" => say(format_args!("= {}", slot.set(tv, slot.get(tv)))),
            "null" => say(format_args!("= {}", slot.set(tv, std::ptr::null_mut()))),
            "alloc" => say(format_args!("= {}", label(slot.alloc(tv)))),
            "free" => slot.free(tv),
            other => unreachable!("no such step: {other}"),
        }
    }
}

/// The label of a value.
fn label<'a>(value: *const c_void) -> &'a str {
    // SAFETY: NULL, or made by `Value::make` and not freed.
    unsafe { value.cast::<Value>().as_ref() }.map_or("NULL", |value| &value.label)
}

/// What `SCPluginRegister` returns: a plugin for this API version, the host's own without one.
pub fn plugin(
    name: &'static CStr,
    init: unsafe extern "C" fn(),
    version: Option<u64>,
) -> *mut SCPlugin {
    Box::into_raw(Box::new(SCPlugin {
        version: version.unwrap_or_else(|| api::generation().api_version()),
        suricata_version: c"0".as_ptr(),
        name: name.as_ptr(),
        plugin_version: c"1".as_ptr(),
        license: c"MIT OR Apache-2.0".as_ptr(),
        author: c"The suricata-thread developers".as_ptr(),
        Init: Some(init),
    }))
}

/// Writes the entry point of a plugin.
#[macro_export]
macro_rules! entry {
    ($name:expr, $init:ident, $version:expr) => {
        /// The entry point.
        #[unsafe(no_mangle)]
        pub extern "C" fn SCPluginRegister() -> *mut suricata_thread_sys::common::SCPlugin {
            $crate::suite::plugin($name, $init, $version)
        }
    };
}
