//! A flow init callback can't borrow: it is kept for ever.

fn main() {
    let text = String::from("text");
    let _ = suricata_thread::flow::register_init_callback(|_, _, _| assert_eq!(text.len(), 4));
}
