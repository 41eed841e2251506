//! The run modes of Suricata.

/// A run mode of Suricata, which decides which threads exist.
///
/// All modes have a flow manager, a flow recycler and, in 9.0, a heartbeat, created after the
/// threads that handle packets. [`Host::spawn`](crate::Host::spawn) creates the threads that some
/// configurations add: [`ThreadKind::Command`](crate::ThreadKind::Command) before all others,
/// [`ThreadKind::Counters`](crate::ThreadKind::Counters) after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunMode {
    /// `single`: one worker, `W#01`, which also reads packets.
    Single,
    /// `autofp`: receivers, `RX#01`…, hand packets to workers, `W#01`….
    ///
    /// By default, Suricata has one receiver for a file, and one worker for each processor.
    Autofp {
        /// The number of receivers.
        receivers: usize,
        /// The number of workers.
        workers: usize,
    },
    /// `workers`: workers, `W#01-eth0`…, read and handle packets of an interface.
    Workers {
        /// The number of workers.
        threads: usize,
    },
}
