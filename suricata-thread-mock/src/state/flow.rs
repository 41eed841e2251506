//! One flow.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use suricata_thread_sys as sys;

use crate::noun::flow::{Endpoints, TCP};
use crate::noun::token;
use crate::state::cells::Cells;

/// Suricata's default timeouts, without and with an answer.
const NEW: Duration = Duration::from_secs(30);
const ESTABLISHED: Duration = Duration::from_secs(300);

/// A flow of a host.
///
/// Once a flow is over, a later one may have its pointer, as in Suricata. State that a plugin keeps
/// by the pointer must end with the flow.
pub struct Flow(pub(crate) Arc<FlowState>);

pub(crate) struct FlowState {
    pub(crate) cells: Cells,
    pub(crate) hash: u64,
    pub(crate) endpoints: Endpoints,
    /// Plugins get pointers to these bytes.
    pub(crate) source: [u8; 16],
    pub(crate) destination: [u8; 16],
    pub(crate) host: u32,
    /// One callback at a time runs for the flow.
    pub(crate) lock: Mutex<()>,
    pub(crate) number: u64,
    /// The token of the thread that picked it up, or 0.
    pub(crate) worker: AtomicUsize,
    pub(crate) has_begun: AtomicBool,
    pub(crate) has_ended: AtomicBool,
    /// In microseconds since 1970; 0 before the first packet.
    last_time: AtomicU64,
    begun_at: AtomicU64,
    pub(crate) to_server: AtomicU32,
    pub(crate) to_client: AtomicU32,
}

impl FlowState {
    pub(crate) fn new(
        host: u32,
        number: u64,
        hash: u64,
        cells: Cells,
        endpoints: Endpoints,
    ) -> Self {
        Self {
            cells,
            hash,
            endpoints,
            source: octets(endpoints.source.ip()),
            destination: octets(endpoints.destination.ip()),
            host,
            lock: Mutex::new(()),
            number,
            worker: AtomicUsize::new(0),
            has_begun: AtomicBool::new(false),
            has_ended: AtomicBool::new(false),
            last_time: AtomicU64::new(0),
            begun_at: AtomicU64::new(0),
            to_server: AtomicU32::new(0),
            to_client: AtomicU32::new(0),
        }
    }

    /// The caller holds the flow's lock.
    pub(crate) fn note_packet(&self, to_server: bool, time: Duration) {
        let count = if to_server {
            &self.to_server
        } else {
            &self.to_client
        };
        let time = time.as_micros() as u64;
        // A packet may come late.
        if time > self.last_time.load(Ordering::Relaxed) {
            self.last_time.store(time, Ordering::Relaxed);
        }
        let before = count.load(Ordering::Relaxed);
        count.store(before.wrapping_add(1), Ordering::Relaxed);
    }

    /// Notes the begin by the host's clock, for a flow without packets.
    pub(crate) fn note_begin(&self, time: Duration) {
        self.begun_at
            .store(time.as_micros() as u64, Ordering::Relaxed);
    }

    pub(crate) fn last_time(&self) -> Duration {
        let times = [&self.last_time, &self.begun_at].map(|time| time.load(Ordering::Relaxed));
        Duration::from_micros(if times[0] == 0 { times[1] } else { times[0] })
    }

    fn packets(&self) -> [u32; 2] {
        [&self.to_server, &self.to_client].map(|count| count.load(Ordering::Relaxed))
    }

    /// Made-up packets go back and forth.
    pub(crate) fn next_goes_to_server(&self) -> bool {
        let [to_server, to_client] = self.packets();
        to_server <= to_client
    }

    pub(crate) fn flags(&self) -> u32 {
        let [to_server, to_client] = self.packets();
        u32::from(to_client > 0) | u32::from(to_server > 0) << 1
    }

    /// TCP with more than a handshake ends on its worker.
    pub(crate) fn ends_on_worker(&self) -> bool {
        self.endpoints.protocol == TCP && self.packets().iter().sum::<u32>() > 3
    }

    pub(crate) fn times_out_at(&self) -> Duration {
        let is_answered = self.packets().iter().all(|count| *count > 0);
        self.last_time() + if is_answered { ESTABLISHED } else { NEW }
    }
}

impl Flow {
    /// Returns the pointer that plugins get for the flow, with no memory behind it.
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

    /// Returns the hash, which chooses worker number `hash % workers`, counted from 0.
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

    /// Returns `true` if the flow is over and gets no more callbacks.
    ///
    /// ```
    /// # use suricata_thread_mock::Host;
    /// assert!(!Host::new().flow().has_ended());
    /// ```
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.0.has_ended.load(Ordering::Relaxed)
    }

    /// Returns the addresses, ports and protocol.
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

/// Returns the bytes of an address, IPv4 first, as in Suricata.
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
