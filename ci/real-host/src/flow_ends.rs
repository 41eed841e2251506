//! How flows end: a plugin with `FlowStorage` sees the same in Suricata and on the mock.

use std::fs;
use std::process::Command;

use anyhow::{Result, ensure};
use capture::ENDINGS;

use crate::build;
use crate::examples::said;
use crate::host::Suricata;
use crate::log::Log;

/// How often a capture is read again where Suricata's flow manager was quicker than its worker.
const ROUNDS: u32 = 3;

/// Checks that the flows of each capture end as the table says, and as on the mock.
pub(crate) fn check(suricata: &Suricata) -> Result<()> {
    let plugin = build::plugins(&["--profile", "release"])?.join("libflow_ends.so");
    let mock = build::program("suricata-thread-mock", "suricata-mock")?;
    let folder = tempfile::tempdir()?;
    let pcap = folder.path().join("script.pcap");
    let (mut all, mut wrong) = (0, Vec::new());
    for (what, script, [flows, finished]) in ENDINGS {
        fs::write(&pcap, capture::scripted(what, script))?;
        let mut run = Command::new(&mock);
        run.args(["run", "--runmode", "single", "--pcap"]);
        let of_mock = ends(&Log::parse_mock(&said(run.arg(&pcap).arg(&plugin))?));
        let mut of_suricata = Vec::new();
        for _ in 0..ROUNDS {
            of_suricata = ends(&suricata.run(&plugin, "single", &pcap, &[])?.log);
            if of_suricata == of_mock {
                break;
            }
        }
        if of_suricata != of_mock {
            wrong.push(format!(
                "{what}, {script}: in Suricata {of_suricata:?}, on the mock {of_mock:?}"
            ));
        }
        let ending = |how: &str| of_suricata.iter().filter(|end| end.ends_with(how)).count() as u64;
        let seen = [ending(""), ending("finished on FR#01")];
        if seen != [flows, finished] || ending("retired on W#01") != flows - finished {
            wrong.push(format!(
                "{what}, {script}: in Suricata {of_suricata:?}, and not {flows} flows, {finished} finished"
            ));
        }
        all += flows;
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!(
        "{all} flows of {} captures end alike in Suricata and on the mock",
        ENDINGS.len()
    );
    Ok(())
}

fn ends(log: &Log) -> Vec<String> {
    let mut ends: Vec<_> = log
        .messages()
        .filter_map(|line| Some(line.strip_prefix("flow-ends: ")?.to_owned()))
        .collect();
    ends.sort_unstable();
    ends
}
