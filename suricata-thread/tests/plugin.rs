//! `plugin!`: the entry point that it writes, loaded as the host does.

use std::ffi::CStr;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use suricata_thread::{ThreadStorage, sys};
use suricata_thread_mock::{Api, Host};

/// Names that the macro's own items must not be taken for.
const NAME: &str = "entry";
static INITS: AtomicUsize = AtomicUsize::new(0);

suricata_thread::plugin! {
    name: NAME,
    version: concat!("1.", 2),
    author: "Ada Lovelace",
    license: "MIT",
    init: init,
}

fn init() -> Result<(), &'static str> {
    INITS.fetch_add(1, SeqCst);
    ThreadStorage::<u8>::register("entry")?;
    ThreadStorage::<u8>::register("entry").map(drop)
}

const API: Api = if cfg!(feature = "suricata-8") {
    Api::V8
} else {
    Api::V9
};
const OTHER_API: Api = if cfg!(feature = "suricata-8") {
    Api::V9
} else {
    Api::V8
};

#[test]
fn the_entry_point_says_what_the_macro_was_given() {
    // SAFETY: it points to a static.
    let plugin = unsafe { &*SCPluginRegister() };
    // SAFETY: `plugin!` puts C strings there.
    let text = |text| unsafe { CStr::from_ptr(text) }.to_str().unwrap();
    assert_eq!(plugin.version, sys::SC_API_VERSION);
    assert_eq!(text(plugin.name), "entry");
    assert_eq!(text(plugin.plugin_version), "1.2");
    assert_eq!(text(plugin.author), "Ada Lovelace");
    assert_eq!(text(plugin.license), "MIT");
    let generation = if cfg!(feature = "suricata-8") {
        "8.0"
    } else {
        "9.0"
    };
    assert_eq!(text(plugin.suricata_version), generation);
    assert_eq!(SCPluginRegister(), SCPluginRegister());
}

#[test]
fn the_host_runs_init_once_and_its_error_is_logged() {
    let host = Host::builder().api(API).build();
    let before = INITS.load(SeqCst);
    // SAFETY: `plugin!` wrote it.
    unsafe { host.load(SCPluginRegister) }.unwrap();
    assert_eq!(INITS.load(SeqCst), before + 1);
    let log = host.log();
    let error = "plugin entry: init failed: thread storage: the host refused the slot";
    assert!(
        log.iter().any(|line| line.message.starts_with(error)),
        "{log:#?}"
    );
}

#[test]
fn a_host_of_the_other_generation_refuses_it_without_running_init() {
    let host = Host::builder().api(OTHER_API).build();
    // SAFETY: `plugin!` wrote it.
    assert!(unsafe { host.load(SCPluginRegister) }.is_err());
}
