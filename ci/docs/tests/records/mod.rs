//! One life of a plugin of the page that adds to records what threads have seen.

mod eve;

use suricata_thread_mock::{Generation, Host, RunMode, Traffic};

#[test]
fn each_record_has_what_its_thread_has_seen() {
    let host = Host::builder().generation(Generation::V9).build();
    host.load(super::plugin::PLUGIN).unwrap();
    host.start(RunMode::Single);
    host.traffic(Traffic {
        flows: 50,
        packets_per_flow: 1,
        ..Traffic::default()
    });
    host.shutdown();
    let expected: Vec<_> = (1..=50)
        .map(|seen| (c"thread_flows".into(), seen))
        .collect();
    assert_eq!(*eve::WRITTEN.lock().unwrap(), expected);
}
