//! Runs the plugin on the mock, and prints the host's log and a table of threads.

use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

use clap::Parser;
use comfy_table::Table;
use suricata_thread_mock::{Host, LogLine, RunMode, Traffic};

/// Runs the plugin flow-counter with made-up traffic, without Suricata.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Number of workers; three more threads read packets, manage flows and recycle them.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1000))]
    threads: u16,
    /// Number of flows.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(..=10_000_000))]
    flows: u64,
    /// Number of packets in each flow.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    packets: u64,
}

fn main() -> ExitCode {
    let args = Args::parse();

    let host = Host::new();
    if let Err(error) = host.load(flow_counter::PLUGIN) {
        eprintln!("flow-counter: {error}");
        return ExitCode::FAILURE;
    }
    host.start(RunMode::Autofp {
        receivers: 1,
        workers: args.threads.into(),
    });
    let sent = host.traffic(Traffic {
        flows: args.flows,
        packets_per_flow: args.packets,
        ..Traffic::default()
    });
    host.shutdown();

    let log = host.log();
    let names: Vec<_> = host
        .threads()
        .iter()
        .map(|thread| thread.name().to_owned())
        .collect();
    let lines: String = log.iter().map(|line| format!("{line}\n")).collect();
    let text = format!("{lines}{}\n", table(&names, &log));
    match std::io::stdout().write_all(text.as_bytes()) {
        // `head` and the like close the pipe early.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("flow-counter: can't write to standard output: {error}");
            return ExitCode::from(2);
        }
        _ => {}
    }

    let busy = sent.workers.iter().filter(|worker| worker.flows > 0);
    let total = format!(
        "flow-counter: total: {} flows, {} packets, {} threads",
        sent.flows,
        sent.packets,
        busy.count()
    );
    // Without flows there is no total.
    if sent.flows > 0 && !log.iter().any(|line| line.message == total) {
        eprintln!("flow-counter: the log lacks this line: {total}");
        return ExitCode::FAILURE;
    }
    host.verify();
    ExitCode::SUCCESS
}

/// Returns a table of the counts that the plugin logged for each thread.
fn table(names: &[String], log: &[LogLine]) -> Table {
    let mut table = Table::new();
    table.set_header(["thread", "flows", "packets"]);
    for (name, number) in names.iter().zip(1..) {
        let row = counts(log, &format!("flow-counter: thread {number}: "));
        let [flows, packets] = row.unwrap_or(["not counted"; 2]);
        table.add_row([name, flows, packets]);
    }
    if let Some([flows, packets]) = counts(log, "flow-counter: total: ") {
        table.add_row(["total", flows, packets]);
    }
    table
}

/// Returns the numbers of the first line that begins `PREFIXn flows, n packets`.
fn counts<'l>(log: &'l [LogLine], prefix: &str) -> Option<[&'l str; 2]> {
    let counts = log
        .iter()
        .find_map(|line| line.message.strip_prefix(prefix))?;
    let (flows, packets) = counts.split_once(" flows, ")?;
    Some([flows, packets.split(' ').next()?])
}
