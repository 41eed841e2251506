//! Who began a flow: in 9.0 the flow tells, in 8.0.x a function that `suricata-thread` does not have.
//!
//! Any function that Suricata exports can be declared in `host_functions!`. It is `None` in a
//! Suricata that lacks it, which loads the plugin all the same. The mock does not have this one; the
//! tests define it.

use std::ffi::{CStr, c_uint};
use std::net::IpAddr;

use suricata_thread::flow::Flow;
use suricata_thread::sys::Packet;
use suricata_thread::{Generation, generation, host_functions};

host_functions! {
    // For 8.0.x, which has no function for the addresses of a flow. Its JSON output has one for
    // those of a packet, and a flow init callback gets the first packet, which is from whoever
    // began the flow.
    fn JsonAddrInfoInit(packet: *const Packet, direction: c_uint, info: *mut JsonAddrInfo);
}

/// Who began a flow; `None` if that is no IP address.
///
/// # Safety
///
/// The packet is the one that the host has given to the flow init callback which is running.
pub(crate) type SourceOf = unsafe fn(&Flow<'_>, *const Packet) -> Option<IpAddr>;

/// The way to ask this Suricata who began a flow.
///
/// # Errors
///
/// It has no function for that.
pub(crate) fn of_this_host() -> Result<SourceOf, &'static str> {
    match generation() {
        Some(Generation::V8) if JsonAddrInfoInit.is_some() => Ok(in_8),
        Some(Generation::V9) => Ok(in_9),
        _ => Err("this Suricata has no function that tells who began a flow"),
    }
}

/// The addresses of a packet, as the host writes them. Texts end in a NUL.
///
/// The fields are as in 8.0.8. The type is internal to Suricata, which does not promise to keep it
/// in a patch release: therefore the spare bytes.
#[repr(C)]
pub struct JsonAddrInfo {
    /// The source address.
    pub src_ip: [u8; 46],
    /// The destination address.
    pub dst_ip: [u8; 46],
    /// The source port.
    pub sp: u16,
    /// The destination port.
    pub dp: u16,
    /// The protocol above IP.
    pub proto: [u8; 16],
    /// Whether the protocol has ports.
    pub log_port: bool,
    /// For what a later 8.0.x may write beyond the fields above: 8.0.8 leaves it alone.
    pub spare: [u8; SPARE],
}

const SPARE: usize = 128;

/// Source and destination as in the packet itself, of the C enum `SCOutputJsonLogDirection`.
const LOG_DIR_PACKET: c_uint = 0;

/// `None` as well if the host has written more than the fields that are known, so that these may be
/// others too.
unsafe fn in_8(_flow: &Flow<'_>, packet: *const Packet) -> Option<IpAddr> {
    let mut info = JsonAddrInfo {
        src_ip: [0; 46],
        dst_ip: [0; 46],
        sp: 0,
        dp: 0,
        proto: [0; 16],
        log_port: false,
        spare: [0; SPARE],
    };
    // SAFETY: the packet is the caller's promise. Suricata 8.0.x writes to `info` during the call,
    // all of which is initialized, and keeps no pointer to it. That it writes no more than these
    // bytes is upheld by Suricata 8.0.x alone: 8.0.8 does, and `ci/check examples` runs this in it.
    unsafe { JsonAddrInfoInit?(packet, LOG_DIR_PACKET, &mut info) };
    if info.spare != [0; SPARE] {
        return None;
    }
    let text = CStr::from_bytes_until_nul(&info.src_ip).ok()?;
    text.to_str().ok()?.parse().ok()
}

unsafe fn in_9(flow: &Flow<'_>, _packet: *const Packet) -> Option<IpAddr> {
    flow.source_address()
}
