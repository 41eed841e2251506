//! The nearest neighbour: a thread init callback can't borrow: it is kept for ever.

use suricata_thread_mock as _;
fn main() {
    let text = String::from("text");
    let _ = suricata_thread::register_init_callback(move |_| assert_eq!(text.len(), 4));
}
