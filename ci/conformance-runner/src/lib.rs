//! Runs the conformance suite in hosts, and compares what it observed.
//!
//! - A [`Job`] is one life of a host: which plugins it loads, in which mode, over which traffic.
//! - [`real::run`] has a real Suricata do it, [`mock::run`] the mock, in a process of its own.
//! - Both give [`Observations`]: the transcripts that the plugins wrote, and what is in the host's log.
//! - [`compare()`] finds what is not the same.

mod compare;
mod job;
pub mod mock;
mod observations;
pub mod real;

pub use compare::{Comparison, compare};
pub use job::{Job, Mode};
pub use observations::Observations;

/// The environment variable that tells the plugins where to write their transcripts.
const TRANSCRIPTS: &str = "CONFORMANCE_TRANSCRIPTS";
