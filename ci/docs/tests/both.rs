//! The plugin of the page with both crates.

mod life;
#[path = "../migration/both.rs"]
mod plugin;

extern "C" fn entry() -> *mut suricata_thread::sys::common::SCPlugin {
    plugin::SCPluginRegister().cast()
}

#[test]
fn it_counts() {
    assert_eq!(life::sums(entry), [0, 0, 0, 50]);
}
