//! The plugin of suricata-ffi with storage of suricata-thread.

use suricata_thread::sys::common::SCPlugin;
use suricata_thread_mock::{Generation, Host, RunMode, Traffic};

#[path = "../examples/migration_both.rs"]
mod plugin;

#[test]
fn it_counts_the_flows_of_each_thread() {
    let host = Host::builder()
        .generation(Generation::V9)
        .record_only()
        .build();
    extern "C" fn register() -> *mut SCPlugin {
        plugin::SCPluginRegister().cast()
    }
    // SAFETY: the entry point returns a plugin that is never freed.
    unsafe { host.load(register) }.unwrap();
    host.start(RunMode::Workers { threads: 3 });
    // Suricata's own unit tests do so.
    host.flow_init_without_thread(&host.flow());
    let traffic = host.traffic(Traffic::default());
    host.shutdown();
    let mut counted: Vec<_> = host.log().into_iter().map(|line| line.message).collect();
    counted.retain(|line| line.starts_with("counter: "));
    let expected = traffic
        .workers
        .iter()
        .map(|worker| format!("counter: {} flows", worker.flows));
    assert_eq!(counted, expected.collect::<Vec<_>>());
    assert_eq!(host.reports(), []);
}
