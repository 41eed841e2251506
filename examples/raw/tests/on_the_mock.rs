//! Tests the plugin on the mock.

use suricata_thread_mock::{Generation, Host, RunMode, ThreadKind, Traffic};

/// Returns a host that has loaded the plugin.
fn loaded() -> Host {
    let host = host();
    // SAFETY: the entry point returns a static plugin.
    unsafe { host.load_entry_point(raw_plugin::SCPluginRegister) }.unwrap();
    host
}

/// Returns a host of 8.0, since the plugin runs in no other.
fn host() -> Host {
    Host::builder().generation(Generation::V8).build()
}

/// Returns the plugin's log messages, without its name.
fn lines(host: &Host) -> Vec<String> {
    let log = host.log();
    let messages = log.iter().map(|line| line.message.as_str());
    messages
        .filter_map(|message| message.strip_prefix("raw-plugin: "))
        .map(str::to_owned)
        .collect()
}

#[test]
fn each_thread_reports_its_flows() {
    let host = loaded();
    host.start(RunMode::Single);
    host.traffic(Traffic::default());
    host.shutdown();
    let lines = lines(&host);
    assert_eq!(lines.len(), 3, "worker, flow manager and recycler");
    assert!(lines.contains(&"a thread saw 100 flows".into()));
    assert_eq!(lines.iter().filter(|l| l.contains(" 0 flows")).count(), 2);
}

#[test]
fn a_refusal_of_the_host_is_logged() {
    type Refuse = fn(&Host);
    let refusals: [(Refuse, &str); 3] = [
        (|host| host.refuse_slot(1), "the host refused the slot"),
        (
            |host| host.refuse_callback(1),
            "the host refused a callback",
        ),
        (
            |host| host.refuse_callback(2),
            "the host refused a callback",
        ),
    ];
    for (refuse, logged) in refusals {
        let host = host();
        refuse(&host);
        host.expect_error(logged);
        // SAFETY: the entry point returns a static plugin.
        unsafe { host.load_entry_point(raw_plugin::SCPluginRegister) }.unwrap();
        assert_eq!(lines(&host), [logged]);
    }
}

#[test]
fn a_plugin_that_is_listed_twice_counts_once_and_misuses_nothing() {
    let host = loaded();
    host.expect_error("already registered");
    host.expect_error("the host refused the slot");
    // SAFETY: the entry point returns a static plugin.
    unsafe { host.load_entry_point(raw_plugin::SCPluginRegister) }.unwrap();
    host.start(RunMode::Single);
    host.traffic(Traffic::default());
    host.shutdown();
    assert!(host.reports().is_empty(), "{:?}", host.reports());
    let lines = lines(&host);
    assert_eq!(lines[0], "the host refused the slot");
    assert_eq!(lines.len(), 1 + 3, "worker, flow manager and recycler");
    assert!(lines.contains(&"a thread saw 100 flows".into()));
}

#[test]
fn a_thread_whose_state_is_refused_is_logged_and_the_others_count_on() {
    let host = loaded();
    host.finalize();
    host.expect_error("will not be counted");
    host.refuse_set(1);
    let workers = ["W#01", "W#02"].map(|name| host.spawn(name, ThreadKind::Worker));
    for worker in &workers {
        worker.flow_init(&host.flow());
    }
    host.shutdown();
    let expected = ["a thread will not be counted", "a thread saw 1 flows"];
    assert_eq!(lines(&host), expected);
}

#[test]
fn a_call_without_a_thread_is_ignored() {
    let host = loaded();
    host.finalize();
    host.flow_init_without_thread(&host.flow());
    host.shutdown();
    assert!(lines(&host).is_empty());
}

#[test]
fn a_panic_is_contained_and_logged() {
    let host = loaded();
    host.expect_errors(3, "this test panicked");
    raw_plugin::guarded("this test", || panic!("no"));
    raw_plugin::guarded("this test", || panic!("{}", 1));
    raw_plugin::guarded("this test", || std::panic::panic_any(()));
    let logged = ["no", "1", "without a text"].map(|text| format!("this test panicked: {text}"));
    assert_eq!(lines(&host), logged);
    host.shutdown();
}
