//! The nearest neighbour: a `ThreadVars` can't be sent out of a flow finish callback.

use suricata_thread_mock as _;
fn main() {
    let _ = suricata_thread::flow::register_finish_callback(|tv, _| {
        let address = tv.as_ptr().addr();
        std::thread::scope(|scope| {
            scope.spawn(move || address);
        });
    });
}
