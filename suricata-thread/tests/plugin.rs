//! `plugin!` writes an entry point, which these tests load as a host does.

use std::cell::Cell;
use std::error::Error;
use std::ffi::CStr;
use std::io;

use suricata_thread::plugin::load_in_mock;
use suricata_thread::{Generation, ThreadStorage, register_init_callback};
use suricata_thread_mock::{Host, RunMode, ThreadKind};

/// The macro's own items must not clash with this constant.
const NAME: &str = "entry";
thread_local! {
    /// The number of times that `init` ran on this thread. Other tests run on other threads.
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
fn the_entry_point_gives_each_generation_the_arguments_of_the_macro() {
    for &generation in Generation::ALL {
        let _host = Host::builder().generation(generation).build();
        // SAFETY: this thread loads the plugin, and what it points to is a static.
        let (plugin, again) = unsafe { (&*SCPluginRegister(), SCPluginRegister()) };
        // SAFETY: `plugin!` puts C strings there.
        let text = |text| unsafe { CStr::from_ptr(text) }.to_str().unwrap();
        assert_eq!(plugin.version, generation.api_version());
        assert_eq!(text(plugin.name), "entry");
        assert_eq!(text(plugin.plugin_version), "1.2");
        assert_eq!(text(plugin.author), "Ada Lovelace");
        assert_eq!(text(plugin.license), "MIT");
        let built_for = text(plugin.suricata_version);
        assert_eq!(built_for, format!("{}.0", generation.major()));
        assert!(std::ptr::eq(plugin, again));
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
        host.expect_error("already registered");
        host.expect_error("init failed");
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

mod failing {
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
fn an_error_of_any_type_is_logged_with_its_sources_and_the_last_refusal() {
    let host = Host::new();
    host.expect_error("the state can't be read");
    load_in_mock(NAME, failing::init).unwrap();
    let line = host.log().pop().unwrap().message;
    let expected = "init failed: the state can't be read: invalid digit found in string \
        (refused: the slot \"\") (Suricata";
    assert!(line.contains(expected), "{line}");
}

#[test]
fn the_errors_that_plugins_use_are_logged_with_their_sources() {
    fn logged(error: impl Into<Box<dyn Error + Send + Sync>>) -> String {
        let host = Host::new();
        host.expect_error("init failed");
        load_in_mock(NAME, || Err(error)).unwrap();
        host.log().pop().unwrap().message
    }
    let boxed = || failing::init().unwrap_err();
    let state = "the state can't be read: invalid digit found in string";
    for (line, expected) in [
        (logged(boxed()), state),
        (logged(io::Error::other(boxed())), state),
        (logged(anyhow::anyhow!(boxed())), state),
        (
            logged(anyhow::anyhow!("no file").context("no port")),
            "no port: no file",
        ),
        (logged(String::from("no file")), "no file"),
    ] {
        let expected = format!("plugin entry: init failed: {expected} (Suricata");
        assert!(line.starts_with(&expected), "{line}");
    }
}

/// An error that is its own source.
#[derive(Debug)]
struct Circular;

impl std::fmt::Display for Circular {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("circular")
    }
}

impl std::error::Error for Circular {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&Circular)
    }
}

#[test]
fn an_error_that_is_its_own_source_is_logged_with_32_sources() {
    let host = Host::new();
    host.expect_error("circular");
    load_in_mock(NAME, || Err(Circular)).unwrap();
    let line = host.log().pop().unwrap().message;
    assert_eq!(line.matches("circular").count(), 33, "{line}");
}

/// An error whose `Display` fails half way.
#[derive(Debug)]
struct Unprintable;

impl std::fmt::Display for Unprintable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the beginning")?;
        Err(std::fmt::Error)
    }
}

impl std::error::Error for Unprintable {}

#[test]
fn an_error_whose_display_fails_is_logged_up_to_the_failure() {
    let host = Host::new();
    host.expect_error("the beginning");
    load_in_mock(NAME, || Err(Unprintable)).unwrap();
    let line = host.log().pop().unwrap().message;
    let expected =
        "init failed: the beginning (cut short: an argument's Display returned an error)";
    assert!(line.contains(expected), "{line}");
}

#[test]
fn registering_on_a_thread_that_belongs_to_no_host_is_an_error() {
    let host = Host::new();
    host.expect_error("this thread belongs to no host of the mock");
    let register = || ThreadStorage::<u8>::register("tested").map(drop);
    load_in_mock(NAME, || std::thread::spawn(register).join().unwrap()).unwrap();
}

#[test]
fn each_line_names_its_plugin_if_a_program_has_several() {
    let host = Host::new();
    host.expect_errors(2, "panicked: in the callback");
    host.expect_error("on purpose");
    for name in ["first", "second"] {
        let init = || register_init_callback(|_| panic!("in the callback"));
        load_in_mock(name, init).unwrap();
    }
    load_in_mock("third", || Err("on purpose")).unwrap();
    host.finalize();
    host.spawn("W#01", ThreadKind::Worker);
    let log = host.log().into_iter().map(|line| line.message);
    let log: Vec<_> = log.filter(|line| line.starts_with("plugin ")).collect();
    for (line, start) in log.iter().zip([
        "plugin third: init failed: on purpose",
        "plugin first: thread init callback",
        "plugin second: thread init callback",
    ]) {
        assert!(line.starts_with(start), "{log:#?}");
    }
    assert_eq!(log.len(), 3, "{log:#?}");
}

#[test]
fn load_in_mock_runs_init_only_on_a_host_that_still_loads_plugins() {
    let not_run = || -> Result<(), &str> { unreachable!() };
    let error = load_in_mock("lost", not_run).unwrap_err();
    assert!(error.contains("belongs to no host of the mock"), "{error}");
    let host = Host::new();
    host.expect_error("init failed: refused");
    load_in_mock("within", move || {
        load_in_mock("inner", not_run).map_err(|_| "refused")
    })
    .unwrap();
    let line = host.log().pop().unwrap().message;
    assert!(
        line.starts_with("plugin within: init failed: refused"),
        "{line}"
    );
    host.start(RunMode::Single);
    assert_eq!(load_in_mock("late", not_run), Err(error));
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

#[test]
fn a_report_has_the_plugins_name_that_load_in_mock_was_given() {
    let host = Host::builder().record_only().build();
    load_in_mock("by-name", || {
        // SAFETY: the mock refuses NULL.
        unsafe {
            suricata_thread::sys::common::SCThreadRegisterInitCallback(None, std::ptr::null_mut())
        };
        Ok::<(), &str>(())
    })
    .unwrap();
    assert_eq!(host.reports()[0].plugin, Some("by-name"));
}
