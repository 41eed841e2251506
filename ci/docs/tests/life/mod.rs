//! One life of a host with a plugin of the page for those who come from `suricata-ffi`.

use suricata_thread::sys::common::SCPlugin;
use suricata_thread_mock::{Generation, Host, RunMode, Traffic};

/// The sums of what the threads' values say as they are dropped: flows begun, flows ended, packets.
pub fn sums(entry: extern "C" fn() -> *mut SCPlugin) -> [u64; 3] {
    // That of suricata-ffi.
    let host = Host::builder().generation(Generation::V9).build();
    // SAFETY: the entry point returns a plugin that is never freed.
    unsafe { host.load_entry_point(entry) }.unwrap();
    host.start(RunMode::Workers { threads: 3 });
    host.traffic(Traffic {
        flows: 50,
        packets_per_flow: 4,
        ..Traffic::default()
    });
    host.shutdown();
    let log: Vec<_> = host.log().into_iter().map(|line| line.message).collect();
    ["flows begun", "flows ended", "packets"].map(|what| {
        let number = |line: &String| {
            let (number, unit) = line.strip_prefix("counter: ")?.split_once(' ')?;
            number.parse::<u64>().ok().filter(|_| unit == what)
        };
        log.iter().filter_map(number).sum()
    })
}
