//! Declarations for Suricata 8.0.x and 9.0: thread and flow callbacks, the log, and the plugin.
#![allow(non_snake_case)]

use crate::{Flow, Packet, ThreadVars};

include!("bindings/common.rs");

/// The type of `SCPluginRegister`, as a [`SCPluginRegisterFunc`] that is never null.
pub type EntryPoint = unsafe extern "C" fn() -> *mut SCPlugin;

/// A plugin in the same program as its host, as in a test.
#[derive(Debug, Clone, Copy)]
pub struct Plugin(EntryPoint);

impl Plugin {
    /// Creates a plugin from its entry point.
    ///
    /// # Safety
    ///
    /// `entry_point` returns NULL or a plugin that stays valid for the life of the process, with each text NULL or a C
    /// string. A host may call the plugin's `Init`, and what `Init` registers, as Suricata does.
    pub const unsafe fn new(entry_point: EntryPoint) -> Self {
        Self(entry_point)
    }

    /// Returns the entry point.
    pub const fn entry_point(self) -> EntryPoint {
        self.0
    }
}
