//! A plugin that starts a thread too early, in its init, and one too late, with its first packet; both times, it
//! registers a callback. The process that goes on uses and drops a value that init has made.

use std::process;
use std::sync::{Mutex, Once};
use std::thread::{self, sleep};
use std::time::Duration;

use suricata_thread::{SCLogNotice, ThreadStorage, flow, plugin, register_init_callback};

plugin! { name: "own-threads", version: "1", author: "You", license: "MIT", init: init }

/// The value that init makes, and that is stored with the first packet.
struct Made {
    by: u32,
    packets: u32,
}

impl Drop for Made {
    fn drop(&mut self) {
        let (here, used) = (self.by == process::id(), self.packets > 0);
        SCLogNotice!("own-threads: made here: {here}, used: {used}");
    }
}

fn init() -> Result<(), &'static str> {
    // With `-D`, the process that goes on lacks this thread.
    thread::spawn(|| {
        loop {
            let _ = register_init_callback(|_| {});
            sleep(Duration::from_micros(50));
        }
    });
    // While init runs, some of its registrations succeed.
    sleep(Duration::from_millis(5));
    let (by, packets) = (process::id(), 0);
    let (once, made) = (Once::new(), Mutex::new(Some(Made { by, packets })));
    let slot = ThreadStorage::register("own-threads")?;
    flow::register_update_callback(move |tv, _, _| {
        once.call_once(|| {
            let registered = register_init_callback(|_| {});
            let started = thread::Builder::new().spawn(|| {}).map(drop);
            SCLogNotice!("own-threads: late: {registered:?}, {started:?}");
            let made = made.lock().unwrap().take().unwrap();
            slot.get_or_insert_with(tv, || made).unwrap();
        });
        if let Some(made) = slot.get_mut(tv) {
            made.packets += 1;
        }
    })
}
