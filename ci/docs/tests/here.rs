//! The plugin of the page with `suricata-thread`.

mod life;
#[path = "../migration/here.rs"]
mod plugin;

extern "C" fn entry() -> *mut suricata_thread::sys::common::SCPlugin {
    // SAFETY: the host calls this as it calls that.
    unsafe { plugin::SCPluginRegister() }.cast()
}

#[test]
fn it_counts() {
    assert_eq!(life::sums(entry), [50, 20, 200]);
}

#[test]
fn from_its_init_on_it_is_written_as_the_one_with_suricata_ffi() {
    let sources = [
        include_str!("../migration/there.rs"),
        include_str!("../migration/here.rs"),
    ];
    let [there, here] = sources.map(|source| source.split_once("\nfn init() ").unwrap().1);
    assert_eq!(here, there);
}
