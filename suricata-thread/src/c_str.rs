//! C strings that the compiler makes of constant texts, for the macros.

use std::ffi::CStr;

/// `text` and a NUL: `N` is its length and one.
pub const fn nul_terminated<const N: usize>(text: &str) -> [u8; N] {
    let mut bytes = [0; N];
    let mut i = 0;
    while i < text.len() {
        bytes[i] = text.as_bytes()[i];
        i += 1;
    }
    bytes
}

/// What [`nul_terminated`] made, as a C string.
pub const fn c_str(bytes: &'static [u8]) -> &'static CStr {
    match CStr::from_bytes_with_nul(bytes) {
        Ok(text) => text,
        Err(_) => panic!("this text contains a NUL, which would end it in C"),
    }
}

/// A constant `&str` as a `&'static CStr`; a NUL in it does not compile.
// Items in a macro are not hygienic: the names are such that `$text` can't mean one of them.
#[doc(hidden)]
#[macro_export]
macro_rules! __c_str {
    ($text:expr) => {
        const {
            const __SURICATA_THREAD_TEXT: &::core::primitive::str = $text;
            const __SURICATA_THREAD_BYTES: &[::core::primitive::u8;
                 __SURICATA_THREAD_TEXT.len() + 1] =
                &$crate::__private::nul_terminated(__SURICATA_THREAD_TEXT);
            $crate::__private::c_str(__SURICATA_THREAD_BYTES)
        }
    };
}
