//! The threads of Suricata's run modes, as seen in 8.0.8 and 9.0.0-dev.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use suricata_thread_sys::Generation;
use suricata_thread_sys::common::SCLogLevel;

use crate::calling::context;
use crate::life::host::Host;
use crate::life::thread::Thread;
use crate::life::{flows_left, take_down};
use crate::noun::run_mode::RunMode;
use crate::noun::thread_kind::ThreadKind;

/// The threads that [`Host::start`] created.
#[derive(Debug)]
#[non_exhaustive]
pub struct Threads {
    /// The threads that read packets; none except in `autofp`.
    pub receivers: Vec<Thread>,
    /// The threads that handle packets.
    pub workers: Vec<Thread>,
    /// The flow manager.
    pub flow_manager: Thread,
    /// The flow recycler.
    pub flow_recycler: Thread,
    /// The heartbeat, only in 9.0.
    pub heartbeat: Option<Thread>,
}

impl Threads {
    /// Ends the workers' flows, then joins and frees these threads on the current thread.
    ///
    /// Suricata does this in unix-socket mode at the end of a capture. The host's other threads
    /// continue.
    ///
    /// # Panics
    ///
    /// Panics as [`Host`](Host#panics) says, or in a job that would wait for itself.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, RunMode};
    /// let host = Host::new();
    /// let threads = host.start(RunMode::Single);
    /// let worker = threads.workers[0].clone();
    /// threads.stop();
    /// assert!(!worker.is_running());
    /// host.start(RunMode::Single); // For the next capture.
    /// ```
    #[track_caller]
    pub fn stop(self) {
        let mut all = self.receivers;
        all.extend(self.workers);
        all.extend([self.flow_manager, self.flow_recycler]);
        all.extend(self.heartbeat);
        let host = Arc::clone(&all[0].handle.host);
        context::assert_drivable(&host, "Threads::stop");
        let all: Vec<_> = all.into_iter().map(|t| t.handle.thread).collect();
        let mut flows = host.flows.begun(false);
        flows.retain(|flow| {
            let worker = flow.worker.load(Ordering::Relaxed);
            all.iter().any(|thread| thread.cells.token == worker)
        });
        flows_left::end(&host, &all, flows, "Threads::stop");
        take_down::these(&host, &all);
    }
}

impl Host {
    /// Creates the threads of a run mode, [finalizing](Host::finalize) the storage first.
    ///
    /// # Panics
    ///
    /// Panics as [`Host::finalize`] and [`Host::spawn`] do, or if the mode has no worker.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, RunMode};
    /// let host = Host::new();
    /// let threads = host.start(RunMode::Autofp { receivers: 1, workers: 2 });
    /// assert_eq!(threads.receivers[0].name(), "RX#01");
    /// assert_eq!(threads.workers[1].name(), "W#02");
    /// assert_eq!(threads.flow_recycler.name(), "FR#01");
    /// ```
    #[track_caller]
    pub fn start(&self, mode: RunMode) -> Threads {
        match self.try_start(mode) {
            Ok(threads) => threads,
            Err(e) => panic!("{e}"),
        }
    }

    /// Creates the threads of a run mode as [`Host::start`] does, or returns an error if the system
    /// refuses one.
    ///
    /// # Errors
    ///
    /// Returns an error with the name of the refused thread. Threads created before it stay until
    /// the host is shut down.
    ///
    /// # Panics
    ///
    /// Panics as [`Host::start`] does, but not if the system refuses a thread.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, RunMode};
    /// let host = Host::new();
    /// let threads = host.try_start(RunMode::Workers { threads: 3 })?;
    /// assert_eq!(threads.workers.len(), 3);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn try_start(&self, mode: RunMode) -> io::Result<Threads> {
        let (receivers, workers, interface) = match mode {
            RunMode::Single => (0, 1, ""),
            RunMode::Autofp { receivers, workers } => (receivers, workers, ""),
            RunMode::Workers { threads } => (0, threads, "-eth0"),
        };
        assert!(
            workers > 0,
            "{mode:?} has no worker; Suricata has at least one"
        );
        self.finalize();
        let threads = Threads {
            receivers: self.spawn_many(receivers, "RX", "", ThreadKind::Receiver)?,
            workers: self.spawn_many(workers, "W", interface, ThreadKind::Worker)?,
            flow_manager: self.try_spawn("FM#01", ThreadKind::FlowManager)?,
            flow_recycler: self.try_spawn("FR#01", ThreadKind::FlowRecycler)?,
            heartbeat: match self.generation() {
                Generation::V8 => None,
                _ => Some(self.try_spawn("HB", ThreadKind::Heartbeat)?),
            },
        };
        let rx = match receivers {
            0 => String::new(),
            n => format!("RX: {n} "),
        };
        // The unix manager logs no line about threads that it creates for a capture.
        if self.state.identity.is_main() {
            context::log_own(
                &self.state,
                SCLogLevel::SC_LOG_NOTICE,
                "threads",
                format!("Threads created -> {rx}W: {workers} FM: 1 FR: 1"),
            );
        }
        Ok(threads)
    }

    /// Not a closure, whose callers would be in this file.
    #[track_caller]
    fn spawn_many(
        &self,
        n: usize,
        prefix: &str,
        suffix: &str,
        kind: ThreadKind,
    ) -> io::Result<Vec<Thread>> {
        let mut threads = Vec::with_capacity(n);
        for i in 1..=n {
            threads.push(self.try_spawn(&format!("{prefix}#{i:02}{suffix}"), kind)?);
        }
        Ok(threads)
    }
}
