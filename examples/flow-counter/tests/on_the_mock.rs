//! Tests the plugin on the mock.

use suricata_thread_mock::{Host, RunMode, ThreadKind, Traffic};

/// Returns a host that has loaded the plugin.
fn loaded() -> Host {
    let host = Host::new();
    host.load(flow_counter::PLUGIN).unwrap();
    host
}

/// Returns the plugin's log messages.
fn counts(host: &Host) -> Vec<String> {
    let messages = host.log().into_iter().map(|line| line.message);
    messages
        .filter(|message| message.starts_with("flow-counter: "))
        .collect()
}

#[test]
fn each_thread_counts_its_own_flows_and_packets() {
    let host = loaded();
    host.finalize();
    let workers = ["W#01", "W#02"].map(|name| host.spawn(name, ThreadKind::Worker));
    for (worker, flows) in workers.iter().zip([3, 1]) {
        for _ in 0..flows {
            let flow = host.flow();
            worker.flow_init(&flow);
            worker.flow_update(&flow);
            worker.flow_update(&flow);
        }
    }
    assert!(counts(&host).is_empty());
    host.shutdown();
    assert_eq!(
        counts(&host),
        [
            "flow-counter: thread 1: 3 flows, 6 packets",
            "flow-counter: thread 2: 1 flows, 2 packets",
            "flow-counter: total: 4 flows, 8 packets, 2 threads",
        ]
    );
}

#[test]
fn the_total_is_all_the_traffic_in_every_run_mode() {
    let modes = [
        (RunMode::Single, 1),
        (
            RunMode::Autofp {
                receivers: 1,
                workers: 4,
            },
            4,
        ),
        (RunMode::Workers { threads: 4 }, 4),
    ];
    for (mode, workers) in modes {
        let host = loaded();
        host.start(mode);
        host.traffic(Traffic {
            flows: 300,
            packets_per_flow: 7,
            ..Traffic::default()
        });
        host.shutdown();
        let total = format!("flow-counter: total: 300 flows, 2100 packets, {workers} threads");
        assert_eq!(counts(&host).last(), Some(&total), "{mode:?}");
        let threads = host.threads().len();
        assert_eq!(counts(&host).len(), threads + 1, "{mode:?}");
    }
}

#[test]
fn a_thread_whose_state_is_refused_is_logged_and_the_others_count_on() {
    let host = loaded();
    host.finalize();
    host.expect_error("will not be counted");
    host.refuse_set(1);
    let workers = ["W#01", "W#02"].map(|name| host.spawn(name, ThreadKind::Worker));
    for worker in &workers {
        let flow = host.flow();
        worker.flow_init(&flow);
        worker.flow_update(&flow);
    }
    host.shutdown();
    let counts = counts(&host);
    let refused = "flow-counter: thread 1 will not be counted: the host refused to store the value";
    assert!(
        counts.iter().any(|line| line.starts_with(refused)),
        "{counts:#?}"
    );
    let total = "flow-counter: total: 1 flows, 1 packets, 1 threads";
    assert_eq!(counts.last().unwrap(), total);
}

/// Returns the totals that the plugin has logged.
fn totals(host: &Host) -> Vec<String> {
    let counts = counts(host).into_iter();
    counts.filter(|line| line.contains(": total: ")).collect()
}

#[test]
fn a_thread_that_is_never_freed_does_not_hold_back_the_total() {
    let host = loaded();
    host.finalize();
    host.spawn("US", ThreadKind::Command);
    host.start(RunMode::Workers { threads: 2 });
    host.traffic(Traffic {
        flows: 100,
        packets_per_flow: 3,
        ..Traffic::default()
    });
    host.shutdown();
    let total = "flow-counter: total: 100 flows, 300 packets, 2 threads";
    assert_eq!(totals(&host), [total]);
}

#[test]
fn each_capture_in_unix_socket_mode_logs_the_total_of_all_captures_so_far() {
    let host = loaded();
    host.finalize();
    let manager = host.spawn("US", ThreadKind::Command);
    for _ in 0..2 {
        let threads = manager.run(|_| host.start(RunMode::Workers { threads: 2 }));
        host.traffic(Traffic {
            flows: 100,
            packets_per_flow: 3,
            ..Traffic::default()
        });
        manager.run(|_| threads.stop());
    }
    host.shutdown();
    assert_eq!(
        totals(&host),
        [
            "flow-counter: total: 100 flows, 300 packets, 2 threads",
            "flow-counter: total: 200 flows, 600 packets, 4 threads",
        ]
    );
}

#[test]
fn packets_of_flows_that_began_on_another_thread_are_in_the_total() {
    let host = loaded();
    host.finalize();
    let [first, second, _idle] =
        ["W#01", "W#02", "W#03"].map(|name| host.spawn(name, ThreadKind::Worker));
    let flow = host.flow();
    first.flow_init(&flow);
    first.flow_update(&flow);
    second.flow_update(&flow);
    second.flow_finish(flow);
    host.shutdown();
    assert_eq!(
        totals(&host),
        [
            "flow-counter: total: 1 flows, 1 packets, 1 threads",
            "flow-counter: total: 1 flows, 2 packets, 1 threads",
        ]
    );
}

#[test]
fn without_flows_there_is_no_total() {
    let host = loaded();
    host.start(RunMode::Single);
    host.shutdown();
    assert_eq!(counts(&host).len(), host.threads().len());
    assert!(totals(&host).is_empty());
}
