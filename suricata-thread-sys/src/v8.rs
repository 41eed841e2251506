//! Declarations for Suricata 8.0.x only: storage, properties of flows, and the API version.
#![allow(non_snake_case)]

use crate::common::StorageFreeFn;
use crate::{Flow, ThreadVars};

include!("bindings/v8.rs");
