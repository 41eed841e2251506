//! A `ThreadVars` can't be sent out of a flow finish callback.

fn main() {
    let _ = suricata_thread::flow::register_finish_callback(|tv, _| {
        std::thread::scope(|scope| {
            scope.spawn(move || tv.as_ptr().is_null());
        });
    });
}
