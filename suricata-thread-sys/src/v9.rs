//! The declarations of Suricata 9.0 alone: storage, what a flow can tell, and the API version.
#![allow(non_snake_case)]

use crate::common::StorageFreeFn;
use crate::{Flow, ThreadVars};

include!("bindings/v9.rs");
