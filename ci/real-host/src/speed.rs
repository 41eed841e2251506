//! Measures how long the mock and Suricata take for a capture.

use std::fs::File;
use std::io::BufWriter;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, ensure};

use crate::build;
use crate::host::Suricata;

/// Prints a table of the seconds of both, medians of five alternating runs.
pub(crate) fn measure(suricata: &Suricata) -> Result<()> {
    const ROUNDS: usize = 5;
    let plugin = build::example("flow-counter")?;
    let mock = build::program("suricata-thread-mock", "suricata-mock")?;
    let folder = tempfile::tempdir()?;
    let capture = folder.path().join("capture.pcap");
    capture::write_pcap(120_000, BufWriter::new(File::create(&capture)?))?;
    println!("| run mode | Suricata | mock | mock / Suricata |\n| --- | ---: | ---: | ---: |");
    for mode in ["single", "autofp"] {
        let (mut of_suricata, mut of_mock) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let run = suricata.run(&[&plugin], mode, &capture, &[])?;
            of_suricata.push(run.log.seconds()?);
            let mut command = Command::new(&mock);
            command.args(["run", "--runmode", mode, "--pcap"]);
            let start = Instant::now();
            let output = command.args([&capture, &plugin]).output()?;
            of_mock.push(start.elapsed().as_secs_f64());
            ensure!(output.status.success(), "{output:?}");
        }
        let [suricata, mock] = [of_suricata, of_mock].map(|mut seconds| {
            seconds.sort_by(f64::total_cmp);
            seconds[ROUNDS / 2]
        });
        let ratio = mock / suricata;
        println!("| `{mode}` | {suricata:.2} s | {mock:.2} s | {ratio:.2} |");
    }
    Ok(())
}
