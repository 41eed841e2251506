//! Writes a capture with a known number of flows, and prints what it holds as JSON.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::process::ExitCode;

use capture::{MAX_FLOWS, MAX_FLOWS_WITH_TALKERS, MAX_PACKETS, Plan};
use clap::{Parser, ValueEnum};

/// Write a capture file with a known number of flows; print what it holds as JSON.
#[derive(Parser)]
struct Arguments {
    /// Number of flows: TCP and UDP, IPv4 and IPv6, begun from either side, in equal shares
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_FLOWS)))]
    flows: u32,
    /// Packets with payload per flow, client and server in turn
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_PACKETS)))]
    packets: u32,
    /// Have a few hosts begin many of the flows, and list them; for up to 20000 flows
    #[arg(long, conflicts_with = "format")]
    talkers: bool,
    /// The format of the file
    #[arg(long, value_enum, default_value_t = Format::Pcap)]
    format: Format,
    /// The file to write
    #[arg(long)]
    out: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Pcap,
    Erf,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(expectation) => {
            println!("{expectation}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("capture: {}: {error}", arguments.out.display());
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<String, Box<dyn std::error::Error>> {
    let plan = Plan {
        flows: arguments.flows,
        packets: arguments.packets,
    };
    if arguments.talkers && plan.flows > MAX_FLOWS_WITH_TALKERS {
        return Err(format!("at most {MAX_FLOWS_WITH_TALKERS} flows with talkers").into());
    }
    let file = BufWriter::new(File::create(&arguments.out)?);
    let expectation = match arguments.format {
        Format::Pcap if arguments.talkers => capture::write_pcap_with_talkers(plan, file)?,
        Format::Pcap => capture::write_pcap(plan, file)?,
        Format::Erf => capture::write_erf(plan, file)?,
    };
    Ok(serde_json::to_string_pretty(&expectation)?)
}
