//! Runs plugins in a real Suricata, and checks what its log says.
//!
//! - [`Suricata`] is an installed Suricata, on this machine or in a folder tree to chroot into. Its
//!   [`run`](Suricata::run) is the one way to have a plugin run over a capture: it gives back a [`Run`] with the
//!   host's log.
//! - [`Log`] is that log, line by line, with what the host says in it about threads and flows.
//! - [`Socket`] tells a Suricata in unix-socket mode what to read.
//! - [`flow_counter`] and [`example`] judge a run: every difference from what is expected becomes
//!   a sentence that says so.

pub mod example;
pub mod flow_counter;
mod judging;
mod log;
mod process;
mod run_modes;
mod socket;
mod suricata;
mod workspace;

pub use log::{Level, Line, Log};
pub use process::{command_in, command_with_proc_in, signal, stop_with_this_thread};
pub use run_modes::{RunMode, file_run_modes};
pub use socket::Socket;
pub use suricata::{Error, Input, Run, Suricata};
pub use workspace::Workspace;
