//! Opening the examples' plugin files. Not in the package, which lacks the examples.

mod workspace;

use std::path::Path;

use suricata_thread_mock::{Generation, Host, RunMode, Traffic};
use workspace::example;

#[test]
fn one_file_of_a_plugin_in_rust_runs_in_hosts_of_both_generations_at_once() {
    let plugin = example(Path::new(env!("CARGO_TARGET_TMPDIR")), "minimal");
    let run = |generation| {
        let host = Host::builder().generation(generation).build();
        // SAFETY: the example is a plugin.
        unsafe { host.open(&plugin) }.unwrap();
        host.start(RunMode::Single);
        host.traffic(Traffic {
            flows: 7,
            ..Traffic::default()
        });
        host.shutdown();
        let log: Vec<_> = host.log().iter().map(ToString::to_string).collect();
        let last = log.last().unwrap();
        assert!(last.contains("minimal: a thread saw 7 flows"), "{log:#?}");
    };
    std::thread::scope(|scope| {
        for _ in 0..10 {
            for &generation in Generation::ALL {
                scope.spawn(move || run(generation));
            }
        }
    });
}
