//! The flows of IP packets as Suricata 8.0.8 decodes them, found by trial.

use std::fmt;

use suricata_thread_mock::Endpoints;

use crate::key::{Address, ESP, Key};
use crate::segment::Segment;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    NotIp,
    Damaged,
    NoFlow,
    Fragment,
    Tunnel,
    Icmp,
}

impl Cause {
    pub(crate) const ALL: [Self; 6] = [
        Self::NotIp,
        Self::Damaged,
        Self::NoFlow,
        Self::Fragment,
        Self::Tunnel,
        Self::Icmp,
    ];

    /// Suricata leaves such packets out, too.
    pub(crate) fn is_suricatas(self) -> bool {
        matches!(self, Self::NotIp | Self::Damaged | Self::NoFlow)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotIp => "not IP",
            Self::Damaged => "cut, or of wrong lengths",
            Self::NoFlow => "of a protocol without flows",
            Self::Fragment => "fragments",
            Self::Tunnel => "tunnels",
            Self::Icmp => "ICMP other than echo",
        })
    }
}

pub(crate) struct Packet<'a> {
    pub(crate) key: Key,
    /// The first address of the key sent it.
    pub(crate) by_first: bool,
    pub(crate) tcp: Option<Segment<'a>>,
}

impl Packet<'_> {
    pub(crate) fn endpoints(&self) -> Endpoints {
        let [first, second] = self.key.ends();
        let (source, destination) = if self.by_first {
            (first, second)
        } else {
            (second, first)
        };
        Endpoints::new(source, destination, self.key.protocol)
    }
}

pub(crate) type Decoded<'a> = Result<Packet<'a>, Cause>;

struct Net {
    is_v6: bool,
    vlans: [u16; 3],
    from: Address,
    to: Address,
}

pub(crate) fn ipv4(data: &[u8], vlans: [u16; 3]) -> Decoded<'_> {
    let (first, total) = (byte(data, 0)?, usize::from(be16(data, 2)?));
    let header = usize::from(first & 0xf) * 4;
    if first >> 4 != 4 || header < 20 || total < header || total > data.len() {
        return Err(Cause::Damaged);
    }
    // More fragments follow, or it is not the first one.
    if be16(data, 6)? & 0x3fff != 0 {
        return Err(Cause::Fragment);
    }
    let address = |at| Ok([u64::from(be32(data, at)?) << 32, 0]);
    let net = Net {
        is_v6: false,
        vlans,
        from: address(12)?,
        to: address(16)?,
    };
    transport(&net, data[9], &data[header..total])
}

pub(crate) fn ipv6(data: &[u8], vlans: [u16; 3]) -> Decoded<'_> {
    let end = 40 + usize::from(be16(data, 4)?);
    if byte(data, 0)? >> 4 != 6 || end > data.len() {
        return Err(Cause::Damaged);
    }
    let half = |at| Ok(u64::from(be32(data, at)?) << 32 | u64::from(be32(data, at + 4)?));
    let address = |at| Ok([half(at)?, half(at + 8)?]);
    let net = Net {
        is_v6: true,
        vlans,
        from: address(8)?,
        to: address(24)?,
    };
    let (mut next, mut data) = (data[6], &data[40..end]);
    loop {
        let length = match next {
            // Hop-by-hop, routing and destination options.
            0 | 43 | 60 => 8 + usize::from(byte(data, 1)?) * 8,
            // A fragment that is the whole packet.
            44 if be16(data, 2)? & 0xfff9 == 0 => 8,
            44 => return Err(Cause::Fragment),
            // The authentication header.
            51 => 8 + usize::from(byte(data, 1)?) * 4,
            _ => return transport(&net, next, data),
        };
        next = byte(data, 0)?;
        data = rest(data, length)?;
    }
}

#[inline]
fn transport<'a>(net: &Net, protocol: u8, data: &'a [u8]) -> Decoded<'a> {
    let ports = || Ok([be16(data, 0)?, be16(data, 2)?]);
    let whole = |least: usize| match data.len() {
        length if length < least => Err(Cause::Damaged),
        _ => Ok(()),
    };
    let mut tcp = None;
    let ports = match protocol {
        6 => {
            whole(20)?;
            let header = usize::from(data[12] >> 4) * 4;
            whole(header)?;
            if header < 20 {
                return Err(Cause::Damaged);
            }
            tcp = Some(Segment::new(&data[..header], &data[header..]));
            ports()?
        }
        17 => {
            whole(8)?;
            let length = usize::from(be16(data, 4)?);
            whole(length)?;
            if length < 8 {
                return Err(Cause::Damaged);
            }
            if is_tunnel(be16(data, 2)?, &data[8..]) {
                return Err(Cause::Tunnel);
            }
            ports()?
        }
        132 => {
            whole(12)?;
            ports()?
        }
        // Echo and its reply, whose types stand for ports.
        1 | 58 => {
            whole(8)?;
            match (net.is_v6, data[0]) {
                (false, 8) => [8, 0],
                (false, 0) => [0, 8],
                (true, 128) => [128, 129],
                (true, 129) => [129, 128],
                _ => return Err(Cause::Icmp),
            }
        }
        ESP => {
            whole(8)?;
            let [high, low] = ports()?;
            [low, high]
        }
        4 | 41 | 47 => return Err(Cause::Tunnel),
        _ => return Err(Cause::NoFlow),
    };
    let Net { from, to, .. } = *net;
    let [source, destination] = ports;
    // A flow of ESP has one direction.
    let by_first = protocol == ESP || (from, source) <= (to, destination);
    let (addresses, ports) = match by_first {
        true => ([from, to], ports),
        false => ([to, from], [destination, source]),
    };
    let key = Key {
        addresses,
        ports,
        vlans: net.vlans,
        protocol,
        is_v6: net.is_v6,
    };
    Ok(Packet { key, by_first, tcp })
}

/// Returns `true` for VXLAN, GENEVE and Teredo, in which Suricata looks for packets.
fn is_tunnel(port: u16, data: &[u8]) -> bool {
    let is_vxlan = || port == 4789 && data.len() > 8 && data[0] & 0x08 != 0;
    let is_geneve = || port == 6081 && data.len() > 8 && data[0] >> 6 == 0 && data[2..4] != [0; 2];
    let is_teredo = || {
        let length = |data: &[u8]| 40 + usize::from(u16::from_be_bytes([data[4], data[5]]));
        data.len() >= 40 && data[0] >> 4 == 6 && length(data) == data.len()
    };
    is_vxlan() || is_geneve() || is_teredo()
}

pub(crate) fn byte(data: &[u8], at: usize) -> Result<u8, Cause> {
    data.get(at).copied().ok_or(Cause::Damaged)
}

pub(crate) fn be16(data: &[u8], at: usize) -> Result<u16, Cause> {
    let bytes = data.get(at..at + 2).ok_or(Cause::Damaged)?;
    Ok(u16::from_be_bytes([bytes[0], bytes[1]]))
}

fn be32(data: &[u8], at: usize) -> Result<u32, Cause> {
    let bytes = data.get(at..).and_then(<[u8]>::first_chunk);
    bytes.copied().map(u32::from_be_bytes).ok_or(Cause::Damaged)
}

pub(crate) fn rest(data: &[u8], from: usize) -> Result<&[u8], Cause> {
    data.get(from..).ok_or(Cause::Damaged)
}
