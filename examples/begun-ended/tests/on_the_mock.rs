//! Tests the plugin on the mock.

use suricata_thread_mock::{FlowKind, Host, RunMode, ThreadKind, Traffic};

/// Returns a host that has loaded the plugin.
fn loaded() -> Host {
    let host = Host::new();
    host.load(begun_ended::PLUGIN).unwrap();
    host
}

/// Returns the plugin's log messages, without its name.
fn logged(host: &Host) -> Vec<String> {
    let log = host.log();
    let messages = log.iter().map(|line| line.message.as_str());
    messages
        .filter_map(|message| message.strip_prefix("begun-ended: "))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_flow_that_begins_ends_whatever_its_kind() {
    const ALL: [FlowKind; 6] = [
        FlowKind::TcpWithData,
        FlowKind::Udp,
        FlowKind::TcpReused,
        FlowKind::TcpWithoutData,
        FlowKind::UdpTimedOut,
        FlowKind::MemoryShort,
    ];
    let host = loaded();
    host.start(RunMode::Single);
    let traffic = Traffic {
        flows: 60,
        kinds: &ALL,
        ..Traffic::default()
    };
    let sent = host.traffic(traffic);
    host.shutdown();
    assert!(sent.finished < sent.flows);
    assert_eq!(logged(&host), ["a thread began 60 flows, 60 ended"]);
}

#[test]
fn a_flow_that_ends_on_another_thread_counts_for_its_first_thread() {
    let host = loaded();
    host.finalize();
    let [first, second] = ["W#01", "W#02"].map(|name| host.spawn(name, ThreadKind::Worker));
    let [one, two, three] = [host.flow(), host.flow(), host.flow()];
    for (worker, flow) in [(&first, &one), (&first, &two), (&second, &three)] {
        worker.flow_init(flow);
    }
    second.flow_retire(one);
    second.flow_retire(three);
    first.join();
    first.free();
    assert_eq!(logged(&host), ["a thread began 2 flows, 1 ended"]);
    host.shutdown();
    assert_eq!(logged(&host)[1..], ["a thread began 1 flows, 1 ended"]);
}

#[test]
fn a_value_that_the_host_refuses_is_logged() {
    // The first two values are the thread's and the flow's. A refused value of a flow drops at once, so
    // the flow counts as ended.
    for refused in [1, 2] {
        let host = loaded();
        let threads = host.start(RunMode::Single);
        host.expect_error("a flow is miscounted");
        host.refuse_set(refused);
        for _ in 0..2 {
            threads.workers[0].flow_init(&host.flow());
        }
        host.shutdown();
        let logged = logged(&host);
        let error = "a flow is miscounted: the host refused to store the value";
        assert!(
            logged.iter().any(|line| line.starts_with(error)),
            "{logged:#?}"
        );
        let seen = format!("a thread began {refused} flows, {refused} ended");
        assert_eq!(logged.last(), Some(&seen));
    }
}
