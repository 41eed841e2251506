//! Running plugins.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::Duration;

use clap::{ValueEnum, value_parser};
use comfy_table::{CellAlignment, Table, presets};
use suricata_thread_mock::{
    Generation, Host, RunMode, Thread, Threads, Traffic, TrafficReport, stray_reports,
};

use crate::arguments::{Plugins, generation, note_bare_name};
use crate::capture::Capture;
use crate::check::{doubtful_here, lacking_here};
use crate::exports::Suricata;
use crate::outcome::{Failure, print, say};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    files: Plugins,
    /// Suricata to play: 8 (8.0.x) or 9 (9.0)
    #[arg(long, value_name = "8|9", value_parser = generation, env = "SURICATA_MOCK",
          default_value = "8")]
    suricata: Generation,
    /// Run mode
    #[arg(long, value_enum, default_value_t = Mode::Autofp)]
    runmode: Mode,
    /// Number of threads that handle packets; by default one for each processor
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1000))]
    threads: Option<u16>,
    /// Number of made-up flows, of 10 packets each
    ///
    /// The flow recycler finishes two of five. Workers retire the others, without the finish
    /// callbacks.
    #[arg(long, value_name = "N", default_value_t = 100, conflicts_with = "pcap",
          value_parser = value_parser!(u64).range(..=10_000_000))]
    flows: u64,
    /// Take the flows from a pcap or pcapng capture
    ///
    /// Handles TCP, UDP, SCTP, ESP and ICMP echo over IPv4 and IPv6, and counts other packets by
    /// cause. Flows end by the time of packets, as in Suricata with -k none and default settings.
    /// Without -k none, Suricata does not follow TCP with wrong checksums, as with offloading, and
    /// finishes such flows on the flow recycler.
    ///
    /// Some TCP conversations end differently than in Suricata: those with an undue SYN or SYN/ACK,
    /// data after a FIN, a wrong ACK after the server ended first, timestamps that run backwards,
    /// or HTTP that begins within a segment or whose head is longer than one
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,
    /// Succeed even if the capture has no flows
    #[arg(long, requires = "pcap")]
    allow_empty: bool,
    /// Seed that decides the flows of each worker and the order of made-up packets
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Seconds after which plugin code that does not return counts as hung; 0 for no limit
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    callback_limit: u64,
    /// Let several slots hold the same value, and free it for each, as Suricata does
    #[arg(long)]
    shared_values: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// One thread reads and handles packets
    Single,
    /// One thread reads packets, and others handle them
    Autofp,
    /// Each thread reads and handles packets
    Workers,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    arguments.files.open_stand_ins()?;
    let mode = run_mode(arguments.runmode, arguments.threads).map_err(Failure::Call)?;
    if arguments.pcap.is_some() && arguments.runmode == Mode::Workers {
        let message =
            "the run mode workers is for interfaces: Suricata reads a capture in single or autofp";
        return Err(Failure::Call(message.to_owned()));
    }
    // Before any plugin code runs.
    let capture = arguments.pcap.as_deref().map(Capture::open).transpose();
    let capture = capture.map_err(Failure::Call)?;
    let host = host(arguments);
    let mut failures = load(&host, arguments.suricata, &arguments.files.plugins);
    if failures.len() < arguments.files.plugins.len() {
        let started = host.try_start(mode);
        let traffic = started.map(|threads| {
            let (traffic, failure) = match capture {
                Some(capture) => replay(&host, capture),
                None => (make_up(&host, arguments.flows), None),
            };
            if failure.is_none()
                && traffic.flows == 0
                && arguments.pcap.is_some()
                && !arguments.allow_empty
            {
                failures.push(
                    "the capture has no flow to handle; --allow-empty accepts that".to_owned(),
                );
            }
            failures.extend(failure);
            (threads, traffic)
        });
        host.shutdown();
        match traffic {
            Ok((threads, traffic)) => {
                print(table(&threads, &traffic));
                if traffic.flows > traffic.finished {
                    let retired = traffic.flows - traffic.finished;
                    print(format_args!(
                        "{retired} flows were retired by workers, which run no finish callbacks, as in Suricata"
                    ));
                }
                print(format_args!(
                    "{} flows, {} packets, seed {}",
                    traffic.flows, traffic.packets, traffic.seed
                ));
            }
            Err(refused) => failures.push(refused.to_string()),
        }
    }
    failures.extend(errors(&host));

    let strays = stray_reports();
    let misuses: Vec<_> = host.reports().into_iter().chain(strays).collect();
    if !misuses.is_empty() {
        // Each was written when it first happened.
        let repeated: Vec<_> = misuses.iter().filter(|misuse| misuse.times > 1).collect();
        failures.push(format!(
            "{} misuse(s) of Suricata's C API, see above{}",
            misuses.len(),
            if repeated.is_empty() {
                ""
            } else {
                "; more than once:"
            }
        ));
        failures.extend(repeated.iter().map(|misuse| format!("- {misuse}")));
    }
    if failures.is_empty() {
        Ok(())
    } else {
        Err(Failure::Plugin(failures.join("\n")))
    }
}

fn errors(host: &Host) -> Option<String> {
    let log = host.log();
    let errors = log.iter().filter(|line| line.level_name() == "Error");
    match errors.count() {
        0 => None,
        1 => Some("the log has 1 line at error level".to_owned()),
        many => Some(format!("the log has {many} lines at error level")),
    }
}

fn make_up(host: &Host, flows: u64) -> TrafficReport {
    host.traffic(Traffic {
        flows,
        ..Traffic::default()
    })
}

/// Stops at the first error.
fn replay(host: &Host, mut capture: Capture) -> (TrafficReport, Option<String>) {
    let mut failure = None;
    capture.show_progress();
    let traffic = host.replay(std::iter::from_fn(|| match capture.next() {
        Ok(next) => next,
        Err(e) => {
            failure = Some(e);
            None
        }
    }));
    capture.end_progress();
    for line in capture.left_out() {
        print(format_args!("{line}"));
    }
    (traffic, failure)
}

fn table(threads: &Threads, traffic: &TrafficReport) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["thread", "kind", "flows begun", "packets", "flows finished"]);
    let mut row = |thread: &Thread, flows: u64, packets: u64, finished: u64| {
        table.add_row([
            thread.name().to_owned(),
            format!("{:?}", thread.kind()),
            flows.to_string(),
            packets.to_string(),
            finished.to_string(),
        ]);
    };
    for receiver in &threads.receivers {
        row(receiver, 0, 0, 0);
    }
    for (worker, seen) in threads.workers.iter().zip(&traffic.workers) {
        row(worker, seen.flows, seen.packets, 0);
    }
    row(&threads.flow_manager, 0, 0, 0);
    row(&threads.flow_recycler, 0, 0, traffic.finished);
    if let Some(heartbeat) = &threads.heartbeat {
        row(heartbeat, 0, 0, 0);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn run_mode(mode: Mode, threads: Option<u16>) -> Result<RunMode, String> {
    let many = || match threads {
        Some(threads) => threads.into(),
        None => available_parallelism().map_or(1, NonZero::get),
    };
    match (mode, threads) {
        (Mode::Single, None | Some(1)) => Ok(RunMode::Single),
        (Mode::Single, Some(_)) => Err("the run mode single has one thread for packets".to_owned()),
        (Mode::Autofp, _) => Ok(RunMode::Autofp {
            receivers: 1,
            workers: many(),
        }),
        (Mode::Workers, _) => Ok(RunMode::Workers { threads: many() }),
    }
}

fn host(arguments: &Arguments) -> Host {
    let mut builder = Host::builder()
        .generation(arguments.suricata)
        .callback_limit(Duration::from_secs(arguments.callback_limit))
        .log_to(|line| print(line))
        .for_program()
        .record_only()
        .every_thread();
    if let Some(seed) = arguments.seed {
        builder = builder.seed(seed);
    }
    if arguments.shared_values {
        builder = builder.shared_values();
    }
    builder.build()
}

/// Returns the failures.
fn load(host: &Host, generation: Generation, plugins: &[PathBuf]) -> Vec<String> {
    let load = |plugin: &PathBuf| {
        // SAFETY: the user named the file as a plugin, whose code and entry point may run here.
        match unsafe { host.open(plugin) } {
            Ok(()) => {
                note_bare_name(plugin);
                note_differences(plugin, generation);
                None
            }
            Err(error) => Some(error.to_string()),
        }
    };
    plugins.iter().filter_map(load).collect()
}

/// Notes the plugin's optional functions that Suricata and the mock may not both have.
fn note_differences(plugin: &Path, generation: Generation) {
    let suricata = Suricata::known(generation);
    let shown = plugin.display();
    let lacking = lacking_here(plugin, &suricata);
    if !lacking.is_empty() {
        say(format_args!(
            "note: {shown} runs without {}, which {generation} has and the mock lacks: use --with for a library of stand-ins",
            lacking.join(", ")
        ));
    }
    let doubtful = doubtful_here(plugin, &suricata);
    if !doubtful.is_empty() {
        say(format_args!(
            "note: {shown} runs with stand-ins for {}, which {generation} may lack: try it without --with, too",
            doubtful.join(", ")
        ));
    }
}
