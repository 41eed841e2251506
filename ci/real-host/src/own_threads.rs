//! Checks plugins with threads of their own: with `-D`, over several captures, and if no thread can start.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::build;
use crate::host::{Folder, Run, Suricata};
use crate::socket::{self, Socket};

const FLOWS: u32 = 2_000;

/// Checks the example flow-log, and a plugin that starts threads at the wrong times.
pub(crate) fn check(suricata: &Suricata) -> Result<()> {
    let example = build::example("flow-log")?;
    let wrong = build::plugins("release")?.join("libown_threads.so");
    let plugins = [example, wrong];
    without_threads(suricata, &plugins)?;
    two_captures(suricata, &plugins, false)?;
    two_captures(suricata, &plugins, true)
}

/// Runs the plugins over a capture as a user who can't start a thread while packets flow.
fn without_threads(suricata: &Suricata, plugins: &[PathBuf]) -> Result<()> {
    let limited = json!({ "security": { "limit-noproc": true } });
    let (folder, capture, file) = prepare(suricata, plugins, limited)?;
    let nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups";
    let nobody: Vec<_> = nobody.split(' ').collect();
    let life = suricata.start(folder, &nobody, &["-r", &capture], &[("FLOW_LOG", &file)])?;
    let run = life.end()?;
    check_log(&run, "WouldBlock", "made here: true")?;
    all_written(&run.life.folder, FLOWS)?;
    println!("own threads: {FLOWS} flows in the file, although no thread can start");
    Ok(())
}

/// Reads a capture twice in one process, or with `-D` in its child.
fn two_captures(suricata: &Suricata, plugins: &[PathBuf], is_daemon: bool) -> Result<()> {
    let (folder, capture, file) = prepare(suricata, plugins, json!({}))?;
    let pid = folder.seen("pid");
    let option = format!("--unix-socket={}", folder.seen(socket::FILE));
    let daemon = ["--pidfile", &pid, "-D"];
    let options = [&[option.as_str()], &daemon[..if is_daemon { 3 } else { 0 }]].concat();
    // The process that forks ends at once, so a shell waits for the child.
    let stay = "\"$@\" && while [ -e \"$0\" ]; do sleep 0.1; done";
    let stay = ["sh", "-c", stay, &pid];
    let mut life = suricata.start(folder, &stay, &options, &[("FLOW_LOG", &file)])?;
    let mut socket = Socket::connect(&mut life)?;
    for times in 1..=2 {
        socket.read(&mut life, &capture)?;
        all_written(&life.folder, times * FLOWS)?;
    }
    socket.shut_down()?;
    check_log(
        &life.end()?,
        "Ok(())",
        &format!("made here: {}", !is_daemon),
    )?;
    println!("own threads: {FLOWS} flows of each capture in the file; with -D: {is_daemon}");
    Ok(())
}

/// Checks the log of own-threads: the late registration, the late thread, and the value that init made.
fn check_log(run: &Run, started: &str, made: &str) -> Result<()> {
    let late = "late: Err(\"registering is possible only while";
    let log = run.log.to_string();
    for text in [late, started, &format!("{made}, used: true")] {
        ensure!(log.contains(text), "the log lacks \"{text}\": {log}");
    }
    Ok(())
}

/// Makes a folder that any user may write to, with a capture. Returns it, the capture, and the path of flow-log's file.
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
    ensure!(are_all, "{of_workers} lines instead of {flows}: {log}");
    Ok(())
}
