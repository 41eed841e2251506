//! Storey 5: the API that tests drive.

pub(crate) mod builder;
pub(crate) mod findings;
pub(crate) mod flows;
pub(crate) mod flows_left;
pub(crate) mod host;
pub(crate) mod job;
#[cfg(feature = "open")]
pub(crate) mod link;
pub(crate) mod load;
pub(crate) mod new_host;
#[cfg(feature = "open")]
pub(crate) mod open;
pub(crate) mod os_thread;
pub(crate) mod own_slots;
pub(crate) mod plan;
pub(crate) mod refusing;
pub(crate) mod replay;
pub(crate) mod run_mode;
pub(crate) mod take_down;
pub(crate) mod thread;
pub(crate) mod thread_flows;
pub(crate) mod traffic;
