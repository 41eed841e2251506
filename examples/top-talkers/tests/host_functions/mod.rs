//! The host function that the mock lacks, for flows of chosen sources.

use std::cell::RefCell;
use std::net::IpAddr;

use suricata_thread_mock::Thread;

thread_local! {
    /// The octets of the source of the next flow on this thread, empty if it has none.
    static SOURCE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Sets the source of the flows that begin on `worker` from now on.
pub fn next_source(worker: &Thread, source: Option<IpAddr>) {
    let octets = match source {
        Some(IpAddr::V4(address)) => address.octets().to_vec(),
        Some(IpAddr::V6(address)) => address.octets().to_vec(),
        None => Vec::new(),
    };
    worker.run(|_| SOURCE.set(octets));
}

pub use v8::write_more;

mod v8 {
    use std::cell::Cell;
    use std::ffi::c_uint;
    use std::net::IpAddr;

    use suricata_thread::sys::Packet;
    use suricata_thread_mock::Thread;
    use top_talkers::source::JsonAddrInfo;

    use super::SOURCE;

    thread_local! {
        /// Whether the host writes a field that the plugin does not know.
        static MORE: Cell<bool> = const { Cell::new(false) };
    }

    /// Makes the host write a field that the plugin does not know, on `worker` from now on.
    pub fn write_more(worker: &Thread) {
        worker.run(|_| MORE.set(true));
    }

    /// Writes nothing for a packet that is not IP, as Suricata does.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn JsonAddrInfoInit(
        _packet: *const Packet,
        direction: c_uint,
        info: *mut JsonAddrInfo,
    ) {
        assert_eq!(direction, 0, "as in the packet");
        // SAFETY: the plugin passes a pointer to its own `info`.
        let info = unsafe { &mut *info };
        if MORE.get() {
            info.spare[0] = 1;
        }
        SOURCE.with_borrow(|octets| {
            let text = match <[u8; 4]>::try_from(&octets[..]) {
                Ok(v4) => IpAddr::from(v4).to_string(),
                Err(_) if octets.is_empty() => return,
                // Suricata writes IPv6 addresses out in full.
                Err(_) => {
                    let groups = octets.chunks(2);
                    let groups = groups.map(|pair| format!("{:02x}{:02x}", pair[0], pair[1]));
                    groups.collect::<Vec<_>>().join(":")
                }
            };
            info.src_ip[..text.len()].copy_from_slice(text.as_bytes());
            info.src_ip[text.len()] = 0;
        });
    }
}
