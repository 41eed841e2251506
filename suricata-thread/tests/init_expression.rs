//! `plugin!` takes any expression for `init`, and evaluates it when init runs, so a panic in it is contained.

// The macro's own code must not take these statics for its own `init` and `name`.
#![allow(non_upper_case_globals)]

use suricata_thread_mock::Host;

#[expect(dead_code)]
static init: u8 = 0;
#[expect(dead_code)]
static name: u8 = 0;

suricata_thread::plugin! {
    name: "expression",
    version: "1.0",
    author: "Ada Lovelace",
    license: "MIT",
    init: chosen(),
}

fn chosen() -> fn() -> Result<(), &'static str> {
    panic!("none to choose")
}

#[test]
fn a_panic_in_the_expression_for_init_is_logged() {
    let host = Host::new();
    host.expect_error("none to choose");
    host.load(PLUGIN).unwrap();
    let log = host.log();
    let error = "plugin expression: init of the plugin panicked: none to choose (at ";
    assert!(
        log.iter().any(|line| line.message.starts_with(error)),
        "{log:#?}"
    );
}
