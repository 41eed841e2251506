//! Runs plugins in a real Suricata: shows the log, or checks it.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use capture::Expectation;
use clap::{Args, Parser, Subcommand};
use comfy_table::{Table, presets};
use real_host::example::{self, Example};
use real_host::{Input, Run, RunMode, Suricata, flow_counter};

/// Run plugins in a real Suricata 8.0.
#[derive(Parser)]
struct Arguments {
    /// Root folder of the Suricata: / for the one on the PATH
    #[arg(long, default_value = "/")]
    root: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a plugin over a capture in one run mode, and print the log
    Run(RunArguments),
    /// Check the example plugin flow-counter in every run mode for files
    Check(CheckArguments),
    /// Check another example over a pcap file in the run modes single and autofp
    Example(ExampleArguments),
}

#[derive(Args)]
struct RunArguments {
    #[arg(long)]
    plugin: PathBuf,
    /// The capture file
    #[arg(long)]
    capture: PathBuf,
    /// The format of the capture file
    #[arg(long, value_enum, default_value_t = Input::Pcap)]
    format: Input,
    /// The run mode, as Suricata's --runmode takes it
    #[arg(long)]
    mode: String,
}

#[derive(Args)]
struct CheckArguments {
    /// flow-counter
    #[arg(long)]
    plugin: PathBuf,
    /// The capture as a pcap file
    #[arg(long)]
    pcap: PathBuf,
    /// The same capture as a file of ERF records
    #[arg(long)]
    erf: PathBuf,
    /// What the capture holds: the JSON that `capture` printed
    #[arg(long)]
    expectation: PathBuf,
}

#[derive(Args)]
struct ExampleArguments {
    #[arg(value_enum)]
    example: Example,
    /// The plugin
    #[arg(long)]
    plugin: PathBuf,
    /// The capture as a pcap file
    #[arg(long)]
    pcap: PathBuf,
    /// What the capture holds: the JSON that `capture` printed
    #[arg(long)]
    expectation: PathBuf,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = Suricata::new(&arguments.root)
        .map_err(Box::from)
        .and_then(|suricata| match &arguments.command {
            Command::Run(arguments) => run(&suricata, arguments),
            Command::Check(arguments) => check(&suricata, arguments),
            Command::Example(arguments) => check_example(&suricata, arguments),
        });
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("real-host: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(suricata: &Suricata, arguments: &RunArguments) -> Result<ExitCode, Box<dyn Error>> {
    let run = suricata.run(
        &arguments.plugin,
        arguments.format,
        &arguments.capture,
        &arguments.mode,
    )?;
    print!("{}", run.log);
    eprint!("{}", run.printed);
    if run.status.success() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("real-host: Suricata ended with {}", run.status);
    Ok(ExitCode::FAILURE)
}

fn check(suricata: &Suricata, arguments: &CheckArguments) -> Result<ExitCode, Box<dyn Error>> {
    let expectation = read_expectation(&arguments.expectation)?;
    let mut failed = false;
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN);
    table.set_header([
        "input",
        "run mode",
        "threads created",
        "flows",
        "packets",
        "drops",
        "seconds",
    ]);

    let modes = suricata.file_run_modes()?;
    for name in ["single", "autofp"] {
        let wanted = RunMode {
            input: Input::Pcap.name().to_owned(),
            name: name.to_owned(),
        };
        if !modes.contains(&wanted) {
            return Err(format!("Suricata offers no run mode {name} for pcap files").into());
        }
    }
    for RunMode {
        input: name,
        name: mode,
    } in &modes
    {
        let (input, capture) = match Input::of_name(name) {
            Some(input @ Input::Pcap) => (input, &arguments.pcap),
            Some(input @ Input::Erf) => (input, &arguments.erf),
            None => return Err(format!("this check knows no file input {name}: teach it").into()),
        };
        let run = suricata.run(&arguments.plugin, input, capture, mode)?;
        match flow_counter::check(&run, &expectation) {
            Ok(counts) => {
                let kinds: Vec<_> = counts
                    .threads
                    .iter()
                    .map(|(kind, count)| format!("{kind} {count}"))
                    .collect();
                let threads: u64 = counts.threads.values().sum();
                table.add_row([
                    name.clone(),
                    mode.clone(),
                    format!("{threads} ({})", kinds.join(", ")),
                    counts.total.flows.to_string(),
                    counts.total.packets.to_string(),
                    counts.drops.to_string(),
                    format!("{:.1}", run.elapsed.as_secs_f64()),
                ]);
            }
            Err(problems) => {
                failed = true;
                report(&format!("{name}, run mode {mode}"), &problems, &run);
            }
        }
    }

    println!(
        "Suricata {} over a capture of {} flows with {} packets:\n{table}",
        suricata.version(),
        expectation.total.flows,
        expectation.total.packets
    );
    if failed {
        eprintln!("real-host: failed; the reasons are above");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn check_example(
    suricata: &Suricata,
    arguments: &ExampleArguments,
) -> Result<ExitCode, Box<dyn Error>> {
    let expectation = read_expectation(&arguments.expectation)?;
    let mut code = ExitCode::SUCCESS;
    for mode in ["single", "autofp"] {
        let run = suricata.run(&arguments.plugin, Input::Pcap, &arguments.pcap, mode)?;
        let what = format!("{}, run mode {mode}", arguments.example.name());
        match example::check(arguments.example, &run, &expectation) {
            Ok(summary) => println!("{what}: {summary}, as in the capture"),
            Err(problems) => {
                report(&what, &problems, &run);
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

fn read_expectation(file: &Path) -> Result<Expectation, Box<dyn Error>> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// Shows what was wrong with a run, and all that the host said.
fn report(what: &str, problems: &[String], run: &Run) {
    eprintln!("{what}: FAILED");
    for problem in problems {
        eprintln!("  - {problem}");
    }
    eprintln!("The host's log:\n{}", run.log);
    eprintln!("What else it printed:\n{}", run.printed);
}
