//! Writing to stderr, bypassing the test harness.

/// A line of this length is one write, which other threads do not tear.
const LONGEST: usize = 1024;

/// Signal handlers may call this.
pub(crate) fn write(parts: &[&str]) {
    let (mut buffer, mut used) = ([0; LONGEST], 0);
    for part in parts {
        for byte in part.bytes() {
            if used == LONGEST {
                write_all(&buffer);
                used = 0;
            }
            buffer[used] = byte;
            used += 1;
        }
    }
    write_all(&buffer[..used]);
}

fn write_all(mut rest: &[u8]) {
    while !rest.is_empty() {
        // SAFETY: the bytes are there.
        let written = unsafe { libc::write(libc::STDERR_FILENO, rest.as_ptr().cast(), rest.len()) };
        let Ok(written @ 1..) = usize::try_from(written) else {
            return;
        };
        rest = &rest[written..];
    }
}
