//! How flows end: a plugin with `FlowStorage` sees the same in Suricata and on the mock, and so does the example
//! begun-ended beside it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::build;
use crate::build::said;
use crate::host::Suricata;
use crate::log::Log;

/// How often a capture is read again where Suricata's flow manager was quicker than its worker.
const ROUNDS: u32 = 3;

/// Checks that the flows of each capture end as the table says, and as on the mock.
pub(crate) fn check(suricata: &Suricata) -> Result<()> {
    let plugin = build::plugins("release")?.join("libflow_ends.so");
    let plugins = [plugin, build::example("begun-ended")?];
    let plugins = plugins.each_ref().map(PathBuf::as_path);
    let mock = build::program("suricata-thread-mock", "suricata-mock")?;
    let folder = tempfile::tempdir()?;
    let pcap = folder.path().join("script.pcap");
    let (mut all, mut wrong) = (0, Vec::new());
    for (what, script, [flows, finished]) in capture::endings() {
        fs::write(&pcap, capture::scripted(what, script))?;
        let mut run = Command::new(&mock);
        run.args(["run", "--runmode", "single", "--pcap"]);
        let of_mock = ends(&Log::parse_mock(&said(run.arg(&pcap).args(plugins))?));
        let mut of_suricata = Vec::new();
        for _ in 0..ROUNDS {
            of_suricata = ends(&suricata.run(&plugins, "single", &pcap, &[])?.log);
            if of_suricata == of_mock {
                break;
            }
        }
        let ending = |how: &str| of_suricata.iter().filter(|end| end.ends_with(how)).count() as u64;
        let seen = [ending("finished on FR#01"), ending("retired on W#01")];
        let counted = format!("begun-ended: a thread began {flows} flows, {flows} ended");
        let is_known = seen == [finished, flows - finished] && of_suricata.contains(&counted);
        if of_suricata != of_mock || !is_known {
            wrong.push(format!(
                "{what}, {script}: not {flows} flows, {finished} finished, \
                 but in Suricata {of_suricata:?}, on the mock {of_mock:?}"
            ));
        }
        all += flows;
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{all} flows end alike in Suricata and on the mock");
    Ok(())
}

/// What the two plugins say.
fn ends(log: &Log) -> Vec<String> {
    let mut ends: Vec<_> = log.messages().map(str::to_owned).collect();
    ends.retain(|line| line.starts_with("flow-ends: ") || line.starts_with("begun-ended: "));
    ends.sort_unstable();
    ends
}
