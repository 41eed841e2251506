use std::fmt;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::ptr::NonNull;
use std::time::Duration;

use crate::host::{self, LACKING, functions};
use crate::sys;

/// Exclusive access to one flow, for the length of a callback.
///
/// A [`FlowStorage`](crate::flow::FlowStorage) borrows the `Flow` to read its value, and borrows it mutably to change
/// the value. The host holds the flow's lock until the callback returns, so a `Flow` can be neither kept nor sent to
/// another thread: callbacks receive a reference, and the type is neither [`Send`] nor [`Sync`].
///
/// Suricata 8.0 has no C function for some methods, which return `None` there. The example `top-talkers` in the
/// repository gets addresses in 8.0 from the packet.
///
/// ```
/// # use suricata_thread_mock as _;
/// use suricata_thread::{SCLogInfo, flow};
///
/// fn init() -> Result<(), &'static str> {
///     flow::register_init_callback(|_tv, flow, _packet| {
///         let (from, port) = (flow.source_address(), flow.source_port());
///         SCLogInfo!("my-plugin: a flow from {from:?}, port {port}");
///     })
/// }
/// ```
pub struct Flow<'a> {
    ptr: NonNull<sys::Flow>,
    _host_lends: PhantomData<&'a mut sys::Flow>,
}

/// Calls a function of the host's generation; both generations have one. Returns a `$returned`.
macro_rules! of_host {
    ($returned:ty, $v8:ident, $v9:ident, $flow:expr $(, $argument:expr)*) => {
        if host::is_9() {
            // SAFETY: the flow is live and used by this thread alone (H11, R10), and the function only reads it.
            <$returned>::from(unsafe { functions::$v9.expect(LACKING)($flow.ptr.as_ptr() $(, $argument)*) })
        } else {
            // SAFETY: the same.
            <$returned>::from(unsafe { functions::$v8.expect(LACKING)($flow.ptr.as_ptr() $(, $argument)*) })
        }
    };
}

/// Calls a function that 9.0 alone has; `None` in 8.0.
macro_rules! of_9 {
    ($function:ident, $flow:expr) => {
        if host::is_9() {
            // SAFETY: the flow is live and used by this thread alone (H11, R10), and the function only reads it.
            functions::$function.map(|function| unsafe { function($flow.ptr.as_ptr()) })
        } else {
            None
        }
    };
}

impl Flow<'_> {
    /// Wraps the `Flow` that the host passed to a raw callback, such as one registered through `suricata-sys`.
    ///
    /// Callbacks that are registered through this crate receive a `Flow` already.
    ///
    /// # Safety
    ///
    /// For the whole lifetime of the result:
    ///
    /// - `flow` is not null, and points to a flow that the host has locked for the calling thread, as it does for flow
    ///   callbacks;
    /// - the host created the flow after it had closed the storage registration;
    /// - the flow's storage is used through the result only: there is no second `Flow<'_>` for the same flow, and no
    ///   call of the C storage API with it.
    pub const unsafe fn from_ptr(flow: *mut sys::Flow) -> Self {
        Self {
            // SAFETY: the caller promises that `flow` is not null.
            ptr: unsafe { NonNull::new_unchecked(flow) },
            _host_lends: PhantomData,
        }
    }

    /// Returns the host's pointer to the flow, to log it or to pass it to the host's C API.
    ///
    /// The pointer is never null. A C function that takes a `*mut` gets its `cast_mut()`. The host reuses the pointer for
    /// a later flow.
    pub const fn as_ptr(&self) -> *const sys::Flow {
        self.ptr.as_ptr()
    }

    pub(crate) const fn as_mut_ptr(&mut self) -> *mut sys::Flow {
        self.ptr.as_ptr()
    }

    /// Returns the time of the flow's latest packet, counted from the Unix epoch.
    ///
    /// In a flow update callback, the packet at hand is included. In a flow init callback, the result is `None`.
    pub fn last_time(&self) -> Option<Duration> {
        let (mut seconds, mut microseconds) = (0, 0);
        of_host!(
            (),
            FlowGetLastTimeAsParts,
            SCFlowGetLastTimeAsParts,
            self,
            &mut seconds,
            &mut microseconds
        );
        let time = Duration::from_secs(seconds).saturating_add(Duration::from_micros(microseconds));
        (!time.is_zero()).then_some(time)
    }

    /// Returns the host's flags for the flow, whose meaning depends on the version of Suricata.
    pub fn flags(&self) -> u64 {
        of_host!(u64, FlowGetFlags, SCFlowGetFlags, self)
    }

    /// Returns the flow's source port.
    ///
    /// For protocols without ports, Suricata 8.0.8 has other data here: for ICMP the type and code of a message, for
    /// ESP a part of the SPI.
    pub fn source_port(&self) -> u16 {
        of_host!(u16, FlowGetSourcePort, SCFlowGetSourcePort, self)
    }

    /// Returns the flow's destination port, or [other data](Self::source_port) for a protocol without ports.
    pub fn destination_port(&self) -> u16 {
        of_host!(u16, FlowGetDestinationPort, SCFlowGetDestinationPort, self)
    }

    /// Returns `Some(true)` if the addresses are IPv4 addresses, or `None` in 8.0.
    pub fn is_ipv4(&self) -> Option<bool> {
        of_9!(SCFlowIsIPv4, self)
    }

    /// Returns `Some(true)` if the addresses are IPv6 addresses, or `None` in 8.0.
    pub fn is_ipv6(&self) -> Option<bool> {
        of_9!(SCFlowIsIPv6, self)
    }

    /// Returns the source address, or `None` in 8.0 and for a flow that is neither IPv4 nor IPv6.
    pub fn source_address(&self) -> Option<IpAddr> {
        self.address(of_9!(SCFlowGetSourceAddressAsRawPtr, self)?)
    }

    /// Returns the destination address, or `None` in 8.0 and for a flow that is neither IPv4 nor IPv6.
    pub fn destination_address(&self) -> Option<IpAddr> {
        self.address(of_9!(SCFlowGetDestinationAddressAsRawPtr, self)?)
    }

    /// Returns the IP protocol number, such as 6 for TCP, or `None` in 8.0.
    pub fn ip_protocol(&self) -> Option<u8> {
        of_9!(SCFlowGetIPProtocol, self)
    }

    /// Returns the host's number for the application-layer protocol (0 if not known yet), or `None` in 8.0.
    pub fn app_protocol(&self) -> Option<u16> {
        of_9!(SCFlowGetAppProtocol, self)
    }

    /// Returns the number of packets to the server so far, or `None` in 8.0.
    pub fn to_server_packet_count(&self) -> Option<u32> {
        of_9!(SCFlowGetToServerPacketCount, self)
    }

    /// Returns the number of packets to the client so far, or `None` in 8.0.
    pub fn to_client_packet_count(&self) -> Option<u32> {
        of_9!(SCFlowGetToClientPacketCount, self)
    }

    fn address(&self, bytes: *const u8) -> Option<IpAddr> {
        if bytes.is_null() {
            return None;
        }
        if self.is_ipv4()? {
            // SAFETY: not null, and 4 bytes of the flow, which is locked (H11).
            return Some(unsafe { bytes.cast::<[u8; 4]>().read_unaligned() }.into());
        }
        if self.is_ipv6()? {
            // SAFETY: not null, and 16 bytes of the flow, which is locked (H11).
            return Some(unsafe { bytes.cast::<[u8; 16]>().read_unaligned() }.into());
        }
        None
    }
}

impl fmt::Debug for Flow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Flow").field(&self.ptr).finish()
    }
}
