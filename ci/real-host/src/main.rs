//! Runs plugins in a real Suricata, and checks what its log says.

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

/// Run plugins in a real Suricata, which is installed where there is none, and check what its log says
#[derive(Parser)]
enum Check {
    // `ci/check` lists these by the same names, and says what they show.
    Examples,
    Conformance,
    WrongTurns,
    Panics,
    Soak,
    Memcheck,
    /// Print how long the mock takes for a capture, beside Suricata
    Speed,
    /// The plugin NAME in FILE, which speaks like flow-counter, counts what a capture holds
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
