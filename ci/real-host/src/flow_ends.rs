//! Compares the ends of flows in Suricata and on the mock, as a plugin with `FlowStorage` and the example begun-ended
//! see them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::build;
use crate::build::output_of;
use crate::host::Suricata;
use crate::log::Log;

/// The number of tries for a capture, since Suricata's flow manager may be quicker than its worker.
const ROUNDS: u32 = 3;

/// Checks that the flows of each capture end as in the table, and as on the mock.
pub(crate) fn check(suricata: &Suricata) -> Result<()> {
    let plugin = build::plugins("release")?.join("libflow_ends.so");
    let plugins = [plugin, build::example("begun-ended")?];
    let plugins = plugins.each_ref().map(PathBuf::as_path);
    let mock = build::program("suricata-thread-mock", "suricata-mock")?;
    let folder = tempfile::tempdir()?;
    let pcap = folder.path().join("script.pcap");
    let (mut all, mut wrong) = (0, Vec::new());
    for (payload, script, [flows, finished]) in capture::endings() {
        fs::write(&pcap, capture::scripted(payload, script))?;
        let mut run = Command::new(&mock);
        run.args(["run", "--runmode", "single", "--pcap"]);
        let of_mock = ends(&Log::parse_mock(&output_of(run.arg(&pcap).args(plugins))?));
        let mut of_suricata = Vec::new();
        for _ in 0..ROUNDS {
            of_suricata = ends(&suricata.run(&plugins, "single", &pcap, &[])?.log);
            if of_suricata == of_mock {
                break;
            }
        }
        let count = |end: &str| of_suricata.iter().filter(|e| e.ends_with(end)).count() as u64;
        let seen = [count("finished on FR#01"), count("retired on W#01")];
        let counted = format!("begun-ended: a thread began {flows} flows, {flows} ended");
        let is_known = seen == [finished, flows - finished] && of_suricata.contains(&counted);
        if of_suricata != of_mock || !is_known {
            wrong.push(format!(
                "{payload}, {script}: expected {flows} flows, {finished} finished; \
                 in Suricata {of_suricata:?}, on the mock {of_mock:?}"
            ));
        }
        all += flows;
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{all} flows end alike in Suricata and on the mock");
    Ok(())
}

/// Returns the messages of the two plugins, sorted.
fn ends(log: &Log) -> Vec<String> {
    let mut ends: Vec<_> = log.messages().map(str::to_owned).collect();
    ends.retain(|line| line.starts_with("flow-ends: ") || line.starts_with("begun-ended: "));
    ends.sort_unstable();
    ends
}
