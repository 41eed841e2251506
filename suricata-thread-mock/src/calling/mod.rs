//! Storey 3: the caller's context, and the one boundary to plugin code.

pub(crate) mod belonging;
pub(crate) mod boundary;
pub(crate) mod callbacks;
pub(crate) mod context;
pub(crate) mod flows;
pub(crate) mod handles;
pub(crate) mod kernel_name;
pub(crate) mod last_words;
pub(crate) mod refusals;
pub(crate) mod slot_use;
mod slot_values;
pub(crate) mod thread_storage;
pub(crate) mod waiting;
pub(crate) mod watchdog;
