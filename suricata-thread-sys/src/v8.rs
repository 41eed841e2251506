//! The declarations of Suricata 8.0.x alone: storage and the API version.
#![allow(non_snake_case)]

use crate::ThreadVars;
use crate::common::StorageFreeFn;

include!("bindings/v8.rs");
