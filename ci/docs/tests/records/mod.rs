//! Runs a plugin of the page that adds the flows of threads to EVE records, from load to shutdown.

mod eve;

use suricata_thread_mock::{Generation, Host, RunMode, Traffic};

#[test]
fn each_record_has_the_number_of_flows_of_its_thread() {
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
