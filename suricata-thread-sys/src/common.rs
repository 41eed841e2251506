//! What Suricata 8.0.x and 9.0 have in common: thread and flow callbacks, log, plugin.
#![allow(non_snake_case)]
#![cfg_attr(feature = "bindgen", allow(missing_docs))]

use crate::{Flow, Packet, ThreadVars};

#[cfg(not(feature = "bindgen"))]
include!("bindings/common.rs");
#[cfg(feature = "bindgen")]
include!(concat!(env!("OUT_DIR"), "/common.rs"));
