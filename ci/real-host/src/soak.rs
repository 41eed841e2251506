//! Runs the plugin `census`, which counts its values, in a Suricata that reads many captures, and in one
//! that a signal stops.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::build;
use crate::host::Suricata;
use crate::log::Log;
use crate::socket::{self, Socket};

/// The number of captures that one process reads. With fewer, its own growth at the start hides a leak.
const CAPTURES: u64 = 300;

const FLOWS: u32 = 4_000;

/// The most KiB per capture by which the plugin may let a process grow. Without a leak, it was -30 to 17;
/// with a leak of 32 KiB for each of the 5 threads, 130 to 170.
const MOST_KIB: i64 = 64;

/// Runs both checks.
pub(crate) fn check(suricata: &Suricata) -> Result<()> {
    let plugin = build::plugins("release")?.join("libcensus.so");
    for signal in ["INT", "TERM"] {
        stop(suricata, &plugin, signal).context(signal)?;
    }
    // At the same time.
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
    ensure!(is_complete, "the plugin has not counted all flows");
    // Suricata never frees the storage of one thread, the unix manager.
    all_but_are_dropped(1, census)
}

/// Reads many captures, and returns the growth of the process in KiB per capture, and its log.
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

/// Stops Suricata in the middle of a capture, and checks that every value is dropped.
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
    ensure!(census[4] < expected.total.flows, "the signal came too late");
    all_but_are_dropped(0, census)
}

/// Returns the numbers of the plugin's last line: values of threads made and dropped, values stored and released while
/// packets flow, and flows.
fn census(log: &Log) -> Result<[u64; 5]> {
    let complaint = log.complaints().find(|line| line.module == "census");
    ensure!(complaint.is_none(), "the plugin has failed: {complaint:?}");
    let mut lines = log.messages().rev();
    let numbers = lines.find_map(|line| line.strip_prefix("census: ["));
    let numbers = numbers.context("the plugin has logged no counts")?;
    Ok(serde_json::from_str(&format!("[{numbers}"))?)
}

fn all_but_are_dropped(alive: u64, [made, dropped, stored, released, _]: [u64; 5]) -> Result<()> {
    let is_right = made > 0 && dropped + alive == made && stored > 0 && released == stored;
    ensure!(is_right, "a value was not dropped, or dropped twice");
    Ok(())
}
