//! Writes a capture with a known number of flows, and prints its counts as JSON.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::process::ExitCode;

use capture::MAX_FLOWS;
use clap::Parser;
use pcap_file::PcapError;

/// Write a pcap file with a known number of flows; print its counts as JSON
#[derive(Parser)]
struct Arguments {
    /// Number of flows: TCP and UDP, IPv4 and IPv6, from either side, in equal shares; servers have port 47811
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_FLOWS)))]
    flows: u32,
    /// The file to write
    #[arg(long)]
    out: PathBuf,
}

fn main() -> ExitCode {
    let Arguments { flows, out } = Arguments::parse();
    let file = File::create(&out).map_err(PcapError::IoError);
    match file.and_then(|file| capture::write_pcap(flows, BufWriter::new(file))) {
        Ok(expectation) => {
            println!("{:#}", serde_json::json!(expectation));
            ExitCode::SUCCESS
        }
        Err(error) => {
            // The crate's own text says "reading" for every error.
            let error = match error {
                PcapError::IoError(error) => error.to_string(),
                error => error.to_string(),
            };
            eprintln!("capture: can't write {}: {error}", out.display());
            ExitCode::FAILURE
        }
    }
}
