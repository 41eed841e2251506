//! Endpoints of flows, and packets.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use suricata_thread_sys as sys;

use crate::noun::token;

/// The addresses, ports and protocol of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Endpoints {
    /// The address and port of the side that began the flow.
    pub source: SocketAddr,
    /// The address and port of the other side.
    pub destination: SocketAddr,
    /// The IP protocol number: 6 is TCP, 17 is UDP.
    pub protocol: u8,
}

/// A day in 2023.
pub(crate) const START: Duration = Duration::from_secs(1_700_000_000);

pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;

impl Endpoints {
    /// Returns the endpoints of a flow with the given IP protocol number.
    #[must_use]
    pub fn new(source: SocketAddr, destination: SocketAddr, protocol: u8) -> Self {
        Self {
            source,
            destination,
            protocol,
        }
    }

    /// Returns made-up endpoints, distinct for billions of numbers in a row: four of IPv4, then
    /// four of IPv6.
    pub(crate) fn made_up(number: u64, protocol: u8) -> Self {
        let port = 1_024 + (number % 60_000) as u16;
        let [a, b, ..] = (number / 60_000).to_le_bytes();
        let ip = |last| -> IpAddr {
            if number / 4 % 2 == 0 {
                Ipv4Addr::new(10, b, a, last).into()
            } else {
                let documentation = [0x2001, 0xdb8, 0, 0, 0, b.into(), a.into(), last.into()];
                Ipv6Addr::from(documentation).into()
            }
        };
        Self {
            source: (ip(1), port).into(),
            destination: (ip(2), if protocol == UDP { 53 } else { 80 }).into(),
            protocol,
        }
    }
}

pub(crate) struct Packet(usize);

impl Packet {
    pub(crate) fn new() -> Self {
        Self(token::new())
    }

    pub(crate) fn several(count: usize) -> impl Iterator<Item = Self> {
        token::several(count).map(Self)
    }

    pub(crate) fn as_ptr(&self) -> *mut sys::Packet {
        token::as_ptr(self.0)
    }
}
