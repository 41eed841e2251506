//! `plugin!`: the entry point that it writes, loaded as the host does.

use std::cell::Cell;
use std::ffi::CStr;

use suricata_thread::{Generation, ThreadStorage};
use suricata_thread_mock::Host;

/// Names that the macro's own items must not be taken for.
const NAME: &str = "entry";
thread_local! {
    /// How often init ran on this thread: tests run at the same time.
    static INITS: Cell<u32> = const { Cell::new(0) };
}

suricata_thread::plugin! {
    name: NAME,
    version: concat!("1.", 2),
    author: "Ada Lovelace",
    license: "MIT",
    init: init,
}

fn init() -> Result<(), &'static str> {
    INITS.set(INITS.get() + 1);
    ThreadStorage::<u8>::register("entry")?;
    ThreadStorage::<u8>::register("entry").map(drop)
}

#[test]
fn the_entry_point_says_what_the_macro_was_given_to_a_host_of_each_generation() {
    for &generation in Generation::ALL {
        let _host = Host::builder().generation(generation).build();
        // SAFETY: it points to a static.
        let plugin = unsafe { &*SCPluginRegister() };
        // SAFETY: `plugin!` puts C strings there.
        let text = |text| unsafe { CStr::from_ptr(text) }.to_str().unwrap();
        assert_eq!(plugin.version, generation.api_version());
        assert_eq!(text(plugin.name), "entry");
        assert_eq!(text(plugin.plugin_version), "1.2");
        assert_eq!(text(plugin.author), "Ada Lovelace");
        assert_eq!(text(plugin.license), "MIT");
        let built_for = text(plugin.suricata_version);
        assert_eq!(built_for, format!("{}.0", generation.major()));
        assert_eq!(SCPluginRegister(), SCPluginRegister());
    }
}

#[test]
fn the_host_runs_init_once_and_its_error_is_logged_with_the_hosts_version() {
    for (generation, version) in [
        (Generation::V8, "(Suricata 8.0.8 RELEASE)"),
        (
            Generation::V9,
            "(Suricata 9.0.0-dev (suricata-thread-mock))",
        ),
    ] {
        let host = Host::builder().generation(generation).build();
        let before = INITS.get();
        host.load(PLUGIN).unwrap();
        assert_eq!(INITS.get(), before + 1);
        let error = "plugin entry: init failed: thread storage: the host refused the slot";
        let log = host.log();
        let mut messages = log.iter().map(|line| &line.message);
        assert!(
            messages.any(|m| m.starts_with(error) && m.ends_with(version)),
            "{log:#?}"
        );
    }
}

mod other {
    use std::fmt;

    /// An error with a source.
    #[derive(Debug)]
    struct NoState(std::num::ParseIntError);

    impl fmt::Display for NoState {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the state can't be read")
        }
    }

    impl std::error::Error for NoState {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    pub fn init() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        suricata_thread::ThreadStorage::<u8>::register("")
            .map(drop)
            .unwrap_err();
        "none".parse::<u32>().map(drop).map_err(NoState)?;
        Ok(())
    }
}

#[test]
fn an_error_of_any_type_is_logged_with_its_sources_and_with_what_was_refused_last() {
    let host = Host::new();
    // SAFETY: the test is the host's main thread, and waits.
    unsafe { suricata_thread::plugin::run_init(NAME, other::init) };
    let line = host.log().pop().unwrap().message;
    let expected = "init failed: the state can't be read: invalid digit found in string \
        (refused last: the slot \"\") (Suricata";
    assert!(line.contains(expected), "{line}");
}

#[test]
fn the_init_of_a_plugin_that_is_listed_twice_runs_once() {
    let host = Host::builder().record_only().build();
    let before = INITS.get();
    for _ in 0..2 {
        host.load(PLUGIN).unwrap();
    }
    assert_eq!(INITS.get(), before + 1);
    let line = host.log().pop().unwrap().message;
    let expected = "plugin entry: init does not run again: the plugin is listed twice";
    assert!(line.starts_with(expected), "{line}");
}
