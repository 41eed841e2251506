//! A callback must be `Send`: it is made on one thread, and called on others.

use std::sync::{Mutex, MutexGuard};

use suricata_thread::{flow, register_init_callback};

static COUNT: Mutex<u64> = Mutex::new(0);

fn guard() -> MutexGuard<'static, u64> {
    COUNT.lock().unwrap()
}

fn main() {
    let (a, b, c, d) = (guard(), guard(), guard(), guard());
    let _ = register_init_callback(move |_| assert_eq!(*a, 0));
    let _ = flow::register_init_callback(move |_, _, _| assert_eq!(*b, 0));
    let _ = flow::register_update_callback(move |_, _, _| assert_eq!(*c, 0));
    let _ = flow::register_finish_callback(move |_, _| assert_eq!(*d, 0));
}
