//! Declarations for Suricata 9.0 only: storage, properties of flows, and the API version.
#![allow(non_snake_case)]

use crate::common::StorageFreeFn;
use crate::{Flow, ThreadVars};

include!("bindings/v9.rs");
