//! Tests the plugin on the mock.

use std::env;
use std::process::Command;
use std::time::Duration;

use live_totals::PACKETS_PER_LOOK;
use suricata_thread_mock::{Host, RunMode, Thread, ThreadKind, Traffic};

const NEVER: Duration = Duration::MAX;
const SOON: Duration = Duration::from_millis(1);

/// Returns a host with the plugin, which reports at this interval.
fn host(interval: Duration) -> Host {
    let host = Host::new();
    let register = || live_totals::register(interval);
    suricata_thread::plugin::load_in_mock("live-totals", register).unwrap();
    host
}

/// Returns the plugin's log messages, without its name.
fn lines(host: &Host) -> Vec<String> {
    let log = host.log();
    let messages = log.iter().map(|line| line.message.as_str());
    messages
        .filter_map(|message| message.strip_prefix("live-totals: "))
        .map(str::to_owned)
        .collect()
}

/// Sends one flow of `packets` packets.
fn send_flow(host: &Host, worker: &Thread, packets: u64) {
    let flow = host.flow();
    worker.flow_init(&flow);
    for _ in 0..packets {
        worker.flow_update(&flow);
    }
}

fn wait_until_due() {
    std::thread::sleep(2 * SOON);
}

#[test]
fn a_worker_reports_the_totals_of_all_threads_when_they_are_due() {
    let host = host(SOON);
    host.finalize();
    let workers = ["W#01", "W#02"].map(|name| host.spawn(name, ThreadKind::Worker));
    send_flow(&host, &workers[0], PACKETS_PER_LOOK - 1);
    wait_until_due();
    assert!(lines(&host).is_empty(), "no worker has looked at the clock");
    send_flow(&host, &workers[1], PACKETS_PER_LOOK);
    assert_eq!(lines(&host), ["so far: 2 flows, 63 packets, 2 flows alive"]);
    wait_until_due();
    send_flow(&host, &workers[0], 1);
    assert_eq!(
        lines(&host)[1..],
        ["so far: 3 flows, 64 packets, 3 flows alive"]
    );
    host.shutdown();
}

#[test]
fn flows_are_alive_until_they_end_on_any_thread() {
    let host = host(SOON);
    host.finalize();
    let recycler = host.spawn("FR#01", ThreadKind::FlowRecycler);
    let workers = ["W#01", "W#02"].map(|name| host.spawn(name, ThreadKind::Worker));
    let report = || {
        wait_until_due();
        send_flow(&host, &workers[0], PACKETS_PER_LOOK);
        lines(&host).pop().unwrap()
    };
    let [one, two, three] = [0; 3].map(|_| {
        let flow = host.flow();
        workers[1].flow_init(&flow);
        flow
    });
    assert_eq!(report(), "so far: 4 flows, 32 packets, 4 flows alive");
    workers[1].flow_retire(one);
    workers[0].flow_retire(two);
    assert_eq!(report(), "so far: 5 flows, 64 packets, 3 flows alive");
    recycler.flow_finish(three);
    assert_eq!(report(), "so far: 6 flows, 96 packets, 3 flows alive");
    host.shutdown();
}

#[test]
fn nothing_is_reported_before_it_is_due() {
    let host = host(NEVER);
    host.start(RunMode::Single);
    host.traffic(Traffic::default());
    assert!(lines(&host).is_empty());
    host.shutdown();
}

#[test]
fn the_last_line_is_the_total_in_every_run_mode() {
    let modes = [
        RunMode::Single,
        RunMode::Autofp {
            receivers: 1,
            workers: 4,
        },
        RunMode::Workers { threads: 4 },
    ];
    for mode in modes {
        let host = host(NEVER);
        host.start(mode);
        host.traffic(Traffic {
            flows: 300,
            packets_per_flow: 7,
            ..Traffic::default()
        });
        host.shutdown();
        assert_eq!(
            lines(&host),
            ["total: 300 flows, 2100 packets, 0 flows alive"],
            "{mode:?}"
        );
    }
}

#[test]
fn reports_never_go_back() {
    let host = host(Duration::from_nanos(1));
    host.start(RunMode::Workers { threads: 4 });
    host.traffic(Traffic {
        flows: 2000,
        ..Traffic::default()
    });
    host.shutdown();
    let lines = lines(&host);
    let packets = |line: &String| -> u64 {
        let (_, packets) = line.split_once(" flows, ").unwrap();
        let (packets, _) = packets.split_once(" packets, ").unwrap();
        packets.parse().unwrap()
    };
    assert!(lines.len() > 10, "{lines:#?}");
    assert!(lines.is_sorted_by_key(packets), "{lines:#?}");
    assert_eq!(
        lines.last().unwrap(),
        "total: 2000 flows, 20000 packets, 0 flows alive"
    );
}

#[test]
fn captures_in_one_process_add_up_although_a_command_thread_is_never_freed() {
    let host = host(NEVER);
    host.finalize();
    let manager = host.spawn("US", ThreadKind::Command);
    for _ in 0..2 {
        let worker = host.spawn("W#01", ThreadKind::Worker);
        send_flow(&host, &worker, 5);
        worker.join();
        worker.free();
    }
    drop(manager);
    host.shutdown();
    let totals = [
        "total: 1 flows, 5 packets, 1 flows alive",
        "total: 2 flows, 10 packets, 2 flows alive",
    ];
    assert_eq!(lines(&host), totals);
}

#[test]
fn a_thread_whose_state_is_refused_is_logged_and_the_others_count_on() {
    let host = host(NEVER);
    host.finalize();
    host.expect_error("will not be counted");
    host.refuse_set(1);
    let workers = ["W#01", "W#02"].map(|name| host.spawn(name, ThreadKind::Worker));
    for worker in &workers {
        send_flow(&host, worker, 3);
    }
    host.shutdown();
    let lines = lines(&host);
    let refused = "a thread will not be counted: the host refused to store the value";
    assert!(lines[0].starts_with(refused), "{lines:#?}");
    assert_eq!(lines[1..], ["total: 1 flows, 3 packets, 0 flows alive"]);
}

#[test]
fn the_interval_is_a_number_of_seconds_above_0() {
    let interval = |value: &str| live_totals::interval(Some(value.into()));
    assert_eq!(live_totals::interval(None), Ok(Duration::from_secs(10)));
    assert_eq!(interval("3"), Ok(Duration::from_secs(3)));
    assert_eq!(interval("0.5"), Ok(Duration::from_millis(500)));
    for wrong in ["", "ten", "10s", "0", "-1", "NaN", "inf", "1e300", "1e-20"] {
        let error = interval(wrong).unwrap_err();
        assert!(error.starts_with("LIVE_TOTALS_SECONDS is not"), "{wrong}");
    }
}

#[test]
fn the_entry_point_reads_the_interval_from_the_environment() {
    const NAME: &str = "LIVE_TOTALS_SECONDS";
    const VALUE: &str = "1e-9";
    if env::var_os(NAME).is_none_or(|value| value != VALUE) {
        // Runs this test again, in a process of its own: this one's environment must not change while
        // other tests run.
        let this = "the_entry_point_reads_the_interval_from_the_environment";
        let mut child = Command::new(env::current_exe().unwrap());
        let output = child.args([this, "--exact"]).env(NAME, VALUE).output();
        let printed = String::from_utf8(output.unwrap().stdout).unwrap();
        assert!(printed.contains(" 1 passed; 0 failed"), "{printed}");
        return;
    }
    let host = Host::new();
    host.load(live_totals::PLUGIN).unwrap();
    host.start(RunMode::Single);
    host.traffic(Traffic::default());
    host.shutdown();
    let lines = lines(&host);
    let (total, before) = lines.split_last().unwrap();
    assert_eq!(total, "total: 100 flows, 1000 packets, 0 flows alive");
    assert!(!before.is_empty(), "{NAME} had no effect");
}
