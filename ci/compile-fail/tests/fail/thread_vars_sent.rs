//! A `ThreadVars` can't be sent to another thread.

fn main() {
    let _ = suricata_thread::register_init_callback(|tv| {
        std::thread::scope(|scope| {
            scope.spawn(move || tv.as_ptr().is_null());
        });
    });
}
