//! Opening plugin files that are made of the workspace's examples. Not in the package, which has no examples.

mod workspace;

use std::path::Path;

use suricata_thread_mock::{Host, RunMode, Traffic};
use workspace::example;

#[test]
fn a_plugin_in_rust_runs_in_its_generation() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for generation in [8, 9] {
        // The host is what the plugin is for.
        let host = Host::new();
        // SAFETY: the example is a plugin.
        unsafe { host.open(example(folder, "minimal", generation)) }.unwrap();
        host.start(RunMode::Single);
        host.traffic(Traffic {
            flows: 7,
            ..Traffic::default()
        });
        host.shutdown();
        let log: Vec<_> = host.log().iter().map(ToString::to_string).collect();
        let last = log.last().unwrap();
        assert!(last.contains("minimal: a thread saw 7 flows"), "{log:#?}");
    }
}
