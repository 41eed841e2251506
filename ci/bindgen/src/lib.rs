//! How bindgen reads the C headers of `suricata-thread-sys`, and those of a Suricata source tree.

pub mod bindings;
pub mod source_tree;
