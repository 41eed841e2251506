//! Registering while no plugin's init runs. Alone in its process: whether an init runs is known per
//! plugin file, and tests that share a process share that.

use suricata_thread::{self as thread, ThreadStorage, flow, plugin};
use suricata_thread_mock::Host;

#[test]
fn registering_outside_of_init_is_an_error_and_drops_the_callback() {
    let host = Host::new();
    let outside = "registering is possible only while the plugin's init runs";
    let kept = std::sync::Arc::new(());
    let errors = || {
        let kept = [(); 4].map(|()| std::sync::Arc::clone(&kept));
        let [a, b, c, d] = kept;
        [
            ThreadStorage::<u8>::register("outside").map(drop),
            thread::register_init_callback(move |_| drop(std::sync::Arc::clone(&a))),
            flow::register_init_callback(move |_, _, _| drop(std::sync::Arc::clone(&b))),
            flow::register_update_callback(move |_, _, _| drop(std::sync::Arc::clone(&c))),
            flow::register_finish_callback(move |_, _| drop(std::sync::Arc::clone(&d))),
        ]
    };
    for result in errors() {
        assert!(result.unwrap_err().starts_with(outside), "{result:?}");
    }

    // SAFETY: the mock walks none of its lists meanwhile: it is driven by this thread alone.
    unsafe {
        plugin::run_init("tested", || {
            ThreadStorage::<u8>::register("inside").map(drop)
        })
    };
    assert!(host.log().is_empty(), "{:?}", host.log());

    for result in errors() {
        assert!(result.unwrap_err().starts_with(outside), "{result:?}");
    }
    assert_eq!(std::sync::Arc::strong_count(&kept), 1);
}
