//! A plugin that uses more of Suricata than the mock has: the test defines what is missing.

use std::sync::atomic::{AtomicU16, Ordering::Relaxed};

use suricata_thread_mock::{Host, RunMode, Traffic};

#[path = "../migration/flow.rs"]
mod plugin;

/// Every fourth flow is from a low port.
#[unsafe(no_mangle)]
extern "C" fn SCFlowGetSourcePort(_flow: *const suricata_sys::sys::Flow) -> u16 {
    static FLOWS: AtomicU16 = AtomicU16::new(0);
    match FLOWS.fetch_add(1, Relaxed) % 4 {
        0 => 53,
        _ => 1024,
    }
}

#[test]
fn flows_from_low_ports_are_counted() {
    let host = Host::new();
    host.load(plugin::PLUGIN).unwrap();
    host.start(RunMode::Single);
    host.traffic(Traffic {
        flows: 100,
        ..Traffic::default()
    });
    host.shutdown();
    let log: Vec<_> = host.log().into_iter().map(|line| line.message).collect();
    let counted = "counter: 25 flows from low ports".to_owned();
    assert!(log.contains(&counted), "{log:#?}");
}
