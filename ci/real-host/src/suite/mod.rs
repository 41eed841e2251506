//! The scenarios. Each is a module with a function that runs in the plugin's `Init` and registers
//! callbacks.

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

/// Runs the suite's part of `Init`.
pub fn init() {
    this_is_main();
    // First, since its callback numbers the threads for the others.
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

/// The order of a line among the others of its scenario.
#[derive(Debug, Clone, Copy)]
pub enum To {
    /// One thread at a time writes: the order counts.
    Sequence,
    /// The thread with this number writes: the order counts, but the number does not.
    Thread(u32),
    /// Threads interleave: the order does not count.
    AnyTime,
}

/// Writes a line at once, since no host announces its end. Ends the process if that fails.
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
        eprintln!("conformance: can't write to the folder that {FOLDER} names: {error}");
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

/// A value whose free function writes a line.
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
    // SAFETY: `make` made it, and the host frees it once.
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

/// Runs a script on the slots of a thread, and writes the results. A step is an operation, the name of a slot, and for
/// `set` the label of a value.
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

/// Returns the label of a value.
fn label<'a>(value: *const c_void) -> &'a str {
    // SAFETY: NULL, or made by `Value::make` and not freed.
    unsafe { value.cast::<Value>().as_ref() }.map_or("NULL", |value| &value.label)
}

/// Returns a plugin for this API version, by default the host's own.
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

/// Defines the entry point of a plugin.
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
