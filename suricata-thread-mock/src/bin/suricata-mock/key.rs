//! What makes a flow.

use std::hash::{Hash, Hasher};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// What the packets of a flow have in common.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    /// The lower end first, by address and then by port, where the protocol has flows of both directions.
    pub(crate) addresses: [Address; 2],
    pub(crate) ports: [u16; 2],
    /// From the outermost one; 0 where there are fewer, so that VLAN 0 is as none.
    pub(crate) vlans: [u16; 3],
    pub(crate) protocol: u8,
    pub(crate) is_v6: bool,
}

/// An address as of IPv6, whose first four bytes are that of IPv4: two numbers, which are compared and hashed faster than
/// bytes are.
pub(crate) type Address = [u64; 2];

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [[a, b], [c, d]] = self.addresses;
        let [source, destination] = self.ports.map(u64::from);
        let [outer, inner, _] = self.vlans.map(u64::from);
        let rest = source << 48 | destination << 32 | outer << 16 | inner;
        for number in [a, b, c, d, rest] {
            state.write_u64(number);
        }
    }
}

impl Key {
    pub(crate) fn ends(&self) -> [SocketAddr; 2] {
        [0, 1].map(|at| {
            let [high, low] = self.addresses[at];
            let ip = match self.is_v6 {
                false => Ipv4Addr::from_bits((high >> 32) as u32).into(),
                true => Ipv6Addr::from_bits(u128::from(high) << 64 | u128::from(low)).into(),
            };
            SocketAddr::new(ip, self.ports[at])
        })
    }
}
