//! What the plugin does in the life of a host: the same tests for it with suricata-ffi and with
//! suricata-thread.

use suricata_thread::sys::common::SCPlugin;
use suricata_thread_mock::{Generation, Host, RunMode, ThreadKind, Traffic};

use super::plugin::SCPluginRegister;

/// The entry point, by the mock's name for what it returns: suricata-sys has its own.
extern "C" fn register() -> *mut SCPlugin {
    SCPluginRegister().cast()
}

fn loaded() -> Host {
    let host = Host::builder().generation(Generation::V9).build();
    // SAFETY: the entry point returns a plugin that is never freed.
    unsafe { host.load(register) }.unwrap();
    host
}

/// What the plugin has logged, each line with the thread that logged it.
fn logged(host: &Host) -> Vec<String> {
    let log = host.log().into_iter();
    log.filter(|line| line.message.starts_with("counter: "))
        .map(|line| format!("{}: {}: {}", line.thread, line.level_name(), line.message))
        .collect()
}

#[test]
fn each_thread_counts_and_every_value_is_dropped_in_order() {
    let host = loaded();
    host.finalize();
    let workers = ["W#01", "W#02"].map(|name| host.spawn(name, ThreadKind::Worker));
    let recycler = host.spawn("FR#01", ThreadKind::FlowRecycler);
    for (worker, flows) in workers.iter().zip([3, 1]) {
        for _ in 0..flows {
            let flow = host.flow();
            worker.flow_init(&flow);
            worker.flow_update(&flow);
            worker.flow_update(&flow);
            recycler.flow_finish(flow);
        }
    }
    assert!(logged(&host).is_empty());
    host.shutdown();
    assert_eq!(
        logged(&host),
        [
            // The recycler's.
            "Suricata-Main: Notice: counter: 0 flows begun",
            "Suricata-Main: Notice: counter: 4 flows ended",
            "Suricata-Main: Notice: counter: 0 packets",
            // The workers'.
            "Suricata-Main: Notice: counter: 3 flows begun",
            "Suricata-Main: Notice: counter: 0 flows ended",
            "Suricata-Main: Notice: counter: 6 packets",
            "Suricata-Main: Notice: counter: 1 flows begun",
            "Suricata-Main: Notice: counter: 0 flows ended",
            "Suricata-Main: Notice: counter: 2 packets",
        ]
    );
}

#[test]
fn the_threads_together_see_all_the_traffic_in_every_run_mode() {
    let autofp = RunMode::Autofp {
        receivers: 1,
        workers: 3,
    };
    for mode in [RunMode::Single, autofp, RunMode::Workers { threads: 3 }] {
        let host = loaded();
        host.start(mode);
        host.traffic(Traffic {
            flows: 50,
            packets_per_flow: 4,
            ..Traffic::default()
        });
        host.shutdown();
        let log = logged(&host);
        let sums = ["flows begun", "flows ended", "packets"].map(|what| -> u64 {
            let lines = log.iter().filter_map(|line| line.strip_suffix(what));
            lines
                .filter_map(|line| line.trim_end().rsplit(' ').next()?.parse::<u64>().ok())
                .sum()
        });
        assert_eq!(sums, [50, 50, 200], "{mode:?}: {log:#?}");
    }
}

#[test]
fn a_value_that_the_host_refuses_is_dropped_and_the_others_count() {
    let host = loaded();
    host.finalize();
    host.refuse_set(2);
    let worker = host.spawn("W#01", ThreadKind::Worker);
    worker.flow_init(&host.flow());
    host.shutdown();
    let log = logged(&host);
    let expected = [
        "Suricata-Main: Notice: counter: 0 flows ended",
        // The rest of the line is what each crate says.
        "Suricata-Main: Error: counter: no flows ended will be counted: ",
        "Suricata-Main: Notice: counter: 1 flows begun",
        "Suricata-Main: Notice: counter: 0 packets",
    ];
    assert_eq!(log.len(), expected.len(), "{log:#?}");
    for (line, expected) in log.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line}, and not {expected}");
    }
}
