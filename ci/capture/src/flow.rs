//! One flow: its addresses and its frames in order.

use std::net::IpAddr;

use crate::scripted::{Ends, FIRST};

/// A port without a well-known protocol, so that no parser of the host runs.
const SERVER_PORT: u16 = 47_811;

/// The lowest client port.
const CLIENT_PORT: u16 = 20_000;

/// The number of client ports, which flows use in turn.
pub(crate) const CLIENT_PORTS: u32 = 20_000;

/// The address number of the heaviest talker. The following numbers are those of lighter ones.
const FIRST_TALKER: u32 = 0xff_fe00;

const TCP: &str = "cS sSA cA cPA sPA cPA sPA cPA sPA cFA sFA cA";
const UDP: &str = "cU sU cU sU cU sU";

/// A flow, which its number in the capture determines.
pub(crate) struct Flow {
    number: u32,
    tcp: bool,
    ipv6: bool,
    /// Whether the host on the 172.16.0.0/12 side begins the flow, not the one on the 10.0.0.0/8 side.
    from_outside: bool,
    /// The low bits of the address of the host on the 10.0.0.0/8 side.
    inside: u32,
}

impl Flow {
    /// Returns the flow with this number, whose host on the inside has no other flow.
    pub(crate) fn new(number: u32) -> Self {
        Flow {
            number,
            tcp: number % 2 == 0,
            ipv6: number / 2 % 2 == 1,
            from_outside: number / 4 % 2 == 1,
            inside: number,
        }
    }

    /// Returns the flow with this number in a capture with talkers. Of the flows from the inside, the heaviest talker
    /// begins one in eight, the next one in sixteen, and so on. The others are as in [`Flow::new`].
    pub(crate) fn with_talkers(number: u32) -> Self {
        let mut flow = Self::new(number);
        // All flows of a row of eight kinds have the same rank.
        let rank = (number / 8 + 1).trailing_zeros().checked_sub(2);
        // Nobody begins a flow to a talker, so a counter that takes destinations for sources is wrong.
        if let Some(rank) = rank.filter(|_| !flow.from_outside) {
            flow.inside = FIRST_TALKER + rank;
        }
        flow
    }

    /// Returns the host that begins the flow, and the other.
    pub(crate) fn hosts(&self) -> [IpAddr; 2] {
        let [_, a, b, c] = self.inside.to_be_bytes();
        let mut hosts: [IpAddr; 2] = if self.ipv6 {
            let inside = [0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, a, b, c];
            let outside = [0x20, 1, 0xd, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
            [inside.into(), outside.into()]
        } else {
            [[10, a, b, c].into(), [172, 16, 0, 1].into()]
        };
        if self.from_outside {
            hosts.reverse();
        }
        hosts
    }

    pub(crate) fn protocol(&self) -> &'static str {
        match (self.tcp, self.ipv6) {
            (true, false) => "tcp-ipv4",
            (true, true) => "tcp-ipv6",
            (false, false) => "udp-ipv4",
            (false, true) => "udp-ipv6",
        }
    }

    /// Returns the Ethernet frames of the flow.
    pub(crate) fn frames(&self) -> Vec<Vec<u8>> {
        let client = CLIENT_PORT + (self.number % CLIENT_PORTS) as u16;
        let (hosts, ports) = (self.hosts(), [client, SERVER_PORT]);
        let payloads = [&[b'.'; 32][..]; 2].map(<[u8]>::to_vec);
        let ends = Ends {
            hosts,
            ports,
            payloads,
        };
        let mut next = FIRST;
        let script = if self.tcp { TCP } else { UDP };
        let tokens = script.split(' ');
        tokens.map(|token| ends.frame(token, &mut next)).collect()
    }
}
