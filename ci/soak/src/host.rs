//! A Suricata that runs while the check does something with it.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use real_host::{Log, Socket, Workspace, command_in, stop_with_this_thread};

/// How long the host may take to start, to stop, or to read one capture.
const LIMIT: Duration = Duration::from_secs(60);

/// A running Suricata; killed when dropped.
pub(crate) struct Host {
    child: Child,
    workspace: Workspace,
}

/// What the host reads.
pub(crate) enum Mode<'a> {
    /// One capture file.
    Capture(&'a Path),
    /// What it is told to over its socket.
    Socket,
}

impl Host {
    /// Starts the host below `root`, with or without a plugin.
    pub(crate) fn start(
        root: &Path,
        plugin: Option<&Path>,
        mode: &Mode,
    ) -> Result<Self, Box<dyn Error>> {
        let workspace = Workspace::new(root)?;
        let plugin = plugin.map(|plugin| workspace.add(plugin)).transpose()?;
        let plugins: Vec<&Path> = plugin.iter().map(PathBuf::as_path).collect();
        let configuration = workspace.configure(&plugins)?;
        let mut command = command_in(root);
        // The threads that start hosts wait for them.
        stop_with_this_thread(&mut command, libc::SIGKILL);
        command
            .arg("suricata")
            .arg("-c")
            .arg(configuration)
            .arg("-l")
            .arg(workspace.seen());
        match mode {
            Mode::Capture(capture) => {
                command
                    .args(["--runmode", "autofp", "-r"])
                    .arg(workspace.add(capture)?);
            }
            Mode::Socket => {
                command.arg(format!(
                    "--unix-socket={}",
                    workspace.seen().join("socket").display()
                ));
            }
        }
        let printed = fs::File::create(workspace.folder().join("printed"))?;
        command
            .stdin(Stdio::null())
            .stdout(printed.try_clone()?)
            .stderr(printed);
        Ok(Self {
            child: command.spawn()?,
            workspace,
        })
    }

    /// Gives the host a file; the path is as the host sees it.
    pub(crate) fn add(&self, file: &Path) -> Result<PathBuf, Box<dyn Error>> {
        Ok(self.workspace.add(file)?)
    }

    /// The folder that the host writes to, as it sees it.
    pub(crate) fn folder(&self) -> &Path {
        self.workspace.seen()
    }

    /// Waits until `done` is so.
    pub(crate) fn wait_until(
        &mut self,
        what: &str,
        mut done: impl FnMut(&mut Self) -> Result<bool, Box<dyn Error>>,
    ) -> Result<(), Box<dyn Error>> {
        let start = Instant::now();
        while !done(self)? {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!(
                    "the host ended with {status} before {what}:\n{}",
                    self.said()
                )
                .into());
            }
            if start.elapsed() > LIMIT {
                return Err(format!("waited in vain for {what}:\n{}", self.said()).into());
            }
            sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Connects to the host's socket.
    pub(crate) fn connect(&mut self) -> Result<Socket, Box<dyn Error>> {
        let socket = Socket::connect(&mut self.child, &self.workspace.folder().join("socket"));
        Ok(socket.map_err(|error| format!("{error}:\n{}", self.said()))?)
    }

    /// The memory that the host holds now, in KiB.
    pub(crate) fn resident_kib(&self) -> Result<u64, Box<dyn Error>> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: libc::c_int) -> Result<(), Box<dyn Error>> {
        Ok(real_host::signal(&self.child, signal)?)
    }

    /// Waits for the host to end.
    pub(crate) fn end(mut self) -> Result<(ExitStatus, Log), Box<dyn Error>> {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait()? {
                break status;
            }
            if start.elapsed() > LIMIT {
                return Err(format!("the host does not end:\n{}", self.said()).into());
            }
            sleep(Duration::from_millis(10));
        };
        Ok((status, Log::parse(&self.workspace.log()?)?))
    }

    /// The host's log and what it printed, for an error message.
    fn said(&self) -> String {
        let log = self.workspace.log().unwrap_or_default();
        let tail: Vec<_> = log.lines().rev().take(20).collect();
        let printed =
            fs::read_to_string(self.workspace.folder().join("printed")).unwrap_or_default();
        format!(
            "{}\n{printed}",
            tail.into_iter().rev().collect::<Vec<_>>().join("\n")
        )
    }

    /// What the host has logged so far.
    pub(crate) fn log(&self) -> Result<String, Box<dyn Error>> {
        Ok(self.workspace.log()?)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // Does nothing where the host has ended and was waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
