//! Plugins with threads of their own: with `-D`, over several captures, and where no thread can be started.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::build;
use crate::host::{Folder, Run, Suricata};
use crate::socket::{self, Socket};

const FLOWS: u32 = 2_000;

/// Checks the example flow-log, and a plugin whose threads come at the wrong times.
pub(crate) fn check(suricata: &Suricata) -> Result<()> {
    let example = build::example("flow-log")?;
    let wrong = build::plugins("release")?.join("libown_threads.so");
    let plugins = [example, wrong];
    without_threads(suricata, &plugins)?;
    two_captures(suricata, &plugins, false)?;
    two_captures(suricata, &plugins, true)
}

/// Runs the plugins over a capture as a user who can start no thread when packets flow.
fn without_threads(suricata: &Suricata, plugins: &[PathBuf]) -> Result<()> {
    let limited = json!({ "security": { "limit-noproc": true } });
    let (folder, capture, file) = prepare(suricata, plugins, limited)?;
    let nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups";
    let nobody: Vec<_> = nobody.split(' ').collect();
    let life = suricata.start(folder, &nobody, &["-r", &capture], &[("FLOW_LOG", &file)])?;
    let run = life.end()?;
    all_said(&run, "WouldBlock", "made here: true")?;
    all_written(&run.life.folder, FLOWS)?;
    println!("own threads: {FLOWS} flows in the file, where no thread can be started");
    Ok(())
}

/// Has one process, or with `-D` its child, read a capture twice.
fn two_captures(suricata: &Suricata, plugins: &[PathBuf], is_daemon: bool) -> Result<()> {
    let (folder, capture, file) = prepare(suricata, plugins, json!({}))?;
    let pid = folder.seen("pid");
    let option = format!("--unix-socket={}", folder.seen(socket::FILE));
    let daemon = ["--pidfile", &pid, "-D"];
    let options = [&[option.as_str()], &daemon[..if is_daemon { 3 } else { 0 }]].concat();
    // The process that forks ends at once.
    let stay = "\"$@\" && while [ -e \"$0\" ]; do sleep 0.1; done";
    let stay = ["sh", "-c", stay, &pid];
    let mut life = suricata.start(folder, &stay, &options, &[("FLOW_LOG", &file)])?;
    let mut socket = Socket::connect(&mut life)?;
    for times in 1..=2 {
        socket.read(&mut life, &capture)?;
        all_written(&life.folder, times * FLOWS)?;
    }
    socket.shut_down()?;
    all_said(
        &life.end()?,
        "Ok(())",
        &format!("made here: {}", !is_daemon),
    )?;
    println!("own threads: {FLOWS} flows of each capture in the file; with -D: {is_daemon}");
    Ok(())
}

/// Demands what own-threads says of registering and of starting a thread when packets flow, and of what init made.
fn all_said(run: &Run, started: &str, made: &str) -> Result<()> {
    let late = "late: Err(\"registering is possible only while";
    let log = run.log.to_string();
    for said in [late, started, &format!("{made}, used: true")] {
        ensure!(log.contains(said), "not {said}: {log}");
    }
    Ok(())
}

/// Makes a folder that any user may write to, with a capture in it and the path of flow-log's file.
fn prepare(
    suricata: &Suricata,
    plugins: &[PathBuf],
    more: Value,
) -> Result<(Folder, String, String)> {
    let folder = suricata.folder()?;
    fs::set_permissions(folder.path(""), fs::Permissions::from_mode(0o777))?;
    let plugins: Result<Vec<_>> = plugins.iter().map(|plugin| folder.add(plugin)).collect();
    folder.configure(&plugins?, more)?;
    let (capture, _) = folder.capture(FLOWS)?;
    let file = folder.seen("flows");
    Ok((folder, capture, file))
}

fn all_written(folder: &Folder, flows: u32) -> Result<()> {
    let lines = fs::read_to_string(folder.path("flows"))?;
    let of_workers = lines.lines().filter(|line| line.starts_with("W#0")).count();
    let (are_all, log) = (of_workers == flows as usize, folder.logged());
    ensure!(are_all, "{of_workers} lines, not {flows}: {log}");
    Ok(())
}
