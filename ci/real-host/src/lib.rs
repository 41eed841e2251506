//! The conformance suite: scenarios for the raw C API, which record the host's behaviour.
//!
//! The plugins `conformance`, `second`, `twice`, … are this package's examples. Each writes its
//! observations to files in the folder that the environment variable [`suite::FOLDER`] names. A scenario
//! records results and the host's calls, with their order and threads, but judges nothing: the program
//! compares the observations of two hosts.
//!
//! No scenario crashes Suricata or races in it. Nor does one register a callback inside a callback,
//! which only the mock refuses.

pub mod suite;
