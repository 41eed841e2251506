//! A `ThreadVars` can't be kept beyond the callback.

use suricata_thread::{ThreadVars, flow, register_init_callback};

fn keep(_: &'static mut ThreadVars<'static>) {}

fn main() {
    let _ = register_init_callback(|tv| keep(tv));
    let _ = flow::register_init_callback(|tv, _, _| keep(tv));
    let _ = flow::register_update_callback(|tv, _, _| keep(tv));
    let _ = flow::register_finish_callback(|tv, _| keep(tv));
}
