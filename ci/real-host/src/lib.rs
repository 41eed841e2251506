//! The conformance suite: scenarios for the raw C API, which write down what the host does.
//!
//! The plugins `conformance`, `second`, `twice`, … are this package's examples. Each writes its
//! observations to files in the folder that the environment variable [`suite::FOLDER`] names; what two
//! hosts made of the same plugins is then compared by the program. So nothing here judges: a scenario
//! calls, and writes what came back, what the host called, in which order and on which thread.
//!
//! Scenarios hold to what a host survives. What would crash Suricata, or race in it, is not in here, nor
//! is what the mock refuses on purpose although Suricata lets it pass: registering a callback from
//! inside a callback.

pub mod suite;
