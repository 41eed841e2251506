//! The C functions themselves, of both generations.
//!
//! Plugins reach them by their C names; nobody needs to call them through these modules. They are
//! public so that their types can be checked against the declarations.

pub mod common;
pub mod v8;
pub mod v9;
