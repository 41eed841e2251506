//! Who began a flow: from functions of the host that `suricata-thread` does not have.
//!
//! Any function that Suricata exports can be declared here; the tests define these functions, since
//! the mock does not have them either.

use std::net::IpAddr;

use suricata_thread::sys::{Flow, Packet};

#[cfg(feature = "suricata-8")]
pub use v8::JsonAddrInfo;
#[cfg(feature = "suricata-8")]
pub(crate) use v8::of;
#[cfg(not(feature = "suricata-8"))]
pub(crate) use v9::of;

/// 8.0.x has no function for the addresses of a flow. Its JSON output has one for those of a packet,
/// and a flow init callback gets the first packet, which comes from whoever began the flow.
#[cfg(feature = "suricata-8")]
mod v8 {
    use std::ffi::{CStr, c_uint};

    use super::{Flow, IpAddr, Packet};

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

    unsafe extern "C" {
        fn JsonAddrInfoInit(packet: *const Packet, direction: c_uint, info: *mut JsonAddrInfo);
    }

    /// Who began a flow. `None` if that is no IP address, or if the host has written more than the
    /// fields that are known, so that these may be others as well.
    ///
    /// # Safety
    ///
    /// The pointers are those that the host has given to the flow init callback which is running.
    pub(crate) unsafe fn of(_flow: *const Flow, packet: *const Packet) -> Option<IpAddr> {
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
        // bytes is upheld by Suricata 8.0.x alone: 8.0.8 does, and `ci/examples` runs this in it.
        unsafe { JsonAddrInfoInit(packet, LOG_DIR_PACKET, &mut info) };
        if info.spare != [0; SPARE] {
            return None;
        }
        let text = CStr::from_bytes_until_nul(&info.src_ip).ok()?;
        text.to_str().ok()?.parse().ok()
    }
}

/// 9.0 has functions for the addresses of a flow.
#[cfg(not(feature = "suricata-8"))]
mod v9 {
    use super::{Flow, IpAddr, Packet};

    unsafe extern "C" {
        fn SCFlowIsIPv4(flow: *const Flow) -> bool;
        fn SCFlowIsIPv6(flow: *const Flow) -> bool;
        fn SCFlowGetSourceAddressAsRawPtr(flow: *const Flow) -> *const u8;
    }

    /// Who began a flow. `None` if that is no IP address.
    ///
    /// # Safety
    ///
    /// The pointers are those that the host has given to the flow init callback which is running.
    pub(crate) unsafe fn of(flow: *const Flow, _packet: *const Packet) -> Option<IpAddr> {
        // SAFETY: the flow is the caller's promise, for all three.
        let (v4, v6, address) = unsafe {
            (
                SCFlowIsIPv4(flow),
                SCFlowIsIPv6(flow),
                SCFlowGetSourceAddressAsRawPtr(flow),
            )
        };
        if address.is_null() {
            None
        } else if v4 {
            // SAFETY: the address of an IPv4 flow, in network byte order, which is the flow's own
            // and so there while the flow is.
            Some(unsafe { *address.cast::<[u8; 4]>() }.into())
        } else if v6 {
            // SAFETY: as above, of an IPv6 flow.
            Some(unsafe { *address.cast::<[u8; 16]>() }.into())
        } else {
            None
        }
    }
}
