//! The nearest neighbour: a `ThreadVars` can't be kept beyond the callback.

use suricata_thread_mock as _;
use std::sync::Mutex;
use suricata_thread::ThreadVars;

static KEPT: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

fn keep(tv: &mut ThreadVars<'_>) {
    KEPT.lock().unwrap().push(std::any::type_name_of_val(tv));
}

fn main() {
    let _ = suricata_thread::register_init_callback(|tv| keep(tv));
}
