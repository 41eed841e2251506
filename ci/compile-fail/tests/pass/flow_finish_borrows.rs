//! The nearest neighbour: a flow finish callback can't borrow: it is kept for ever.

use suricata_thread_mock as _;
fn main() {
    let text = String::from("text");
    let _ = suricata_thread::flow::register_finish_callback(move |_, _| assert_eq!(text.len(), 4));
}
