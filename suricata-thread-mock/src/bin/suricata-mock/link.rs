//! The layers below IP, as Suricata 8.0.8 decodes them, found by trial.

use pcap_parser::Linktype;

use crate::decode::{Cause, Decoded, be16, byte, ipv4, ipv6, rest};

/// Returns an error for link types that Suricata does not read.
pub(crate) fn supported(link: Linktype) -> Result<(), String> {
    match link {
        Linktype::ETHERNET
        | Linktype::RAW
        | Linktype(12)
        | Linktype::IPV4
        | Linktype::IPV6
        | Linktype::NULL
        | Linktype::LINUX_SLL
        | Linktype::LINUX_SLL2 => Ok(()),
        other => Err(format!(
            "the link type {} is not supported; Ethernet, raw IP, Linux cooked and BSD NULL are",
            other.0
        )),
    }
}

#[inline]
pub(crate) fn decode(link: Linktype, data: &[u8]) -> Decoded<'_> {
    match link {
        Linktype::ETHERNET => by_ether_type(be16(data, 12)?, rest(data, 14)?),
        Linktype::LINUX_SLL => by_ether_type(be16(data, 14)?, rest(data, 16)?),
        Linktype::LINUX_SLL2 => by_ether_type(be16(data, 0)?, rest(data, 20)?),
        Linktype::NULL => match rest(data, 4).map(|rest| (&data[..4], rest))? {
            ([2, 0, 0, 0], ip) => ipv4(ip, NO_VLANS),
            // As on Linux, NetBSD, FreeBSD and macOS.
            ([10 | 24 | 28 | 30, 0, 0, 0], ip) => ipv6(ip, NO_VLANS),
            _ => Err(Cause::NotIp),
        },
        _ => raw(data, NO_VLANS),
    }
}

const NO_VLANS: [u16; 3] = [0; 3];

fn by_ether_type(mut ether_type: u16, mut data: &[u8]) -> Decoded<'_> {
    let mut vlans = NO_VLANS;
    let mut free = vlans.iter_mut();
    while let 0x8100 | 0x88a8 | 0x9100 = ether_type {
        *free.next().ok_or(Cause::Damaged)? = be16(data, 0)? & 0xfff;
        (ether_type, data) = (be16(data, 2)?, rest(data, 4)?);
    }
    match ether_type {
        0x0800 => ipv4(data, vlans),
        0x86dd => ipv6(data, vlans),
        0x8847 | 0x8848 => mpls(data, vlans),
        0x8864 => pppoe(rest(data, 6)?, vlans),
        _ => Err(Cause::NotIp),
    }
}

fn mpls(mut data: &[u8], vlans: [u16; 3]) -> Decoded<'_> {
    loop {
        let is_last = byte(data, 2)? & 1 == 1;
        data = rest(data, 4)?;
        if is_last {
            break;
        }
    }
    match byte(data, 0)? >> 4 {
        4 => ipv4(data, vlans),
        6 => ipv6(data, vlans),
        _ => Err(Cause::Tunnel),
    }
}

fn pppoe(data: &[u8], vlans: [u16; 3]) -> Decoded<'_> {
    // A protocol of one byte is odd.
    let (protocol, data) = match byte(data, 0)? {
        odd if odd & 1 == 1 => (u16::from(odd), rest(data, 1)?),
        _ => (be16(data, 0)?, rest(data, 2)?),
    };
    match protocol {
        0x21 => ipv4(data, vlans),
        0x57 => ipv6(data, vlans),
        _ => Err(Cause::NotIp),
    }
}

fn raw(data: &[u8], vlans: [u16; 3]) -> Decoded<'_> {
    match byte(data, 0)? >> 4 {
        4 => ipv4(data, vlans),
        6 => ipv6(data, vlans),
        _ => Err(Cause::NotIp),
    }
}
