//! The plugin on the mock, which has no addresses: this file defines the functions of the host that
//! the plugin asks for them.

mod host_functions;

use std::net::IpAddr;

use suricata_thread_mock::{Generation, Host, RunMode, Thread, ThreadKind};
use top_talkers::{FLOWS_PER_WORKER, TOP};

/// A host that has loaded the plugin.
/// Of 8.0: the sources of the mock's flows are made up, and only in 8.0 does the plugin ask a function of this test.
fn loaded() -> Host {
    load_into(Host::builder().generation(Generation::V8).build())
}

fn load_into(host: Host) -> Host {
    host.load(top_talkers::PLUGIN).unwrap();
    host
}

/// The same with so many workers.
fn host<const WORKERS: usize>() -> (Host, [Thread; WORKERS]) {
    with_workers(loaded())
}

fn with_workers<const WORKERS: usize>(host: Host) -> (Host, [Thread; WORKERS]) {
    host.finalize();
    let worker = |number| host.spawn(&format!("W#{number:02}"), ThreadKind::Worker);
    let workers = std::array::from_fn(worker);
    (host, workers)
}

/// A flow that `source` begins, of so many packets.
fn talk(host: &Host, worker: &Thread, source: &str, packets: u64) {
    let flow = host.flow();
    host_functions::next_source(worker, source.parse().ok());
    worker.flow_init(&flow);
    for _ in 0..packets {
        worker.flow_update(&flow);
    }
}

/// What the plugin has logged at the end, less its name.
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
            "5 flows, 13 packets, of which 0 of unknown source",
            "1. 10.0.0.1: 7 to 7 packets",
            "2. 10.0.0.2: 4 to 4 packets",
            "3. 2001:db8::1: 2 to 2 packets",
        ]
    );
}

#[test]
fn the_heaviest_are_found_among_more_sources_than_a_sketch_holds() {
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
    let all = format!("4032 flows, {packets} packets, of which 0 of unknown source");
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
fn a_flow_in_the_memory_of_an_earlier_one_has_its_own_source() {
    let (host, [worker]) = host();
    let flow = host.flow();
    for (source, packets) in [(Some("10.0.0.1"), 5), (Some("10.0.0.2"), 3), (None, 2)] {
        host_functions::next_source(&worker, source.map(|source| source.parse().unwrap()));
        worker.flow_init(&flow);
        for _ in 0..packets {
            worker.flow_update(&flow);
        }
    }
    assert_eq!(
        report(&host),
        [
            "3 flows, 10 packets, of which 2 of unknown source",
            "1. 10.0.0.1: 5 to 5 packets",
            "2. 10.0.0.2: 3 to 3 packets",
        ]
    );
}

#[test]
fn a_packet_that_strays_to_another_worker_may_be_counted_for_an_earlier_flow() {
    let (host, [first, second, third, idle]) = host();
    let flow = host.flow();
    let begin = |worker: &Thread, source: &str| {
        host_functions::next_source(worker, source.parse().ok());
        worker.flow_init(&flow);
        worker.flow_update(&flow);
    };
    begin(&first, "10.0.0.1");
    // Another flow, in the same memory.
    begin(&second, "10.0.0.2");
    talk(&host, &third, "10.0.0.3", 1);
    for worker in [&first, &third, &idle] {
        worker.flow_update(&flow);
    }
    assert_eq!(
        report(&host),
        [
            "3 flows, 5 packets, of which 1 of unknown source",
            "1. 10.0.0.1: 2 to 2 packets",
            "2. 10.0.0.2: 1 to 1 packets",
            "3. 10.0.0.3: 1 to 1 packets",
        ]
    );
}

#[test]
fn packets_of_flows_that_a_worker_has_forgotten_are_reported_as_such() {
    let host = loaded();
    let worker = &host.start(RunMode::Single).workers[0];
    host_functions::next_source(worker, Some([10, 0, 0, 1].into()));
    let early = host.flow();
    worker.flow_init(&early);
    worker.flow_update(&early);
    // All flows of a replay are there until its end: none is where another one was.
    let sent = host.replay(0..FLOWS_PER_WORKER as u64);
    worker.flow_update(&early);
    let all = format!(
        "{} flows, {} packets, of which 1 of unknown source",
        sent.flows + 1,
        sent.packets + 2
    );
    let known = format!("1. 10.0.0.1: {0} to {0} packets", sent.packets + 1);
    assert_eq!(report(&host), [all, known]);
}

#[test]
fn a_host_that_writes_more_than_the_plugin_knows_is_not_believed() {
    // Only 8.0 writes.
    let host = Host::builder().generation(Generation::V8).build();
    let (host, [worker]) = with_workers(load_into(host));
    talk(&host, &worker, "10.0.0.1", 1);
    host_functions::write_more(&worker);
    talk(&host, &worker, "10.0.0.1", 2);
    assert_eq!(
        report(&host),
        [
            "2 flows, 3 packets, of which 2 of unknown source",
            "1. 10.0.0.1: 1 to 1 packets",
        ]
    );
}

#[test]
fn a_worker_that_cannot_have_a_state_is_logged_and_tries_again() {
    let (host, [worker]) = host();
    host.expect_error("a flow is not counted");
    host.refuse_set(1);
    talk(&host, &worker, "10.0.0.1", 0);
    talk(&host, &worker, "10.0.0.2", 2);
    let report = report(&host);
    let refused = "a flow is not counted: thread storage: the host refused";
    assert!(
        report.iter().any(|line| line.starts_with(refused)),
        "{report:#?}"
    );
    assert_eq!(report.last().unwrap(), "1. 10.0.0.2: 2 to 2 packets");
}

#[test]
fn without_flows_there_is_no_report() {
    let (host, [_worker]) = host();
    assert!(report(&host).is_empty());
}
