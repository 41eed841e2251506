use suricata_thread_mock::{Host, RunMode, Traffic};

#[test]
fn each_thread_reports_its_flows() {
    let host = Host::new(); // dropped at the end, it reports misuse by name
    host.load(minimal::PLUGIN).unwrap();
    host.start(RunMode::Single);
    host.traffic(Traffic {
        flows: 100,
        packets_per_flow: 5,
        ..Traffic::default()
    });
    host.shutdown();
    let log: Vec<_> = host.log().into_iter().map(|line| line.message).collect();
    assert!(
        log.contains(&"minimal: a thread saw 100 flows".into()),
        "{log:#?}"
    );
}
