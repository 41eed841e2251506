//! A `ThreadVars` can't be kept beyond a flow init callback.

use suricata_thread::ThreadVars;

fn keep(_: &'static mut ThreadVars<'static>) {}

fn main() {
    let _ = suricata_thread::flow::register_init_callback(|tv, _, _| keep(tv));
}
