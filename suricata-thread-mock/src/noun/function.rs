//! A function of the C API.

use suricata_thread_sys::Generation;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// `None` if both have it.
    pub(crate) generation: Option<Generation>,
    #[allow(
        dead_code,
        reason = "the feature `open` compares it with what plugins find"
    )]
    pub(crate) address: *const (),
}
