//! A callback can't borrow, since the host keeps it for ever. It can't change its captures, since many threads call it.
//! It can't keep the `ThreadVars` or the `Flow` that it is lent.

use suricata_thread::flow::{self, Flow};
use suricata_thread::{ThreadVars, register_init_callback};

fn borrow() {
    let text = String::from("text");
    let _ = register_init_callback(|_| assert_eq!(text.len(), 4));
    let _ = flow::register_init_callback(|_, _, _| assert_eq!(text.len(), 4));
    let _ = flow::register_update_callback(|_, _, _| assert_eq!(text.len(), 4));
    let _ = flow::register_finish_callback(|_, _| assert_eq!(text.len(), 4));
}

fn change() {
    let mut calls = 0;
    let _ = register_init_callback(move |_| calls += 1);
    let _ = flow::register_init_callback(move |_, _, _| calls += 1);
    let _ = flow::register_update_callback(move |_, _, _| calls += 1);
    let _ = flow::register_finish_callback(move |_, _| calls += 1);
}

fn keep(_: &'static mut ThreadVars<'static>) {}

fn keep_flow(_: &'static mut Flow<'static>) {}

fn main() {
    let _ = (borrow, change);
    let _ = register_init_callback(|tv| keep(tv));
    let _ = flow::register_init_callback(|tv, flow, _| (keep(tv), keep_flow(flow)).0);
    let _ = flow::register_update_callback(|tv, flow, _| (keep(tv), keep_flow(flow)).0);
    let _ = flow::register_finish_callback(|tv, flow| (keep(tv), keep_flow(flow)).0);
}
