//! A `ThreadVars` can't be kept beyond a flow finish callback.

use suricata_thread::ThreadVars;

fn keep(_: &'static mut ThreadVars<'static>) {}

fn main() {
    let _ = suricata_thread::flow::register_finish_callback(|tv, _| keep(tv));
}
