//! A function of the C API.

use suricata_thread_sys::Generation;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// The only generation that has it; `None` if both do.
    pub(crate) generation: Option<Generation>,
    #[allow(
        dead_code,
        reason = "the feature `open` compares it with the address that plugins find"
    )]
    pub(crate) address: *const (),
}
