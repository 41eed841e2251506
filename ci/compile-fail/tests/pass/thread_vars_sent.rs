//! The nearest neighbour: a `ThreadVars` can't be sent to another thread.

use suricata_thread_mock as _;
fn main() {
    let _ = suricata_thread::register_init_callback(|tv| {
        let address = tv.as_ptr().addr();
        std::thread::scope(|scope| {
            scope.spawn(move || address);
        });
    });
}
