//! Tests the plugin on the mock: real threads, no Suricata. When the `Host` is dropped, misuse of
//! Suricata's API fails the test, and so does an error line that it does not expect.

use {{crate_name}}::PLUGIN;

use suricata_thread_mock::{Host, RunMode, ThreadKind, Traffic};

/// Returns a host that has loaded the plugin.
fn loaded() -> Host {
    let host = Host::new();
    host.load(PLUGIN).unwrap();
    host
}

/// Returns the plugin's log messages, without its name.
fn logged(host: &Host) -> Vec<String> {
    let prefix = concat!(env!("CARGO_PKG_NAME"), ": ");
    let messages = host.log().into_iter().map(|line| line.message);
    messages
        .filter_map(|message| message.strip_prefix(prefix).map(str::to_owned))
        .collect()
}

#[test]
fn a_thread_logs_its_flows_and_packets_when_it_has_ended() {
    let host = loaded();
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    for _ in 0..2 {
        let flow = host.flow();
        worker.flow_init(&flow);
        worker.flow_update(&flow);
        worker.flow_update(&flow);
    }
    assert!(logged(&host).is_empty());
    host.shutdown();
    assert_eq!(logged(&host), ["2 flows, 4 packets"]);
}

#[test]
fn the_threads_together_see_all_the_traffic_in_every_run_mode() {
    let autofp = RunMode::Autofp {
        receivers: 1,
        workers: 4,
    };
    for mode in [RunMode::Single, autofp, RunMode::Workers { threads: 4 }] {
        let host = loaded();
        host.start(mode);
        host.traffic(Traffic {
            flows: 200,
            packets_per_flow: 5,
            ..Traffic::default()
        });
        host.shutdown();
        let (mut flows, mut packets) = (0, 0);
        for line in logged(&host) {
            let words: Vec<_> = line.split(' ').collect();
            flows += words[0].parse::<u64>().unwrap();
            packets += words[2].parse::<u64>().unwrap();
        }
        assert_eq!((flows, packets), (200, 1000), "{mode:?}");
    }
}

#[test]
fn a_flow_that_cannot_be_counted_is_logged_and_the_next_one_counts() {
    let host = loaded();
    host.finalize();
    host.expect_error("a flow is not counted");
    host.refuse_set(1);
    let worker = host.spawn("W#01", ThreadKind::Worker);
    for _ in 0..2 {
        let flow = host.flow();
        worker.flow_init(&flow);
        worker.flow_update(&flow);
    }
    host.shutdown();
    let logged = logged(&host);
    assert!(logged[1].starts_with("a flow is not counted: "));
    // The mock refuses the first state, which drops it.
    assert_eq!(logged[0], "0 flows, 0 packets");
    assert_eq!(logged[2], "1 flows, 1 packets");
}
