//! The keys of flows.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    /// The lower address and port first, if flows of the protocol have both directions.
    pub(crate) addresses: [Address; 2],
    pub(crate) ports: [u16; 2],
    /// The outermost first, then 0s: VLAN 0 counts as none.
    pub(crate) vlans: [u16; 3],
    pub(crate) protocol: u8,
    pub(crate) is_v6: bool,
}

pub(crate) const ESP: u8 = 50;

/// IPv6, or IPv4 in the first four bytes. Numbers compare and hash faster than bytes.
pub(crate) type Address = [u64; 2];

impl Key {
    /// Returns a hash that spreads neighbouring addresses and ports, as in tests.
    #[inline]
    pub(crate) fn hash(&self) -> u64 {
        let [[a, b], [c, d]] = self.addresses;
        let [source, destination] = self.ports.map(u64::from);
        let [outer, inner, _] = self.vlans.map(u64::from);
        let rest = source << 48 | destination << 32 | outer << 16 | inner;
        let mix = |one: u64, other: u64| {
            let product = u128::from(one) * u128::from(other);
            product as u64 ^ (product >> 64) as u64
        };
        // The numbers are digits of pi.
        let addresses = mix(a ^ 0x243f_6a88_85a3_08d3, c ^ 0x1319_8a2e_0370_7344);
        let rests = mix(b ^ 0xa409_3822_299f_31d0, d ^ 0x082e_fa98_ec4e_6c89);
        mix(addresses ^ rest, rests ^ 0x4528_21e6_38d0_1377)
    }

    pub(crate) fn ends(&self) -> [SocketAddr; 2] {
        [0, 1].map(|at| {
            let [high, low] = self.addresses[at];
            let ip = match self.is_v6 {
                false => Ipv4Addr::from_bits((high >> 32) as u32).into(),
                true => Ipv6Addr::from_bits(u128::from(high) << 64 | u128::from(low)).into(),
            };
            // Suricata's ports are the lower half of the SPI, and 0.
            let port = match (self.protocol, at) {
                (ESP, 1) => 0,
                _ => self.ports[at],
            };
            SocketAddr::new(ip, port)
        })
    }
}
