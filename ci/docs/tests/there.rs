//! The plugin of the page with `suricata-ffi`.

mod life;
#[path = "../migration/there.rs"]
mod plugin;

extern "C" fn entry() -> *mut suricata_thread::sys::common::SCPlugin {
    plugin::SCPluginRegister().cast()
}

#[test]
fn it_counts() {
    assert_eq!(life::sums(entry), [50, 20, 200]);
}
