//! The state of one host: a part for each concern.

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

/// How many hosts the process has had.
static HOSTS: AtomicU32 = AtomicU32::new(0);

/// The state of one host.
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

/// Which host it is, what it plays, and whether it still does.
pub(crate) struct Identity {
    main: ThreadId,
    pub(crate) generation: Generation,
    /// From 1; no other host of the process has it.
    pub(crate) number: u32,
    pub(crate) seed: u64,
    pub(crate) record_only: bool,
    /// How long plugin code may run, in milliseconds; 0 for ever.
    pub(crate) callback_limit: u64,
    /// Where the host was built.
    pub(crate) built_at: &'static Location<'static>,
    pub(crate) test: TestName,
    ended: AtomicBool,
}

impl HostState {
    /// A host whose main thread is the current one.
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
                generation,
                number,
                seed,
                record_only: options.record_only,
                callback_limit: options.callback_limit,
                built_at,
                test: TestName::of_this_thread(),
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

    /// The slots of the threads or of the flows.
    pub(crate) fn slots_of(&self, owner: Owner) -> &Slots {
        match owner {
            Owner::Thread => &self.slots,
            Owner::Flow => &self.flow_slots,
        }
    }

    /// The process ends: nothing of this host answers any more.
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

    /// Whether the current thread is the host's main one.
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
