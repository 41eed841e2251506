//! Reading C strings.

use std::ffi::{CStr, c_char};

/// Returns the text; NULL is empty.
///
/// # Safety
/// `text` is NULL or a C string.
pub(crate) unsafe fn text(text: *const c_char) -> String {
    // SAFETY: the caller's promise.
    unsafe { text_unless_null(text) }.unwrap_or_default()
}

/// Returns the text, or `None` for NULL. Replaces bytes that are not UTF-8.
///
/// # Safety
/// `text` is NULL or a C string.
pub(crate) unsafe fn text_unless_null(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not NULL, so a C string by the caller's promise.
    let text = unsafe { CStr::from_ptr(text) };
    Some(text.to_string_lossy().into_owned())
}
