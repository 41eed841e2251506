//! Runs the plugin of the page, made with either crate, from load to shutdown.

#[path = "../records/eve.rs"]
mod eve;

use suricata_thread::sys::common::SCPlugin;
use suricata_thread_mock::{Generation, Host, RunMode, Traffic};

extern "C" fn entry() -> *mut SCPlugin {
    #[allow(unused_unsafe, reason = "one of the two is safe")]
    // SAFETY: the host calls this, as it would call the entry point.
    unsafe { super::plugin::SCPluginRegister() }.cast()
}

#[test]
fn the_plugin_logs_the_counts_of_each_thread_and_each_flow() {
    // suricata-ffi is for 9.0 only.
    let host = Host::builder().generation(Generation::V9).build();
    // SAFETY: the entry point returns a plugin that is never freed.
    unsafe { host.load_entry_point(entry) }.unwrap();
    host.start(RunMode::Single);
    host.traffic(Traffic {
        flows: 50,
        packets_per_flow: 4,
        ..Traffic::default()
    });
    host.shutdown();
    let log: Vec<_> = host.log().into_iter().map(|line| line.message).collect();
    let times = |part: &str| log.iter().filter(|line| line.contains(part)).count();
    let worker = times("census: a thread began 50 flows, and had 200 packets");
    let others = times("census: a thread began 0 flows, and had 0 packets");
    assert_eq!((worker, others), (1, host.threads().len() - 1));
    assert_eq!(times("census: a flow to port "), 50);
    assert_eq!(times(" had 4 packets"), 50);
    assert_eq!(times(" had 4 packets, and was finished"), 20);
    let record = (c"census_of_flow".into(), 1);
    assert_eq!(*eve::WRITTEN.lock().unwrap(), vec![record; 200]);
}
