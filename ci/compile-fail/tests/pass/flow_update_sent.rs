//! The nearest neighbour: a `ThreadVars` can't be sent out of a flow update callback.

use suricata_thread_mock as _;
fn main() {
    let _ = suricata_thread::flow::register_update_callback(|tv, _, _| {
        let address = tv.as_ptr().addr();
        std::thread::scope(|scope| {
            scope.spawn(move || address);
        });
    });
}
