//! A callback can't borrow: it is kept for ever.

use suricata_thread::{flow, register_init_callback};

fn main() {
    let text = String::from("text");
    let _ = register_init_callback(|_| assert_eq!(text.len(), 4));
    let _ = flow::register_init_callback(|_, _, _| assert_eq!(text.len(), 4));
    let _ = flow::register_update_callback(|_, _, _| assert_eq!(text.len(), 4));
    let _ = flow::register_finish_callback(|_, _| assert_eq!(text.len(), 4));
}
