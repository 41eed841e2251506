//! Runs plugins in a real Suricata, and checks its log.

mod build;
mod conformance;
mod examples;
mod flow_ends;
mod host;
mod log;
mod memcheck;
mod own_threads;
mod panics;
mod soak;
mod socket;
mod speed;
mod wrong_turns;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

use host::Suricata;

/// Run plugins in a real Suricata, and check its log; ci/find-suricata installs one if it is missing
#[derive(Parser)]
enum Check {
    // `ci/check` describes these under the same names.
    Examples,
    Conformance,
    WrongTurns,
    Panics,
    Soak,
    Memcheck,
    /// Print how long the mock and Suricata take for a capture
    Speed,
    /// Check that the plugin NAME in FILE counts a capture, and logs as flow-counter does
    Count {
        name: String,
        file: PathBuf,
        /// Which Suricata: 8.0 or 8.0-arm64
        #[arg(default_value = "8.0")]
        suricata: String,
    },
    #[command(hide = true)]
    MockLife(conformance::MockLife),
}

fn main() -> Result<()> {
    let check = Check::parse();
    if let Check::MockLife(life) = check {
        return conformance::mock_life(&life);
    }
    std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))?;
    let suricata = || Suricata::find("8.0");
    match check {
        Check::Examples => examples::check(&suricata()?),
        Check::Conformance => {
            let suricata = suricata()?;
            conformance::check(&suricata)?;
            flow_ends::check(&suricata)
        }
        Check::WrongTurns => wrong_turns::check(&suricata()?, &Suricata::find("7.0")?),
        Check::Panics => panics::check(&suricata()?),
        Check::Soak => soak::check(&suricata()?),
        Check::Memcheck => memcheck::check(&suricata()?),
        Check::Speed => speed::measure(&suricata()?),
        Check::Count {
            name,
            file,
            suricata,
        } => examples::count(&Suricata::find(&suricata)?, &file, &name),
        Check::MockLife(_) => unreachable!("it returned above"),
    }
}
