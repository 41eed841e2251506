//! The flows of a host.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use suricata_thread_sys as sys;

use crate::noun::flow::{Endpoints, START, TCP};
use crate::noun::rng::Rng;
use crate::noun::slot::Table;
use crate::noun::token;
use crate::state::cells::Cells;

/// Until a flow without an answer, and one with it, has timed out: Suricata's own, where nothing is configured.
const NEW: Duration = Duration::from_secs(30);
const ESTABLISHED: Duration = Duration::from_secs(300);

/// A flow. No other flow has its pointer until it is retired; a later one of the host may have it then, as Suricata
/// reuses the memory of flows. What a plugin keeps by the pointer of a flow must end with the flow.
pub struct Flow(pub(crate) Arc<FlowState>);

/// What the host keeps for a flow: what its pointer stands for.
pub(crate) struct FlowState {
    pub(crate) cells: Cells,
    pub(crate) hash: u64,
    pub(crate) endpoints: Endpoints,
    /// As plugins get pointers to them.
    pub(crate) source: [u8; 16],
    pub(crate) destination: [u8; 16],
    /// In the order of creation.
    number: u64,
    /// The token of the thread that picked it up; 0 before that, or where it was none.
    pub(crate) worker: AtomicUsize,
    pub(crate) has_begun: AtomicBool,
    pub(crate) is_retired: AtomicBool,
    /// Microseconds since 1970; 0 before the first packet.
    last_time: AtomicU64,
    pub(crate) to_server: AtomicU32,
    pub(crate) to_client: AtomicU32,
}

impl FlowState {
    /// Notes a packet. One worker at a time does so.
    pub(crate) fn note_packet(&self, to_server: bool, time: Duration) {
        let count = if to_server {
            &self.to_server
        } else {
            &self.to_client
        };
        count.fetch_add(1, Ordering::Relaxed);
        self.last_time
            .store(time.as_micros() as u64, Ordering::Relaxed);
    }

    pub(crate) fn last_time(&self) -> Duration {
        Duration::from_micros(self.last_time.load(Ordering::Relaxed))
    }

    fn packets(&self) -> [u32; 2] {
        [&self.to_server, &self.to_client].map(|count| count.load(Ordering::Relaxed))
    }

    /// Whether the next packet goes to the server: made-up packets go there and back.
    pub(crate) fn next_goes_to_server(&self) -> bool {
        let [to_server, to_client] = self.packets();
        to_server <= to_client
    }

    /// Which directions were seen, as Suricata has them among a flow's flags.
    pub(crate) fn flags(&self) -> u32 {
        let [to_server, to_client] = self.packets();
        u32::from(to_client > 0) | u32::from(to_server > 0) << 1
    }

    /// Whether it is a conversation of TCP with data, which its worker retires without the finish callbacks: three packets
    /// are the handshake.
    pub(crate) fn is_workers(&self) -> bool {
        self.endpoints.protocol == TCP && self.packets().iter().sum::<u32>() > 3
    }

    fn times_out_at(&self) -> Duration {
        let is_answered = self.packets().iter().all(|count| *count > 0);
        self.last_time() + if is_answered { ESTABLISHED } else { NEW }
    }
}

impl Flow {
    /// The pointer that plugins get for it: a token with no memory behind it.
    ///
    /// ```
    /// # use suricata_thread_mock::Host;
    /// let host = Host::new();
    /// let (one, other) = (host.flow(), host.flow());
    /// assert_ne!(one.as_ptr(), other.as_ptr());
    /// ```
    #[must_use]
    pub fn as_ptr(&self) -> *mut sys::Flow {
        token::as_ptr(self.0.cells.token)
    }

    /// What decides which worker has it: the one with the number `hash % workers`.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, RunMode};
    /// let host = Host::new();
    /// let flow = host.flow_with_hash(7);
    /// let workers = host.start(RunMode::Workers { threads: 2 }).workers;
    /// let worker = &workers[(flow.hash() % 2) as usize];
    /// assert_eq!(worker.name(), "W#02-eth0");
    /// ```
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.0.hash
    }

    /// Whether it is over: no callback runs for it any more.
    ///
    /// ```
    /// # use suricata_thread_mock::Host;
    /// assert!(!Host::new().flow().is_retired());
    /// ```
    #[must_use]
    pub fn is_retired(&self) -> bool {
        self.0.is_retired.load(Ordering::Relaxed)
    }

    /// Who talks with whom.
    ///
    /// ```
    /// # use suricata_thread_mock::Host;
    /// let endpoints = Host::new().flow().endpoints();
    /// assert_eq!((endpoints.protocol, endpoints.destination.port()), (6, 80));
    /// ```
    #[must_use]
    pub fn endpoints(&self) -> Endpoints {
        self.0.endpoints
    }
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flow({:p}, {:?})", self.as_ptr(), self.0.endpoints)
    }
}

impl PartialEq for Flow {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Flow {}

impl Hash for Flow {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.cells.token.hash(state);
    }
}

/// Which flows there are, which were, and which come next.
pub(crate) struct Flows {
    /// Held while traffic runs.
    pub(crate) traffic: Mutex<()>,
    /// The hashes of the flows to come from [`Host::flow`](crate::Host::flow).
    hashes: Mutex<Rng>,
    live: Mutex<FxHashMap<usize, Arc<FlowState>>>,
    /// Where the flows were that are retired, the last one last.
    retired: Mutex<Vec<usize>>,
    begun: AtomicU64,
    seed_used: AtomicBool,
    /// The time of packets, in microseconds since 1970.
    now: AtomicU64,
}

impl Flows {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            traffic: Mutex::default(),
            // Other numbers than those of traffic, which begin with the seed itself.
            hashes: Mutex::new(Rng::new(seed.rotate_left(32))),
            live: Mutex::default(),
            retired: Mutex::default(),
            begun: AtomicU64::new(0),
            seed_used: AtomicBool::new(false),
            now: AtomicU64::new(START.as_micros() as u64),
        }
    }

    /// A flow where the last one was that this host has retired, or at an address of its own; of TCP where nothing else is
    /// said.
    pub(crate) fn begin(
        &self,
        hash: u64,
        table: Table,
        endpoints: Option<Endpoints>,
    ) -> Arc<FlowState> {
        let number = self.begun.fetch_add(1, Ordering::Relaxed);
        let endpoints = endpoints.unwrap_or_else(|| Endpoints::made_up(number, TCP));
        let retired = self.retired.lock().pop();
        let token = match retired {
            Some(retired) => retired,
            None => token::new(),
        };
        let flow = Arc::new(FlowState {
            cells: Cells::of_flow(token, table),
            hash,
            endpoints,
            source: octets(endpoints.source.ip()),
            destination: octets(endpoints.destination.ip()),
            number,
            worker: AtomicUsize::new(0),
            has_begun: AtomicBool::new(false),
            is_retired: AtomicBool::new(false),
            last_time: AtomicU64::new(0),
            to_server: AtomicU32::new(0),
            to_client: AtomicU32::new(0),
        });
        self.live.lock().insert(token, Arc::clone(&flow));
        flow
    }

    /// The number of the flow that begins next.
    pub(crate) fn next_number(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }

    /// A flow is retired: another one may be where it was from now on.
    pub(crate) fn retire(&self, flow: &FlowState) {
        flow.is_retired.store(true, Ordering::Relaxed);
        self.live.lock().remove(&flow.cells.token);
        self.retired.lock().push(flow.cells.token);
    }

    pub(crate) fn find(&self, token: usize) -> Option<Arc<FlowState>> {
        self.live.lock().get(&token).cloned()
    }

    pub(crate) fn was_retired(&self, token: usize) -> bool {
        self.retired.lock().contains(&token)
    }

    /// The flows that have begun, in the order of creation; only those that have timed out, if so asked.
    pub(crate) fn begun(&self, only_timed_out: bool) -> Vec<Arc<FlowState>> {
        let now = self.now();
        let live = self.live.lock();
        let is_meant = |flow: &&Arc<FlowState>| {
            let has_begun = flow.has_begun.load(Ordering::Relaxed);
            has_begun && (!only_timed_out || flow.times_out_at() <= now)
        };
        let mut begun: Vec<_> = live.values().filter(is_meant).cloned().collect();
        begun.sort_unstable_by_key(|flow| flow.number);
        begun
    }

    pub(crate) fn now(&self) -> Duration {
        Duration::from_micros(self.now.load(Ordering::Relaxed))
    }

    /// Lets time pass, and returns what time it is then.
    pub(crate) fn pass(&self, time: Duration) -> Duration {
        let passed = time.as_micros() as u64;
        Duration::from_micros(self.now.fetch_add(passed, Ordering::Relaxed) + passed)
    }

    /// The next hash of `rng`, on which failures may depend from now on.
    pub(crate) fn random_hash(&self, rng: &mut Rng) -> u64 {
        self.seed_used.store(true, Ordering::Relaxed);
        rng.next()
    }

    /// The next hash of a single flow.
    pub(crate) fn next_hash(&self) -> u64 {
        self.random_hash(&mut self.hashes.lock())
    }

    /// Whether the seed has decided what a flow is like.
    pub(crate) fn seed_was_used(&self) -> bool {
        self.seed_used.load(Ordering::Relaxed)
    }
}

/// An address of IPv4 at the beginning, as Suricata has it.
fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V6(address) => address.octets(),
        IpAddr::V4(address) => {
            let mut octets = [0; 16];
            octets[..4].copy_from_slice(&address.octets());
            octets
        }
    }
}
