//! A `ThreadVars` can't be sent out of a flow init callback.

fn main() {
    let _ = suricata_thread::flow::register_init_callback(|tv, _, _| {
        std::thread::scope(|scope| {
            scope.spawn(move || tv.as_ptr().is_null());
        });
    });
}
