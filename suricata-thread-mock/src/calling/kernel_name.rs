//! The kernel's names of threads, which Suricata sets.

/// Returns the old name.
#[cfg(target_os = "linux")]
pub(crate) fn replace(name: &str) -> String {
    let mut before = [0_u8; 16];
    let mut new = [0_u8; 16];
    let length = name.len().min(15);
    new[..length].copy_from_slice(&name.as_bytes()[..length]);
    // SAFETY: both have room for 16 bytes, and the new one ends in 0.
    unsafe {
        libc::prctl(libc::PR_GET_NAME, before.as_mut_ptr());
        libc::prctl(libc::PR_SET_NAME, new.as_ptr());
    }
    let end = before.iter().position(|byte| *byte == 0);
    String::from_utf8_lossy(&before[..end.unwrap_or(16)]).into_owned()
}

/// Other systems have no such name, or no way to read it.
#[cfg(not(target_os = "linux"))]
pub(crate) fn replace(_name: &str) -> String {
    String::new()
}
