//! The names and signatures of Suricata 8.0.x alone: storage and the API version.
#![allow(non_snake_case)]
#![cfg_attr(all(feature = "bindgen", feature = "suricata-8"), allow(missing_docs))]

use crate::ThreadVars;
#[allow(unused_imports, reason = "Suricata's headers don't name this type")]
use crate::common::StorageFreeFn;

#[cfg(not(all(feature = "bindgen", feature = "suricata-8")))]
include!("bindings/v8.rs");
#[cfg(all(feature = "bindgen", feature = "suricata-8"))]
include!(concat!(env!("OUT_DIR"), "/v8.rs"));
