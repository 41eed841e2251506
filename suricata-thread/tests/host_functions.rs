//! `host_functions!` declares functions that the host may lack.

use std::ffi::{c_char, c_int};
use std::io::Write;
use std::process::{Command, Stdio};

use suricata_thread::host_functions;
use suricata_thread::sys::common::SCLogLevel;
use suricata_thread_mock::Host;

host_functions! {
    /// `suricata-thread` refers to this function, too.
    pub fn SCLogGetLogLevel() -> SCLogLevel;
    /// The mock lacks this function.
    fn SCConfGet(name: *const c_char, value: *mut *const c_char) -> c_int;
    fn returns_nothing(_first: c_int,);
}

mod declares_again {
    use super::*;

    host_functions! { pub fn SCLogGetLogLevel() -> SCLogLevel; }
}

#[test]
fn a_function_of_the_host_can_be_declared_in_two_modules() {
    let debug = SCLogLevel::SC_LOG_DEBUG;
    let _host = Host::builder().log_level(debug).build();
    for function in [SCLogGetLogLevel, declares_again::SCLogGetLogLevel] {
        // SAFETY: the function takes nothing, and only reads the level.
        assert_eq!(unsafe { function.expect("the mock has it")() }, debug);
    }
}

#[test]
fn a_function_that_the_host_lacks_is_none() {
    assert!(SCConfGet.is_none());
    assert!(returns_nothing.is_none());
}

#[test]
#[ignore = "needs clang"]
fn the_directives_for_macos_can_be_assembled() {
    const DIRECTIVES: [&str; 2] = [
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
        stdin.write_all(DIRECTIVES.concat().as_bytes()).unwrap();
        drop(stdin);
        assert!(clang.wait().unwrap().success(), "{target}");
    }
}
