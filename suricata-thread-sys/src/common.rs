//! The declarations that Suricata 8.0.x and 9.0 have in common: thread and flow callbacks, log, plugin.
#![allow(non_snake_case)]

use crate::{Flow, Packet, ThreadVars};

include!("bindings/common.rs");

/// The type of `SCPluginRegister` itself: [`SCPluginRegisterFunc`] without NULL.
pub type EntryPoint = unsafe extern "C" fn() -> *mut SCPlugin;
