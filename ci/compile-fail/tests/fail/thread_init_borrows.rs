//! A thread init callback can't borrow: it is kept for ever.

fn main() {
    let text = String::from("text");
    let _ = suricata_thread::register_init_callback(|_| assert_eq!(text.len(), 4));
}
