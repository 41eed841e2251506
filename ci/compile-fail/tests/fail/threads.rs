//! Callbacks must be `Send` and `Sync`, since they are made on one thread and called on many. Values must be `Send`,
//! since up to three threads make, use and drop them. A `ThreadVars` and a `Flow` stay on their thread.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard};

use suricata_thread::flow::{self, Flow};
use suricata_thread::{ThreadStorage, ThreadVars, register_init_callback};

static COUNT: Mutex<u64> = Mutex::new(0);

fn not_send(guard: fn() -> MutexGuard<'static, u64>) {
    let (a, b, c, d) = (guard(), guard(), guard(), guard());
    let _ = register_init_callback(move |_| assert_eq!(*a, 0));
    let _ = flow::register_init_callback(move |_, _, _| assert_eq!(*b, 0));
    let _ = flow::register_update_callback(move |_, _, _| assert_eq!(*c, 0));
    let _ = flow::register_finish_callback(move |_, _| assert_eq!(*d, 0));
}

fn not_sync() {
    // Several types, since the compiler reports each only once.
    let (a, b, c, d) = (Cell::new(1_u8), Cell::new(1_u16), Cell::new(1_u32), Cell::new(1_u64));
    let _ = register_init_callback(move |_| a.set(1));
    let _ = flow::register_init_callback(move |_, _, _| b.set(1));
    let _ = flow::register_update_callback(move |_, _, _| c.set(1));
    let _ = flow::register_finish_callback(move |_, _| d.set(1));
}

fn value_not_send() {
    let _ = ThreadStorage::<Rc<u64>>::register("slot");
}

fn send(tv: &mut ThreadVars<'_>) {
    std::thread::scope(|scope| {
        scope.spawn(move || tv.as_ptr().is_null());
    });
}

fn share(slot: ThreadStorage<u64>, tv: &ThreadVars<'_>) -> Option<u64> {
    std::thread::scope(|scope| scope.spawn(|| slot.get(tv).copied()).join().unwrap())
}

fn elsewhere<T: Send + Sync>(_: T) {}

fn flow_elsewhere(flow: &mut Flow<'_>) {
    elsewhere(flow);
}

fn main() {
    not_send(|| COUNT.lock().unwrap());
    let _ = (not_sync, value_not_send, send, share, flow_elsewhere);
}
