//! The plugin on the page of `suricata-thread-sys`, which cannot run there: on the mock, it counts.
//!
//! The page has the text of `declarations/plugin.rs`. `UPDATE_DOCS=1 cargo test -p docs` puts it there.

use docs::{demand, read, with_block};
use suricata_thread_mock::{Host, RunMode, Traffic};

#[path = "declarations/plugin.rs"]
mod plugin;

#[test]
fn the_page_has_the_plugin_that_is_tested_here() {
    let code = read("ci/docs/tests/declarations/plugin.rs");
    demand("suricata-thread-sys/src/lib.rs", |page| {
        with_block(page, "no_run", &code)
    });
}

fn loaded() -> Host {
    let host = Host::new();
    // SAFETY: an entry point that returns a static plugin.
    unsafe { host.load(plugin::SCPluginRegister) }.unwrap();
    host
}

/// What the plugin has logged.
fn log(host: &Host) -> Vec<String> {
    let log = host.log().into_iter().map(|line| line.message);
    log.filter(|message| message.starts_with("my-plugin: "))
        .collect()
}

#[test]
fn it_counts_the_flows_of_each_thread() {
    let host = loaded();
    host.start(RunMode::Workers { threads: 1 });
    host.traffic(Traffic {
        flows: 100,
        ..Traffic::default()
    });
    host.shutdown();
    assert_eq!(log(&host), ["my-plugin: 100 flows"]);
}

#[test]
fn it_logs_what_the_host_refuses() {
    type Refuse = fn(&Host);
    let refusals: [(Refuse, &str); 2] = [
        (|host| host.refuse_slot(1), "the host refused the slot"),
        (
            |host| host.refuse_callback(1),
            "the host refused the callback",
        ),
    ];
    for (refuse, logged) in refusals {
        let host = Host::new();
        refuse(&host);
        // SAFETY: an entry point that returns a static plugin.
        unsafe { host.load(plugin::SCPluginRegister) }.unwrap();
        assert_eq!(log(&host), [format!("my-plugin: {logged}")]);
    }
    let host = loaded();
    host.start(RunMode::Single);
    host.refuse_set(1);
    host.traffic(Traffic {
        flows: 2,
        ..Traffic::default()
    });
    host.shutdown();
    let expected = ["my-plugin: a flow is not counted", "my-plugin: 1 flows"];
    assert_eq!(log(&host), expected);
}

#[test]
fn it_ignores_a_call_without_a_thread() {
    let host = loaded();
    host.finalize();
    host.flow_init_without_thread(&host.flow());
    host.shutdown();
    assert!(log(&host).is_empty());
}
