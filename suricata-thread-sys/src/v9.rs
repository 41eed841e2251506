//! The declarations of Suricata 9.0 alone: storage and the API version.
#![allow(non_snake_case)]

use crate::ThreadVars;
use crate::common::StorageFreeFn;

include!("bindings/v9.rs");
