//! The run modes of Suricata.

/// Which threads to create.
///
/// All modes have one flow manager and one flow recycler, created after those that handle packets.
/// Suricata has further threads by configuration, for which see [`Host::spawn`](crate::Host::spawn): with the command
/// socket on, `US` ([`ThreadKind::Command`](crate::ThreadKind::Command)) before all others; with statistics on, `CW` and `CS`
/// ([`ThreadKind::Counters`](crate::ThreadKind::Counters)) after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunMode {
    /// `single`: one worker, `W#01`, which reads packets too.
    Single,
    /// `autofp`: receivers, `RX#01`…, hand packets to workers, `W#01`…. One receiver for a file,
    /// and by default one worker per processor.
    Autofp {
        /// How many threads read packets.
        receivers: usize,
        /// How many threads handle them.
        workers: usize,
    },
    /// `workers`: threads that read and handle packets of an interface, `W#01-eth0`….
    Workers {
        /// How many.
        threads: usize,
    },
}
