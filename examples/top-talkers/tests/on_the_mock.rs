//! Tests the plugin on the mock. As 8.0, the mock lacks the function for addresses, so
//! `host_functions` defines it.

mod host_functions;

use std::net::IpAddr;

use suricata_thread_mock::{Endpoints, Flow, Generation, Host, Thread, ThreadKind};
use top_talkers::TOP;

/// Returns a host that has loaded the plugin, with `WORKERS` workers and a flow recycler.
fn host<const WORKERS: usize>() -> (Host, [Thread; WORKERS]) {
    with_workers(Host::new())
}

/// Loads the plugin into `host`, and starts the threads.
fn with_workers<const WORKERS: usize>(host: Host) -> (Host, [Thread; WORKERS]) {
    host.load(top_talkers::PLUGIN).unwrap();
    host.finalize();
    host.spawn("FR#01", ThreadKind::FlowRecycler);
    let worker = |number| host.spawn(&format!("W#{number:02}"), ThreadKind::Worker);
    let workers = std::array::from_fn(worker);
    (host, workers)
}

/// Begins a flow from `source` on `worker`.
fn begin(host: &Host, worker: &Thread, source: &str) -> Flow {
    let source: IpAddr = source.parse().unwrap();
    let endpoints = Endpoints::new((source, 4000).into(), (source, 80).into(), 6);
    let flow = host.flow_between(endpoints);
    host_functions::next_source(worker, Some(source));
    worker.flow_init(&flow);
    flow
}

/// Begins a flow from `source` on `worker`, and sends `packets` packets.
fn talk(host: &Host, worker: &Thread, source: &str, packets: u64) -> Flow {
    let flow = begin(host, worker, source);
    for _ in 0..packets {
        worker.flow_update(&flow);
    }
    flow
}

/// Shuts the host down, and returns the plugin's log messages, without its name.
fn report(host: &Host) -> Vec<String> {
    host.shutdown();
    let log = host.log();
    let messages = log.iter().map(|line| line.message.as_str());
    messages
        .filter_map(|message| message.strip_prefix("top-talkers: "))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_counts_of_all_workers_are_merged_heaviest_first() {
    let (host, [first, second]) = host();
    talk(&host, &first, "10.0.0.1", 3);
    talk(&host, &first, "10.0.0.2", 4);
    talk(&host, &first, "2001:db8::1", 2);
    talk(&host, &second, "10.0.0.1", 3);
    talk(&host, &second, "10.0.0.1", 1);
    assert_eq!(
        report(&host),
        [
            "5 flows, 13 packets, 0 of unknown source",
            "1. 10.0.0.1: 7 to 7 packets",
            "2. 10.0.0.2: 4 to 4 packets",
            "3. 2001:db8::1: 2 to 2 packets",
        ]
    );
}

#[test]
fn the_heaviest_sources_are_found_among_more_than_a_sketch_holds() {
    let (host, [first, second]) = host();
    let mut packets = 0;
    for number in 0..4000u32 {
        let worker = if number % 2 == 0 { &first } else { &second };
        let light = IpAddr::from((0x0a00_0000 + number).to_be_bytes());
        talk(&host, worker, &light.to_string(), 1);
        packets += 1;
        if number % 250 == 0 {
            talk(&host, &first, "192.0.2.1", 50);
            talk(&host, &second, "192.0.2.2", 30);
            packets += 80;
        }
    }
    let report = report(&host);
    let all = format!("4032 flows, {packets} packets, 0 of unknown source");
    assert_eq!(report[0], all);
    assert_eq!(report.len(), 1 + TOP);
    for (line, source, packets) in [(1, "192.0.2.1", 800), (2, "192.0.2.2", 480)] {
        let bounds = report[line].strip_prefix(&format!("{line}. {source}: "));
        let bounds = bounds.unwrap_or_else(|| panic!("{report:#?}"));
        let (least, most) = bounds.split_once(" to ").unwrap();
        let (least, most) = (least, most.strip_suffix(" packets").unwrap());
        let (least, most): (u64, u64) = (least.parse().unwrap(), most.parse().unwrap());
        assert!((least..=most).contains(&packets), "{report:#?}");
        assert!((1..5).contains(&(most - least)), "{report:#?}");
    }
}

#[test]
fn a_flow_counts_once_for_its_own_source_even_if_another_gets_its_memory() {
    let (host, [worker]) = host();
    for _ in 0..3 {
        worker.flow_retire(talk(&host, &worker, "10.0.0.1", 5));
        worker.flow_finish(talk(&host, &worker, "10.0.0.2", 3));
    }
    talk(&host, &worker, "10.0.0.3", 4);
    assert_eq!(
        report(&host),
        [
            "7 flows, 28 packets, 0 of unknown source",
            "1. 10.0.0.1: 15 to 15 packets",
            "2. 10.0.0.2: 9 to 9 packets",
            "3. 10.0.0.3: 4 to 4 packets",
        ]
    );
}

#[test]
fn a_packet_that_strays_to_another_worker_is_counted_for_its_flow() {
    let (host, [first, second, idle]) = host();
    let flow = talk(&host, &first, "10.0.0.1", 1);
    talk(&host, &second, "10.0.0.2", 1);
    for worker in [&first, &second, &idle] {
        worker.flow_update(&flow);
    }
    assert_eq!(
        report(&host),
        [
            "2 flows, 5 packets, 0 of unknown source",
            "1. 10.0.0.1: 4 to 4 packets",
            "2. 10.0.0.2: 1 to 1 packets",
        ]
    );
}

#[test]
fn a_flow_that_outlives_its_thread_is_in_the_only_report() {
    let (host, [first, second]) = host();
    let flow = talk(&host, &first, "10.0.0.1", 2);
    first.join();
    first.free();
    second.flow_update(&flow);
    assert_eq!(
        report(&host),
        [
            "1 flows, 3 packets, 0 of unknown source",
            "1. 10.0.0.1: 3 to 3 packets",
        ]
    );
}

#[test]
fn packets_of_a_flow_that_is_not_ip_are_of_unknown_source() {
    // As 9.0, the mock gives the addresses itself, and all its flows are IP.
    let (host, [worker]) = with_workers(Host::builder().generation(Generation::V8).build());
    host_functions::next_source(&worker, None);
    let flow = host.flow();
    worker.flow_init(&flow);
    worker.flow_update(&flow);
    let all = "1 flows, 1 packets, 1 of unknown source";
    assert_eq!(report(&host), [all]);
}

#[test]
fn addresses_of_a_host_that_writes_unknown_fields_are_not_used() {
    // Only the function of 8.0 writes addresses.
    let (host, [worker]) = with_workers(Host::builder().generation(Generation::V8).build());
    talk(&host, &worker, "10.0.0.1", 1);
    host_functions::write_more(&worker);
    talk(&host, &worker, "10.0.0.1", 2);
    assert_eq!(
        report(&host),
        [
            "2 flows, 3 packets, 2 of unknown source",
            "1. 10.0.0.1: 1 to 1 packets",
        ]
    );
}

#[test]
fn a_worker_or_flow_whose_state_is_refused_is_logged_and_the_others_count() {
    // The first two values are the worker's and the flow's.
    for refused in [1, 2] {
        let (host, [worker]) = host();
        host.expect_error("a flow is not counted");
        host.refuse_set(refused);
        talk(&host, &worker, "10.0.0.1", 1);
        talk(&host, &worker, "10.0.0.2", 2);
        let report = report(&host);
        let error = "a flow is not counted: the host refused to store the value";
        assert!(report[0].starts_with(error), "{report:#?}");
        let counted = "1 flows, 2 packets, 0 of unknown source";
        assert_eq!(
            report[report.len() - 2..],
            [counted, "1. 10.0.0.2: 2 to 2 packets"]
        );
    }
}

#[test]
fn without_flows_there_is_no_report() {
    let (host, [_worker]) = host();
    assert!(report(&host).is_empty());
}
