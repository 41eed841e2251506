//! Storey 2: the state of a host. Nothing here calls plugin code.

pub(crate) mod callbacks;
pub(crate) mod cells;
pub(crate) mod flow;
pub(crate) mod flows;
pub(crate) mod host;
pub(crate) mod journal;
pub(crate) mod log;
pub(crate) mod reports;
pub(crate) mod slots;
pub(crate) mod threads;
