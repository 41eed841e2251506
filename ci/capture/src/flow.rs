//! One flow: its addresses and its frames in order.

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
const CLIENT_PORTS: u32 = 20_000;

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
}

impl Flow {
    pub(crate) fn new(number: u32) -> Self {
        Flow {
            number,
            tcp: number % 2 == 0,
            ipv6: number / 2 % 2 == 1,
            from_outside: number / 4 % 2 == 1,
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
        let [_, a, b, c] = self.number.to_be_bytes();
        let (inside_v4, outside_v4) = ([10, a, b, c], [172, 16, 0, 1]);
        let inside_v6 = [0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, a, b, c];
        let outside_v6 = [0x20, 1, 0xd, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        let (inside_mac, outside_mac) = ([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]);
        let from_inside = self.from_outside == (sender == Side::Server);
        if from_inside {
            let ethernet = PacketBuilder::ethernet2(inside_mac, outside_mac);
            if self.ipv6 {
                ethernet.ipv6(inside_v6, outside_v6, TTL)
            } else {
                ethernet.ipv4(inside_v4, outside_v4, TTL)
            }
        } else {
            let ethernet = PacketBuilder::ethernet2(outside_mac, inside_mac);
            if self.ipv6 {
                ethernet.ipv6(outside_v6, inside_v6, TTL)
            } else {
                ethernet.ipv4(outside_v4, inside_v4, TTL)
            }
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
