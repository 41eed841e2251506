//! A plugin that makes the mistake that `WRONG_TURN` names, or none without it.

use suricata_thread::{self as thread, SCLogError, ThreadStorage, flow, plugin};

plugin! { name: "lost", version: "1", author: "You", license: "MIT", init: init }

fn init() -> Result<(), &'static str> {
    let storage = ThreadStorage::<u64>::register("lost")?;
    match std::env::var("WRONG_TURN").as_deref() {
        Ok("name used twice") => drop(ThreadStorage::<u32>::register("lost")?),
        Ok("late") => thread::register_init_callback(|_tv| {
            if let Err(error) = ThreadStorage::<u32>::register("lost: late") {
                SCLogError!("lost: {error}");
            }
        })?,
        Ok("panic") => flow::register_init_callback(|_tv, _flow, _packet| panic!("no flows"))?,
        Ok("own thread") => {
            let logged = std::thread::spawn(|| SCLogError!("lost: on a thread of its own")).join();
            logged.map_err(|_| "the thread panicked")?;
        }
        _ => {}
    }
    thread::register_init_callback(move |tv| {
        if let Err(error) = storage.get_or_insert_default(tv) {
            SCLogError!("lost: {error}");
        }
    })
}
