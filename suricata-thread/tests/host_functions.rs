//! `host_functions!`: functions of the host that this crate may or may not know.

use std::ffi::{c_char, c_int};
use std::io::Write;
use std::process::{Command, Stdio};

use suricata_thread::host_functions;
use suricata_thread::sys::common::SCLogLevel;
use suricata_thread_mock::Host;

host_functions! {
    /// This crate refers to it, too.
    pub fn SCLogGetLogLevel() -> SCLogLevel;
    /// The mock lacks it.
    fn SCConfGet(name: *const c_char, value: *mut *const c_char) -> c_int;
    fn returns_nothing(_first: c_int,);
}

mod again {
    use super::*;

    host_functions! { pub fn SCLogGetLogLevel() -> SCLogLevel; }
}

#[test]
fn what_the_host_has_can_be_called_from_wherever_it_is_declared() {
    let debug = SCLogLevel::SC_LOG_DEBUG;
    let _host = Host::builder().log_level(debug).build();
    for function in [SCLogGetLogLevel, again::SCLogGetLogLevel] {
        // SAFETY: takes nothing.
        assert_eq!(unsafe { function.expect("the mock has it")() }, debug);
    }
}

#[test]
fn what_the_host_lacks_is_none() {
    assert!(SCConfGet.is_none());
    assert!(returns_nothing.is_none());
}

#[test]
#[ignore = "needs clang"]
fn the_words_for_macos_can_be_assembled() {
    const WORDS: [&str; 2] = [
        suricata_thread::__weak_on_macho!("a:symbol, with::signs", SCLogMessage),
        suricata_thread::__weak_on_macho!("another", SCLogMessage),
    ];
    for target in ["arm64-apple-darwin", "x86_64-apple-darwin"] {
        let mut clang = Command::new("clang")
            .arg(format!("--target={target}"))
            .args(["-x", "assembler", "-c", "-", "-o", "/dev/null"])
            .stdin(Stdio::piped())
            .spawn()
            .expect("clang is installed");
        let mut stdin = clang.stdin.take().unwrap();
        stdin.write_all(WORDS.concat().as_bytes()).unwrap();
        drop(stdin);
        assert!(clang.wait().unwrap().success(), "{target}");
    }
}
