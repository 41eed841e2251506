//! Plugins with threads of their own: with `-D`, over several captures, and where threads are forbidden.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::build;
use crate::host::{Folder, Suricata};
use crate::socket::{self, Socket};

const FLOWS: u32 = 2_000;

/// What own-threads says of registering when packets flow.
const LATE: &str = "late: Err(\"registering is possible only while";

/// Checks the example flow-log, and a plugin whose threads come at the wrong times.
pub(crate) fn check(suricata: &Suricata) -> Result<()> {
    let example = build::example("flow-log")?;
    let wrong = build::plugins(&["--profile", "release"])?.join("libown_threads.so");
    let plugins = [example, wrong];
    for mode in ["single", "autofp"] {
        one_capture(
            suricata,
            &plugins,
            &[],
            &["--runmode", mode],
            json!({}),
            "Ok(())",
        )?;
    }
    let nobody = [
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
    ];
    let limited = json!({ "security": { "limit-noproc": true } });
    one_capture(suricata, &plugins, &nobody, &[], limited, "WouldBlock")?;
    two_captures(suricata, &plugins, false)?;
    two_captures(suricata, &plugins, true)
}

/// Runs the plugins over a capture. `started` is what comes of starting a thread when packets flow.
fn one_capture(
    suricata: &Suricata,
    plugins: &[PathBuf],
    wrapper: &[&str],
    options: &[&str],
    more: Value,
    started: &str,
) -> Result<()> {
    let (folder, capture, file) = prepare(suricata, plugins, more)?;
    let arguments = [options, &["-r", &capture]].concat();
    let life = suricata.start(folder, wrapper, &arguments, &[("FLOW_LOG", &file)])?;
    let run = life.end()?;
    let log = run.log.to_string();
    for said in [LATE, started, "made here: true, used: true"] {
        ensure!(log.contains(said), "not {said}: {log}");
    }
    all_written(&run.life.folder, FLOWS, &log)?;
    println!("own threads: {FLOWS} flows in the file; {wrapper:?} {options:?}");
    Ok(())
}

/// Has one process, or with `-D` its child, read a capture twice.
fn two_captures(suricata: &Suricata, plugins: &[PathBuf], is_daemon: bool) -> Result<()> {
    let (folder, capture, file) = prepare(suricata, plugins, json!({}))?;
    let (seen, pid) = (folder.seen(""), folder.seen("pid"));
    let option = format!("--unix-socket={}", folder.seen(socket::FILE));
    let options: &[&str] = if is_daemon {
        &[&option, "--pidfile", &pid, "-D"]
    } else {
        &[&option]
    };
    // The process that forks ends at once.
    let stay = "\"$@\" && while [ -e \"$0\" ]; do sleep 0.1; done";
    let mut life = suricata.start(
        folder,
        &["sh", "-c", stay, &pid],
        options,
        &[("FLOW_LOG", &file)],
    )?;
    let mut socket = Socket::connect(&mut life)?;
    for times in 1..=2 {
        socket.read(&capture, &seen)?;
        life.wait_until("end of the capture", |_| socket.is_idle())?;
        all_written(&life.folder, times * FLOWS, &life.folder.logged())?;
    }
    socket.shut_down()?;
    let log = life.end()?.log.to_string();
    for said in [LATE, &format!("made here: {}, used: true", !is_daemon)] {
        ensure!(log.contains(said), "not {said}: {log}");
    }
    println!("own threads: {FLOWS} flows of each capture in the file; with -D: {is_daemon}");
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

fn all_written(folder: &Folder, flows: u32, log: &str) -> Result<()> {
    let lines = fs::read_to_string(folder.path("flows"))?;
    let of_workers = lines.lines().filter(|line| line.starts_with("W#0")).count();
    let are_all = of_workers == flows as usize;
    ensure!(are_all, "{of_workers} lines, not {flows}: {log}");
    Ok(())
}
