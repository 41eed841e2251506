//! Writing to stderr past the test harness.

/// Safe in signal handlers.
pub(crate) fn write(parts: &[&str]) {
    for part in parts {
        let mut rest = part.as_bytes();
        while !rest.is_empty() {
            // SAFETY: the bytes are there.
            let written =
                unsafe { libc::write(libc::STDERR_FILENO, rest.as_ptr().cast(), rest.len()) };
            let Ok(written @ 1..) = usize::try_from(written) else {
                return;
            };
            rest = &rest[written..];
        }
    }
}
