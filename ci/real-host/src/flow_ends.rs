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
    let mut all = 0;
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
        ensure!(
            of_suricata == of_mock,
            "{what}, {script}: in Suricata {of_suricata:#?}, on the mock {of_mock:#?}"
        );
        let of_recycler = of_mock
            .iter()
            .filter(|end| end.ends_with("finished on FR#01"));
        let of_worker = of_mock
            .iter()
            .filter(|end| end.ends_with("retired on W#01"));
        let seen = [of_mock.len() as u64, of_recycler.count() as u64];
        ensure!(
            seen == [flows, finished] && of_worker.count() as u64 == flows - finished,
            "{what}, {script}: {of_mock:?}"
        );
        all += flows;
    }
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
