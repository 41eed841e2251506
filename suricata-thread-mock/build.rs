//! Makes the programs of this package export the host's functions to plugins.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-link-arg-bins=-rdynamic");
    println!("cargo::rustc-link-arg-tests=-rdynamic");
    // The tests build plugins.
    let target = std::env::var("TARGET").expect("cargo sets it");
    println!("cargo::rustc-env=TARGET={target}");
}
