//! The slots that hold each pointer, so that it is freed once.

use std::collections::HashMap;
use std::ffi::c_void;

#[derive(Default)]
pub(crate) struct Held(HashMap<usize, Vec<Holder>>);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) token: usize,
    pub(crate) index: usize,
}

/// Returns `true` for NULL, numbers, and Rust's dangling pointers, whose address is an alignment.
fn may_be_shared(ptr: *mut c_void) -> bool {
    ptr.addr() < 65536 || ptr.addr().is_power_of_two()
}

/// Returns `false` for numbers, where nothing is mapped, and for statics, which are in a loaded
/// file.
pub(crate) fn may_be_memory(ptr: *mut c_void) -> bool {
    // SAFETY: it takes a number.
    let page_size = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096);
    let page = ptr.map_addr(|address| address & !(page_size - 1));
    let mut is_resident = [0];
    // SAFETY: `mincore` refuses unmapped pages and writes one byte for the one page; nothing reads the page.
    let is_mapped = unsafe { libc::mincore(page, page_size, is_resident.as_mut_ptr()) } == 0;
    // SAFETY: all zero is a valid value: NULL and no address.
    let mut symbol = unsafe { std::mem::zeroed::<libc::Dl_info>() };
    // SAFETY: `dladdr` takes any address, and fills `symbol`.
    is_mapped && unsafe { libc::dladdr(ptr, &raw mut symbol) } == 0
}

impl Held {
    pub(crate) fn add(&mut self, ptr: *mut c_void, holder: Holder) {
        if !may_be_shared(ptr) {
            self.0.entry(ptr.addr()).or_default().push(holder);
        }
    }

    pub(crate) fn remove(&mut self, ptr: *mut c_void, holder: Holder) -> Option<Holder> {
        let holders = self.0.get_mut(&ptr.addr())?;
        holders.retain(|other| *other != holder);
        let other = holders.first().copied();
        if other.is_none() {
            self.0.remove(&ptr.addr());
        }
        other
    }
}
