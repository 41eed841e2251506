//! The names and signatures of Suricata 9.0 alone: storage and the API version.
#![allow(non_snake_case)]
#![cfg_attr(
    all(feature = "bindgen", not(feature = "suricata-8")),
    allow(missing_docs)
)]

use crate::ThreadVars;
#[allow(unused_imports, reason = "Suricata's headers don't name this type")]
use crate::common::StorageFreeFn;

#[cfg(not(all(feature = "bindgen", not(feature = "suricata-8"))))]
include!("bindings/v9.rs");
#[cfg(all(feature = "bindgen", not(feature = "suricata-8")))]
include!(concat!(env!("OUT_DIR"), "/v9.rs"));
