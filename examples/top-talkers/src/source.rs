//! The address that began a flow. In 9.0 the flow has it; 8.0.x needs a function that
//! `suricata-thread` lacks.
//!
//! `host_functions!` can declare any function that Suricata exports. In a Suricata that lacks it, it
//! is `None`, and the plugin loads all the same. The mock lacks this one; the tests define it.

use std::ffi::{CStr, c_uint};
use std::net::IpAddr;

use suricata_thread::flow::Flow;
use suricata_thread::sys::Packet;
use suricata_thread::{Generation, generation, host_functions};

host_functions! {
    // 8.0.x has no function for the addresses of a flow. This one, of its JSON output, returns those
    // of a packet. A flow init callback gets the first packet, whose source began the flow.
    fn JsonAddrInfoInit(packet: *const Packet, direction: c_uint, info: *mut JsonAddrInfo);
}

/// Returns the address that began a flow, or `None` if it is not an IP address.
///
/// # Safety
///
/// The packet is that of the running flow init callback.
pub(crate) type SourceOf = unsafe fn(&Flow<'_>, *const Packet) -> Option<IpAddr>;

/// Returns the function that asks this Suricata who began a flow.
///
/// # Errors
///
/// Returns an error if this Suricata has no such function.
pub(crate) fn of_this_host() -> Result<SourceOf, &'static str> {
    match generation() {
        Some(Generation::V8) if JsonAddrInfoInit.is_some() => Ok(in_8),
        Some(Generation::V9) => Ok(in_9),
        _ => Err("this Suricata has no function that tells who began a flow"),
    }
}

/// The addresses of a packet, as the host writes them. Texts end in a NUL.
///
/// The fields are those of 8.0.8. The type is internal to Suricata, and a patch release may change
/// it, hence the spare bytes.
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
    /// Space for fields that a later 8.0.x may add. 8.0.8 does not write to it.
    pub spare: [u8; SPARE],
}

const SPARE: usize = 128;

/// Source and destination as in the packet; a value of the C enum `SCOutputJsonLogDirection`.
const LOG_DIR_PACKET: c_uint = 0;

/// Also returns `None` if the host has written to the spare bytes: then the other fields may have
/// changed too.
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
    // SAFETY: the caller vouches for the packet. Suricata 8.0.x writes to `info`, which is initialized,
    // only during the call. That no 8.0.x writes past its end is an assumption; `ci/check examples`
    // tries it with 8.0.8.
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
