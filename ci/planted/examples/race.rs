//! Changes one number on two threads without a lock.

use std::cell::UnsafeCell;

struct Shared(UnsafeCell<u64>);

// SAFETY: none: this is the planted fault.
unsafe impl Sync for Shared {}

static SHARED: Shared = Shared(UnsafeCell::new(0));

fn main() {
    planted::run::<u64>(|_, _| {
        let shared = SHARED.0.get();
        // SAFETY: none: this is the planted fault.
        unsafe { shared.write(shared.read() + 1) };
    });
}
