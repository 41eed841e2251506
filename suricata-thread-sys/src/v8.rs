//! The declarations of Suricata 8.0.x alone: storage, what a flow can tell, and the API version.
#![allow(non_snake_case)]

use crate::common::StorageFreeFn;
use crate::{Flow, ThreadVars};

include!("bindings/v8.rs");
