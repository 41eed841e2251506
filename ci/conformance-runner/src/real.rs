//! A real Suricata as a host.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use real_host::{Log, Socket, Suricata, Workspace};
use serde_json::json;

use crate::TRANSCRIPTS;
use crate::job::{Job, Mode};
use crate::observations::Observations;

/// How long Suricata may take to read the captures that it is told to over its socket.
const LIMIT: Duration = Duration::from_secs(60);

/// An error as a text.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Has Suricata do a job. `root` is the root folder that it runs in.
///
/// # Errors
///
/// Suricata cannot be started or told what to do, or it ends with a failure; the error has all that it said.
pub fn run(suricata: &Suricata, root: &Path, job: &Job) -> Result<Observations> {
    let workspace = Workspace::new(root)?;
    let seen = workspace.seen();
    let folder = workspace.folder();
    fs::create_dir(folder.join("transcripts"))?;
    let plugins = job.copy_plugins(folder)?;
    let capture = workspace.add(&job.capture)?;
    fs::write(
        folder.join("suricata.yaml"),
        configuration(seen, &plugins, job.mode),
    )?;

    let mut command = suricata.command();
    command
        .arg("-c")
        .arg(seen.join("suricata.yaml"))
        .arg("-l")
        .arg(seen)
        .env(TRANSCRIPTS, seen.join("transcripts"));
    let output = match job.mode {
        Mode::Load => command.arg("-T").output()?,
        Mode::Single => read(&mut command, "single", &capture)?,
        Mode::Autofp => read(&mut command, "autofp", &capture)?,
        Mode::UnixSocket => {
            command.args(["--runmode", "autofp"]);
            let mut option = std::ffi::OsString::from("--unix-socket=");
            option.push(seen.join("socket"));
            command.arg(option);
            read_by_socket(&mut command, &folder.join("socket"), &capture, seen)?
        }
    };
    let log = workspace.log()?;
    if !output.status.success() {
        return Err(format!(
            "Suricata ended with {}; it logged:\n{log}and printed:\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    Ok(Observations::read(
        &folder.join("transcripts"),
        &Log::parse(&log)?,
    )?)
}

fn read(command: &mut Command, mode: &str, capture: &Path) -> std::io::Result<Output> {
    command
        .args(["--runmode", mode])
        .arg("-r")
        .arg(capture)
        .output()
}

/// The configuration for a host that loads the plugins, logs to a file, and writes nothing else.
fn configuration(folder: &Path, plugins: &[&str], mode: Mode) -> String {
    let plugins: Vec<PathBuf> = plugins.iter().map(|name| folder.join(name)).collect();
    let (_, level) = mode.log_level();
    let file = json!({
        "enabled": true, "type": "json", "filename": "suricata.log",
    });
    let outputs = match mode {
        Mode::Single => json!([{ "stats": { "enabled": true, "filename": "stats.log" } }]),
        _ => json!([]),
    };
    let configuration = json!({
        "plugins": plugins,
        "default-log-dir": folder,
        "logging": {
            "default-log-level": level,
            "outputs": [{ "console": { "enabled": false } }, { "file": file }],
        },
        // The only way to a number of workers that does not depend on the machine's processors.
        "threading": {
            "set-cpu-affinity": true,
            "cpu-affinity": [
                { "worker-cpu-set": { "cpu": ["all"], "mode": "balanced", "threads": Job::WORKERS } },
            ],
        },
        "stats": { "enabled": mode == Mode::Single },
        "outputs": outputs,
    });
    // JSON is YAML.
    format!("%YAML 1.1\n---\n{configuration:#}\n")
}

/// Starts Suricata, and has it read the capture several times by commands over its socket.
fn read_by_socket(
    command: &mut Command,
    socket: &Path,
    capture: &Path,
    output_folder: &Path,
) -> Result<Output> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let told = tell(&mut child, socket, capture, output_folder);
    if told.is_err() {
        // The child is `timeout`, which passes this signal on to Suricata, and no other.
        real_host::signal(&child, libc::SIGTERM)?;
    }
    let output = child.wait_with_output()?;
    match told {
        Ok(()) => Ok(output),
        Err(error) => Err(format!(
            "{error}; Suricata printed:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
        .into()),
    }
}

fn tell(child: &mut Child, socket: &Path, capture: &Path, output_folder: &Path) -> Result<()> {
    let start = Instant::now();
    let mut socket = Socket::connect(child, socket)?;
    for _ in 0..Job::CAPTURES {
        socket.read(capture, output_folder)?;
    }
    while !socket.is_idle()? {
        if start.elapsed() > LIMIT {
            return Err("Suricata does not get done with its captures".into());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(socket.shut_down()?)
}
