//! A `ThreadVars` can't be kept beyond the callback.

use std::sync::Mutex;
use suricata_thread::ThreadVars;

static KEPT: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

fn keep(tv: &'static mut ThreadVars<'static>) {
    KEPT.lock().unwrap().push(std::any::type_name_of_val(tv));
}

fn main() {
    let _ = suricata_thread::register_init_callback(|tv| keep(tv));
}
