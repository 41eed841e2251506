//! `plugin!`: the entry point that it writes, loaded as the host does.

use std::ffi::CStr;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use suricata_thread::{Generation, ThreadStorage};
use suricata_thread_mock::Host;

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
        let before = INITS.load(SeqCst);
        // SAFETY: `plugin!` wrote it.
        unsafe { host.load(SCPluginRegister) }.unwrap();
        assert_eq!(INITS.load(SeqCst), before + 1);
        let error = "plugin entry: init failed: thread storage: the host refused the slot";
        let log = host.log();
        let mut messages = log.iter().map(|line| &line.message);
        assert!(
            messages.any(|m| m.starts_with(error) && m.ends_with(version)),
            "{log:#?}"
        );
    }
}
