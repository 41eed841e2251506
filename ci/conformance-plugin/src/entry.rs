//! The entry point of the plugins.

use std::cell::UnsafeCell;
use std::ffi::CStr;

use suricata_thread_sys::Generation;
use suricata_thread_sys::common::SCPlugin;

use crate::api;

/// A plugin, as the host wants it described.
pub struct Entry {
    v8: Plugin,
    v9: Plugin,
}

struct Plugin(UnsafeCell<SCPlugin>);

// SAFETY: nobody in here reads or writes what is in the cell, and what it points to is constant.
unsafe impl Sync for Plugin {}

impl Entry {
    /// A plugin for the host's generation.
    pub const fn new(name: &'static CStr, init: unsafe extern "C" fn()) -> Self {
        Self {
            v8: plugin(Generation::V8.api_version(), name, init),
            v9: plugin(Generation::V9.api_version(), name, init),
        }
    }

    /// A plugin that says it is for the API version `version`.
    pub const fn for_version(
        version: u64,
        name: &'static CStr,
        init: unsafe extern "C" fn(),
    ) -> Self {
        Self {
            v8: plugin(version, name, init),
            v9: plugin(version, name, init),
        }
    }

    /// What `SCPluginRegister` returns.
    pub fn as_ptr(&self) -> *mut SCPlugin {
        match api::generation() {
            Generation::V8 => self.v8.0.get(),
            _ => self.v9.0.get(),
        }
    }
}

const fn plugin(version: u64, name: &'static CStr, init: unsafe extern "C" fn()) -> Plugin {
    Plugin(UnsafeCell::new(SCPlugin {
        version,
        suricata_version: c"0".as_ptr(),
        name: name.as_ptr(),
        plugin_version: c"1".as_ptr(),
        license: c"MIT OR Apache-2.0".as_ptr(),
        author: c"The suricata-thread developers".as_ptr(),
        Init: Some(init),
    }))
}
