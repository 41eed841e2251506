//! The state of one host, with a part for each concern.

use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::ThreadId;

use suricata_thread_sys::Generation;

use crate::noun::fault::Faults;
use crate::noun::options::Options;
use crate::noun::rng;
use crate::noun::test_name::TestName;
use crate::noun::thread_kind::current_id;
use crate::state::callbacks::Callbacks;
use crate::state::cells::{Holdings, Owner};
use crate::state::flows::Flows;
use crate::state::journal::Journal;
use crate::state::log::Log;
use crate::state::reports::Reports;
use crate::state::slots::Slots;
use crate::state::threads::Roster;

static HOSTS: AtomicU32 = AtomicU32::new(0);

pub(crate) struct HostState {
    pub(crate) identity: Identity,
    pub(crate) journal: Arc<Journal>,
    pub(crate) log: Log,
    pub(crate) reports: Reports,
    pub(crate) faults: Faults,
    pub(crate) callbacks: Callbacks,
    pub(crate) slots: Slots,
    pub(crate) flow_slots: Slots,
    pub(crate) holdings: Holdings,
    pub(crate) threads: Roster,
    pub(crate) flows: Flows,
}

pub(crate) struct Identity {
    main: ThreadId,
    process: u32,
    pub(crate) generation: Generation,
    /// Counts the process's hosts from 1.
    pub(crate) number: u32,
    pub(crate) seed: u64,
    pub(crate) record_only: bool,
    /// In milliseconds; 0 for no limit.
    pub(crate) callback_limit: u64,
    pub(crate) built_at: &'static Location<'static>,
    pub(crate) test: TestName,
    ended: AtomicBool,
}

impl HostState {
    /// The current thread becomes the main thread.
    pub(crate) fn new(
        options: &Options,
        generation: Generation,
        built_at: &'static Location<'static>,
    ) -> Self {
        let journal = Arc::new(Journal::default());
        let seed = options.seed.unwrap_or_else(rng::random_seed);
        let number = HOSTS.fetch_add(1, Ordering::Relaxed) + 1;
        Self {
            identity: Identity {
                main: current_id(),
                process: std::process::id(),
                generation,
                number,
                seed,
                record_only: options.record_only,
                callback_limit: options.callback_limit,
                built_at,
                test: TestName::current(),
                ended: AtomicBool::new(false),
            },
            log: Log::new(options, Arc::clone(&journal)),
            reports: Reports::new(Arc::clone(&journal), options.is_program),
            journal,
            faults: Faults::default(),
            callbacks: Callbacks::default(),
            slots: Slots::default(),
            flow_slots: Slots::default(),
            holdings: Holdings::new(options.shared_values),
            threads: Roster::default(),
            flows: Flows::new(number, seed),
        }
    }

    pub(crate) fn slots_of(&self, owner: Owner) -> &Slots {
        match owner {
            Owner::Thread => &self.slots,
            Owner::Flow => &self.flow_slots,
        }
    }

    pub(crate) fn end(&self) {
        self.identity.ended.store(true, Ordering::Release);
        self.slots.end();
        self.flow_slots.end();
        self.callbacks.keep_for_ever();
    }
}

impl Identity {
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Returns `false` in a process that was forked later.
    pub(crate) fn is_of_this_process(&self) -> bool {
        self.process == std::process::id()
    }

    pub(crate) fn is_main(&self) -> bool {
        current_id() == self.main
    }
}

impl std::fmt::Debug for HostState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostState")
            .field("generation", &self.identity.generation)
            .field("seed", &self.identity.seed)
            .finish_non_exhaustive()
    }
}
