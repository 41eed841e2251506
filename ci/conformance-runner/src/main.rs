//! `conformance`: runs the suite in Suricata and on the mock, and compares.

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use capture::Plan;
use clap::Parser;
use comfy_table::{Table, presets};
use conformance_runner::{Job, Mode, Observations, compare, mock, real};
use real_host::Suricata;

/// Run the conformance suite in a real Suricata 8.0 and on the mock, and compare what it observed.
#[derive(Parser)]
struct Arguments {
    /// Root folder of the Suricata: / for the one on the PATH
    #[arg(long, default_value = "/")]
    root: PathBuf,
    /// Folder with the suite's plugins
    #[arg(long)]
    plugins: PathBuf,
    /// Print all that was observed in Suricata
    #[arg(long)]
    verbose: bool,
}

/// Enough for each worker to have some, however their hashes fall.
const PLAN: Plan = Plan {
    flows: 256,
    packets: 6,
};

/// What is observed in 8.0 alone.
const ONLY_8: [&str; 3] = [
    "allocation",
    "allocation, per thread",
    "allocation, the host's lines in the log",
];

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("conformance: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let suricata = Suricata::new(&arguments.root)?;
    let real_name = format!("Suricata {}", suricata.version());
    let folder = tempfile::tempdir()?;
    let capture = folder.path().join("flows.pcap");
    let expectation = capture::write_pcap(PLAN, BufWriter::new(File::create(&capture)?))?;
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN);
    table.set_header([
        "run",
        "host",
        "transcripts",
        "lines",
        "differences",
        "seconds",
    ]);

    let mut failed = false;
    let (mut transcripts, mut lines) = (0, 0);
    for mode in Mode::ALL {
        let job = |major| Job {
            major,
            mode,
            expectation: expectation.clone(),
            capture: capture.clone(),
            plugins: arguments.plugins.clone(),
        };
        let start = Instant::now();
        let observed = real::run(&suricata, &arguments.root, &job(8))
            .map_err(|error| format!("{real_name}, {mode}: {error}"))?;
        demand_observations(&observed, mode)?;
        if arguments.verbose {
            println!("# {real_name}, {mode}\n\n{observed}");
        }
        table.add_row([
            mode.to_string(),
            real_name.clone(),
            observed.0.len().to_string(),
            observed.lines().to_string(),
            String::new(),
            seconds(start),
        ]);
        for (major, name, left_out) in [
            (8, "mock, as 8.0", &[][..]),
            (9, "mock, as 9.0", &ONLY_8[..]),
        ] {
            let start = Instant::now();
            let (on_mock, reports) = match mock::run(&job(major)) {
                Ok(observed) => observed,
                Err(error) => {
                    failed = true;
                    eprintln!("{name}, {mode}: {error}");
                    continue;
                }
            };
            let mut comparison = compare((&real_name, &observed), (name, &on_mock), left_out);
            comparison
                .differences
                .extend(mock::judge(&reports, mode != Mode::Load));
            transcripts += comparison.equal;
            lines += comparison.lines;
            table.add_row([
                mode.to_string(),
                name.to_owned(),
                format!("{} equal", comparison.equal),
                format!("{} equal", comparison.lines),
                comparison.differences.len().to_string(),
                seconds(start),
            ]);
            for difference in &comparison.differences {
                failed = true;
                eprintln!("{name}, {mode}: not as {real_name}:\n{difference}");
            }
        }
    }
    println!("What the same plugins observed:\n{table}");
    println!(
        "Left out of 9.0, which 8.0 alone has: {}.",
        ONLY_8.join("; ")
    );
    println!("{transcripts} transcripts with {lines} lines are equal.");
    if failed {
        eprintln!("conformance: failed; the reasons are above");
    }
    Ok(!failed)
}

/// What shows that the suite ran: two hosts that refuse it observe the same, nothing.
fn demand_observations(observed: &Observations, mode: Mode) -> Result<(), String> {
    let mut demanded = vec![
        ("registration", "accepted: true"),
        ("several_plugins", "second: Init"),
        ("refused_plugin", "closed"),
        ("allocation", "size 1, alloc: "),
    ];
    if mode != Mode::Load {
        demanded.push(("values, per thread", "first flow on worker"));
        demanded.push(("flows, at any time", "finish on"));
    }
    for (name, part) in demanded {
        if !observed.0.get(name).is_some_and(|text| text.contains(part)) {
            return Err(format!(
                "{mode}: the suite did not run: no \"{part}\" in {name}:\n{observed}"
            ));
        }
    }
    Ok(())
}

fn seconds(since: Instant) -> String {
    format!("{:.1}", since.elapsed().as_secs_f64())
}
