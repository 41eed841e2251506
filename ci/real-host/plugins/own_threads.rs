//! A plugin that starts a thread too early, in its init, and one too late, with its first packet; both register.

use std::sync::Once;
use std::thread::{self, sleep};
use std::time::Duration;

use suricata_thread::{SCLogNotice, flow, plugin, register_init_callback};

plugin! { name: "own-threads", version: "1", author: "You", license: "MIT", init: init }

fn init() -> Result<(), &'static str> {
    // With `-D`, it is not in the process that goes on.
    thread::spawn(|| {
        loop {
            let _ = register_init_callback(|_| {});
            sleep(Duration::from_micros(50));
        }
    });
    // So that some of these are registered meanwhile.
    sleep(Duration::from_millis(5));
    let once = Once::new();
    flow::register_update_callback(move |_, _, _| {
        once.call_once(|| {
            let registered = register_init_callback(|_| {});
            let started = thread::Builder::new().spawn(|| {}).map(drop);
            SCLogNotice!("own-threads: late: {registered:?}, {started:?}");
        });
    })
}
