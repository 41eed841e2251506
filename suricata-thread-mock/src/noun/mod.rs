//! Storey 1: things that need no host.

pub(crate) mod c_text;
pub(crate) mod event;
pub(crate) mod expectation;
pub(crate) mod fault;
pub(crate) mod flow;
pub(crate) mod function;
pub(crate) mod held;
pub(crate) mod job;
pub(crate) mod load_error;
pub(crate) mod log_line;
pub(crate) mod numbered;
#[cfg(feature = "open")]
pub(crate) mod open_error;
pub(crate) mod options;
#[cfg(feature = "open")]
pub(crate) mod plugin_file;
pub(crate) mod report;
pub(crate) mod rng;
pub(crate) mod run_mode;
pub(crate) mod slot;
pub(crate) mod stderr;
pub(crate) mod test_name;
pub(crate) mod thread_kind;
pub(crate) mod token;
pub(crate) mod traffic;
pub(crate) mod words;
