//! One flow: its addresses and its frames in order.

use std::net::IpAddr;

use etherparse::{IpHeaders, PacketBuilder, PacketBuilderStep, TcpHeader};

/// A port without a well-known protocol, so that no parser of the host takes an interest.
const SERVER_PORT: u16 = 47_811;

/// The lowest client port.
const CLIENT_PORT: u16 = 20_000;

/// Number of client ports in use, one after the other.
pub(crate) const CLIENT_PORTS: u32 = 20_000;

/// The address number of the heaviest talker; that of the next one is one more.
const FIRST_TALKER: u32 = 0xff_fe00;

/// Packets with payload in each flow, client and server in turn, the client first.
const PACKETS: usize = 6;

const PAYLOAD: [u8; 32] = [b'.'; 32];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

/// A flow, known by its number in the capture.
pub(crate) struct Flow {
    number: u32,
    tcp: bool,
    ipv6: bool,
    /// Whether the flow is begun by a host of the 172.16.0.0/12 side rather than of the 10.0.0.0/8 side.
    from_outside: bool,
    /// The host on the 10.0.0.0/8 side: the low bits of its address.
    inside: u32,
}

impl Flow {
    /// The flow with this number, with a host on the inside that has no other flow.
    pub(crate) fn new(number: u32) -> Self {
        Flow {
            number,
            tcp: number % 2 == 0,
            ipv6: number / 2 % 2 == 1,
            from_outside: number / 4 % 2 == 1,
            inside: number,
        }
    }

    /// The same for a capture with talkers: of the flows begun from the inside, the heaviest has one in eight, the next
    /// one in sixteen, and so on; the others are as in [`Flow::new`].
    pub(crate) fn with_talkers(number: u32) -> Self {
        let mut flow = Self::new(number);
        // All eight kinds of flows in a row are alike.
        let rank = (number / 8 + 1).trailing_zeros().checked_sub(2);
        // Nobody begins a flow to a talker, so that whoever takes destinations for sources is wrong.
        if let Some(rank) = rank.filter(|_| !flow.from_outside) {
            flow.inside = FIRST_TALKER + rank;
        }
        flow
    }

    /// The address of the host that begins the flow.
    pub(crate) fn source(&self) -> IpAddr {
        let (inside, outside) = self.addresses();
        if self.from_outside { outside } else { inside }
    }

    /// The hosts on the inside and the outside.
    fn addresses(&self) -> (IpAddr, IpAddr) {
        let [_, a, b, c] = self.inside.to_be_bytes();
        if self.ipv6 {
            let inside = [0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, a, b, c];
            let outside = [0x20, 1, 0xd, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
            (inside.into(), outside.into())
        } else {
            ([10, a, b, c].into(), [172, 16, 0, 1].into())
        }
    }

    pub(crate) fn protocol(&self) -> &'static str {
        match (self.tcp, self.ipv6) {
            (true, false) => "tcp-ipv4",
            (true, true) => "tcp-ipv6",
            (false, false) => "udp-ipv4",
            (false, true) => "udp-ipv6",
        }
    }

    /// The Ethernet frames of the flow.
    pub(crate) fn frames(&self) -> Vec<Vec<u8>> {
        use Side::{Client, Server};
        let data = [Client, Server].into_iter().cycle().take(PACKETS);
        if !self.tcp {
            return data.map(|sender| self.udp(sender)).collect();
        }
        let handshake = [(Client, "S"), (Server, "SA"), (Client, "A")];
        let close = [(Client, "FA"), (Server, "FA"), (Client, "A")];
        let segments = handshake
            .into_iter()
            .chain(data.map(|sender| (sender, "PA")));
        // The next sequence numbers of client and server.
        let mut next = [1_000, 5_000];
        let segments = segments.chain(close);
        segments
            .map(|(sender, flags)| self.tcp(sender, flags, &mut next))
            .collect()
    }

    fn udp(&self, sender: Side) -> Vec<u8> {
        let (source, destination) = self.ports(sender);
        let mut frame = Vec::new();
        let written = self
            .ip(sender)
            .udp(source, destination)
            .write(&mut frame, &PAYLOAD);
        written.expect("a Vec takes all that is written");
        frame
    }

    /// A segment which acknowledges all that the other side has sent. Those with PSH carry the payload.
    fn tcp(&self, sender: Side, flags: &str, next: &mut [u32; 2]) -> Vec<u8> {
        let (source, destination) = self.ports(sender);
        let (mine, others) = (sender as usize, 1 - sender as usize);
        let mut tcp = TcpHeader::new(source, destination, next[mine], 64_000);
        tcp.syn = flags.contains('S');
        tcp.fin = flags.contains('F');
        tcp.psh = flags.contains('P');
        tcp.ack = flags.contains('A');
        tcp.acknowledgment_number = if tcp.ack { next[others] } else { 0 };
        let payload: &[u8] = if tcp.psh { &PAYLOAD } else { &[] };
        next[mine] += payload.len() as u32 + u32::from(tcp.syn) + u32::from(tcp.fin);
        let mut frame = Vec::new();
        let written = self.ip(sender).tcp_header(tcp).write(&mut frame, payload);
        written.expect("a Vec takes all that is written");
        frame
    }

    /// Ethernet and IP headers of a frame from `sender`.
    fn ip(&self, sender: Side) -> PacketBuilderStep<IpHeaders> {
        let (inside, outside) = self.addresses();
        let mut ends = [(inside, [2, 0, 0, 0, 0, 1]), (outside, [2, 0, 0, 0, 0, 2])];
        if self.from_outside == (sender == Side::Client) {
            ends.reverse();
        }
        let [(source, source_mac), (destination, destination_mac)] = ends;
        let ethernet = PacketBuilder::ethernet2(source_mac, destination_mac);
        match (source, destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                ethernet.ipv4(source.octets(), destination.octets(), 64)
            }
            (IpAddr::V6(source), IpAddr::V6(destination)) => {
                ethernet.ipv6(source.octets(), destination.octets(), 64)
            }
            _ => unreachable!("both hosts of a flow have the same kind of address"),
        }
    }

    /// Source and destination port of a packet from `sender`.
    fn ports(&self, sender: Side) -> (u16, u16) {
        let offset = u16::try_from(self.number % CLIENT_PORTS).expect("below CLIENT_PORTS");
        let client = CLIENT_PORT + offset;
        match sender {
            Side::Client => (client, SERVER_PORT),
            Side::Server => (SERVER_PORT, client),
        }
    }
}
