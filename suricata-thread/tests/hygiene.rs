//! The macros work in a crate without std in which standard names mean something else.

#![no_std]
#![allow(non_snake_case, non_camel_case_types, dead_code, unused_macros)]

use suricata_thread_mock as _;

/// Shadows the variant `Ok`, as `use anyhow::Ok` does.
fn Ok<T>(value: T) -> Result<T, &'static ::core::primitive::str> {
    Result::Ok(value)
}

fn Err() {}
struct str;
struct u8;

macro_rules! file {
    () => {};
}
macro_rules! concat {
    () => {};
}
macro_rules! stringify {
    () => {};
}
macro_rules! line {
    () => {};
}
macro_rules! module_path {
    () => {};
}

const INIT: fn() -> Result<(), &'static ::core::primitive::str> = || Result::Ok(());

suricata_thread::plugin! { name: "name", version: "1", author: "a", license: "l", init: INIT }

suricata_thread::host_functions! { fn absent(a: i32) -> i32; }

fn log_lines() -> Result<(), &'static ::core::primitive::str> {
    suricata_thread::SCLogNotice!("a line");
    const TIMES: usize = 3;
    suricata_thread::log_limited!(Notice, "{TIMES} times");
    Ok(())
}

#[test]
fn the_macros_work_where_standard_names_are_shadowed() {
    log_lines().unwrap();
    // SAFETY: this is the thread that loads the plugin.
    assert!(!unsafe { SCPluginRegister() }.is_null());
}
