//! The plugin `census`, which counts its values, in a Suricata that lives long, and in one that is
//! stopped by a signal.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::build;
use crate::host::Suricata;
use crate::log::Log;
use crate::socket::{self, Socket};

/// How many captures one process reads. With fewer, its own warming up hides what a plugin loses.
const CAPTURES: u64 = 300;

const FLOWS: u32 = 4_000;

/// How much more a process with the plugin may grow with each capture than one without, in KiB. Without
/// a leak it was up to 17 more, and 30 less; with 32 KiB lost for each of the 5 threads, 130 to 170.
const MOST_KIB: i64 = 64;

/// Runs both checks.
pub(crate) fn check(suricata: &Suricata) -> Result<()> {
    let plugin = build::plugins("release")?.join("libcensus.so");
    for signal in ["INT", "TERM"] {
        stop(suricata, &plugin, signal).context(signal)?;
    }
    // Side by side.
    let live = |plugin| live_long(suricata, plugin);
    let (with, without) = std::thread::scope(|scope| {
        let without = scope.spawn(|| live(None));
        (live(Some(&plugin)), without.join())
    });
    let (grown, log) = with?;
    let (grown_without, _) = without.map_err(|_| anyhow::anyhow!("panicked"))??;
    let census = census(&log)?;
    println!("{CAPTURES} captures: {grown} KiB each, {grown_without} without; {census:?}");
    let grows = grown - grown_without > MOST_KIB;
    ensure!(!grows, "memory grows with the plugin");
    let is_complete = census[4] == u64::from(FLOWS) * CAPTURES;
    ensure!(is_complete, "not all flows were counted");
    // Suricata never frees the storage of the unix manager, the thread that comes before all captures.
    all_but_are_dropped(1, census)
}

/// Reads many captures, and returns how much the process grew with each, in KiB, and its log.
fn live_long(suricata: &Suricata, plugin: Option<&Path>) -> Result<(i64, Log)> {
    let folder = suricata.folder()?;
    let plugins = plugin.map(|plugin| folder.add(plugin)).transpose()?;
    folder.configure(plugins.as_slice(), json!({}))?;
    let (capture, _) = folder.capture(FLOWS)?;
    let option = format!("--unix-socket={}", folder.seen(socket::FILE));
    let mut life = suricata.start(folder, &[], &[&option], &[])?;
    let mut socket = Socket::connect(&mut life)?;
    let mut resident = Vec::new();
    for _ in 0..CAPTURES {
        socket.read(&mut life, &capture)?;
        resident.push(life.resident_kib()?);
    }
    socket.shut_down()?;
    // From the middle of the first third to the middle of the last.
    let third = resident.len() / 3;
    resident[..third].sort_unstable();
    resident[2 * third..].sort_unstable();
    let grown = resident[2 * third + third / 2] - resident[third / 2];
    Ok((grown / i64::try_from(2 * third)?, life.end()?.log))
}

/// Stops Suricata in the middle of a capture: every value is dropped.
fn stop(suricata: &Suricata, plugin: &Path, signal: &str) -> Result<()> {
    let folder = suricata.folder()?;
    folder.configure(&[folder.add(plugin)?], json!({}))?;
    let (capture, expected) = folder.capture(100 * FLOWS)?;
    let mut life = suricata.start(folder, &[], &["--runmode", "autofp", "-r", &capture], &[])?;
    life.wait_until("packet", |life| {
        Ok(life.folder.logged().contains("census: packets flow"))
    })?;
    life.signal(signal)?;
    let census = census(&life.end()?.log)?;
    println!("stopped: {census:?}");
    ensure!(census[4] < expected.total.flows, "not stopped half way");
    all_but_are_dropped(0, census)
}

/// The numbers in the plugin's last line: values made and dropped, one for each thread; stored and released while
/// packets flow; flows.
fn census(log: &Log) -> Result<[u64; 5]> {
    let complaint = log.complaints().find(|line| line.module == "census");
    ensure!(complaint.is_none(), "the plugin complains: {complaint:?}");
    let mut lines = log.messages().rev();
    let numbers = lines.find_map(|line| line.strip_prefix("census: ["));
    let numbers = numbers.context("the plugin says nothing")?;
    Ok(serde_json::from_str(&format!("[{numbers}"))?)
}

fn all_but_are_dropped(alive: u64, [made, dropped, stored, released, _]: [u64; 5]) -> Result<()> {
    let is_right = made > 0 && dropped + alive == made && stored > 0 && released == stored;
    ensure!(is_right, "not all values but {alive} were dropped once");
    Ok(())
}
