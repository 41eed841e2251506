//! The crate needs nothing but `core`, with either selection.

use std::path::Path;
use std::process::Command;

/// What links std cannot also define the panic handler.
const WITHOUT_STD: &str = r#"
#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn slot(tv: *mut suricata_thread_sys::ThreadVars) -> *mut core::ffi::c_void {
    let id = suricata_thread_sys::SCThreadStorageId { id: 0 };
    unsafe { suricata_thread_sys::SCThreadGetStorageById(tv, id) }
}
"#;

#[track_caller]
fn rustc(arguments: &[&str], out: &Path) {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args(["--edition=2024", "-Cpanic=abort", "--out-dir"])
        .arg(out)
        .arg("-L")
        .arg(out)
        .args(arguments)
        .output()
        .expect("rustc runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[track_caller]
fn links_without_std(name: &str, features: &[&str]) {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&out).unwrap();
    let user = out.join("user.rs");
    std::fs::write(&user, WITHOUT_STD).unwrap();

    let lib = concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs");
    let mut arguments = vec!["--crate-name=suricata_thread_sys", "--crate-type=rlib", lib];
    arguments.extend(features);
    rustc(&arguments, &out);
    rustc(
        &[
            "--crate-type=staticlib",
            "--extern=suricata_thread_sys",
            user.to_str().unwrap(),
        ],
        &out,
    );
}

#[test]
fn the_names_of_9_link_without_std() {
    links_without_std("no_std-9", &[]);
}

#[test]
fn the_names_of_8_link_without_std() {
    links_without_std("no_std-8", &["--cfg=feature=\"suricata-8\""]);
}
