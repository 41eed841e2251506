//! The entry point of the plugins.

use std::cell::UnsafeCell;
use std::ffi::CStr;

use suricata_thread_sys::common::SCPlugin;

use crate::api;

/// A plugin, as the host wants it described.
pub struct Entry(UnsafeCell<SCPlugin>);

// SAFETY: nobody in here reads or writes what is in the cell, and what it points to is constant.
unsafe impl Sync for Entry {}

impl Entry {
    /// A plugin for the generation that this was built for.
    pub const fn new(name: &'static CStr, init: unsafe extern "C" fn()) -> Self {
        Self::for_version(api::SC_API_VERSION, name, init)
    }

    /// A plugin that says it is for the API version `version`.
    pub const fn for_version(
        version: u64,
        name: &'static CStr,
        init: unsafe extern "C" fn(),
    ) -> Self {
        Self(UnsafeCell::new(SCPlugin {
            version,
            suricata_version: c"0".as_ptr(),
            name: name.as_ptr(),
            plugin_version: c"1".as_ptr(),
            license: c"MIT OR Apache-2.0".as_ptr(),
            author: c"The suricata-thread developers".as_ptr(),
            Init: Some(init),
        }))
    }

    /// What `SCPluginRegister` returns.
    pub const fn as_ptr(&self) -> *mut SCPlugin {
        self.0.get()
    }
}
