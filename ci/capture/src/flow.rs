//! One flow: its addresses and its frames in order.

use std::net::IpAddr;

use etherparse::{IpHeaders, PacketBuilder, PacketBuilderStep, TcpHeader};

/// The most flows that a capture can have: each has a client address of its own.
pub const MAX_FLOWS: u32 = 1 << 24;

/// The most packets with payload that a flow can have: a flow stays far shorter than any time-out.
pub const MAX_PACKETS: u32 = 1_000;

/// A port without a well-known protocol, so that no parser of the host takes an interest.
const SERVER_PORT: u16 = 47_811;

/// The lowest client port.
const CLIENT_PORT: u16 = 20_000;

/// Number of client ports in use, one after the other.
pub(crate) const CLIENT_PORTS: u32 = 20_000;

/// The address number of the heaviest talker; that of the next one is one more.
const FIRST_TALKER: u32 = 0xff_fe00;

/// Bytes of payload in a packet with data.
const PAYLOAD: [u8; 32] = [b'.'; 32];

const WINDOW: u16 = 64_000;
const TTL: u8 = 64;
const ISN_CLIENT: u32 = 1_000;
const ISN_SERVER: u32 = 5_000;

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
        let flow = Self::new(number);
        // All eight kinds of flows in a row are alike.
        match (number / 8 + 1).trailing_zeros().checked_sub(2) {
            // Nobody begins a flow to a talker, so that whoever takes destinations for sources is wrong.
            Some(rank) if !flow.from_outside => Flow {
                inside: FIRST_TALKER + rank,
                ..flow
            },
            _ => flow,
        }
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

    /// The Ethernet frames of the flow, with `packets` of them carrying payload.
    pub(crate) fn frames(&self, packets: u32) -> Vec<Vec<u8>> {
        let senders = (0..packets).map(|packet| {
            if packet % 2 == 0 {
                Side::Client
            } else {
                Side::Server
            }
        });
        if self.tcp {
            self.tcp_frames(senders)
        } else {
            senders.map(|sender| self.udp_frame(sender)).collect()
        }
    }

    fn udp_frame(&self, sender: Side) -> Vec<u8> {
        let (source, destination) = self.ports(sender);
        let builder = self.ip(sender).udp(source, destination);
        let mut frame = Vec::with_capacity(builder.size(PAYLOAD.len()));
        builder
            .write(&mut frame, &PAYLOAD)
            .expect("a Vec takes all that is written");
        frame
    }

    fn tcp_frames(&self, senders: impl Iterator<Item = Side>) -> Vec<Vec<u8>> {
        let mut connection = Connection {
            flow: self,
            client_next: ISN_CLIENT,
            server_next: ISN_SERVER,
            frames: Vec::new(),
        };
        connection.send(Side::Client, |tcp| {
            tcp.syn = true;
            tcp.ack = false;
            tcp.acknowledgment_number = 0;
        });
        connection.send(Side::Server, |tcp| tcp.syn = true);
        connection.send(Side::Client, |_| {});
        for sender in senders {
            connection.send(sender, |tcp| tcp.psh = true);
        }
        connection.send(Side::Client, |tcp| tcp.fin = true);
        connection.send(Side::Server, |tcp| tcp.fin = true);
        connection.send(Side::Client, |_| {});
        connection.frames
    }

    /// Ethernet and IP headers of a frame from `sender`.
    fn ip(&self, sender: Side) -> PacketBuilderStep<IpHeaders> {
        let (inside_mac, outside_mac) = ([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]);
        let (inside, outside) = self.addresses();
        let from_inside = self.from_outside == (sender == Side::Server);
        let (macs, source, destination) = if from_inside {
            ((inside_mac, outside_mac), inside, outside)
        } else {
            ((outside_mac, inside_mac), outside, inside)
        };
        let ethernet = PacketBuilder::ethernet2(macs.0, macs.1);
        match (source, destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                ethernet.ipv4(source.octets(), destination.octets(), TTL)
            }
            (IpAddr::V6(source), IpAddr::V6(destination)) => {
                ethernet.ipv6(source.octets(), destination.octets(), TTL)
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

/// A TCP connection in the making: each side's next sequence number, and the frames so far.
struct Connection<'a> {
    flow: &'a Flow,
    client_next: u32,
    server_next: u32,
    frames: Vec<Vec<u8>>,
}

impl Connection<'_> {
    /// Adds a frame from `sender` which acknowledges all that the other side has sent. Frames with
    /// PSH carry the payload.
    fn send(&mut self, sender: Side, set: impl FnOnce(&mut TcpHeader)) {
        let (next, peer_next) = match sender {
            Side::Client => (&mut self.client_next, self.server_next),
            Side::Server => (&mut self.server_next, self.client_next),
        };
        let (source, destination) = self.flow.ports(sender);
        let mut tcp = TcpHeader::new(source, destination, *next, WINDOW);
        tcp.ack = true;
        tcp.acknowledgment_number = peer_next;
        set(&mut tcp);
        let payload: &[u8] = if tcp.psh { &PAYLOAD } else { &[] };
        *next += u32::try_from(payload.len()).expect("the payload is small")
            + u32::from(tcp.syn)
            + u32::from(tcp.fin);
        let builder = self.flow.ip(sender).tcp_header(tcp);
        let mut frame = Vec::with_capacity(builder.size(payload.len()));
        builder
            .write(&mut frame, payload)
            .expect("a Vec takes all that is written");
        self.frames.push(frame);
    }
}
