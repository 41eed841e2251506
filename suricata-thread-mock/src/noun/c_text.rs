//! Texts of C.

use std::ffi::{CStr, c_char};

/// A C string's text; NULL is the empty text.
///
/// # Safety
/// `text` is NULL or a C string.
pub(crate) unsafe fn text(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: not NULL, so a C string by the caller's promise.
    unsafe { CStr::from_ptr(text) }
        .to_string_lossy()
        .into_owned()
}
