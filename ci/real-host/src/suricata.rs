//! An installed Suricata.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use crate::log::Log;
use crate::process::stop_with_this_thread;
use crate::run_modes::{RunMode, file_run_modes};
use crate::workspace::Workspace;

/// After this many seconds a run counts as hung and is ended. Runs take less than one second.
const LIMIT_SECONDS: u32 = 120;

/// An installed Suricata 8.0, or a 7.0 that refuses plugins.
pub struct Suricata {
    root: PathBuf,
    version: String,
}

/// Why the host could not be run.
#[derive(Debug)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl From<String> for Error {
    fn from(message: String) -> Self {
        Self(message)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

/// The format of a capture file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Input {
    /// A pcap file.
    Pcap,
    /// A file of ERF records.
    Erf,
}

impl Input {
    /// The host's name for it in its list of run modes.
    pub fn name(self) -> &'static str {
        match self {
            Input::Pcap => "PCAP_FILE",
            Input::Erf => "ERF_FILE",
        }
    }

    /// The input that the host lists under `name`.
    pub fn of_name(name: &str) -> Option<Self> {
        [Input::Pcap, Input::Erf]
            .into_iter()
            .find(|input| input.name() == name)
    }

    /// The host's option for such a file.
    fn option(self) -> &'static str {
        match self {
            Input::Pcap => "-r",
            Input::Erf => "--erf-in",
        }
    }
}

/// One life of the host, from start to exit.
#[derive(Debug)]
pub struct Run {
    /// How the host ended. Exit code 124 is that of a run that was ended since it took too long.
    pub status: ExitStatus,
    /// What the host logged.
    pub log: Log,
    /// What else was printed, to stdout and stderr.
    pub printed: String,
    /// The plugin's path, as the host saw it.
    pub plugin: PathBuf,
    /// How long the run took.
    pub elapsed: Duration,
}

impl Suricata {
    /// The Suricata in the folder tree `root`, or with `root` being `/` the one on the PATH.
    ///
    /// # Errors
    ///
    /// There is none, or it is not a 7.0.x or 8.0.x.
    pub fn new(root: &Path) -> Result<Self, Error> {
        let mut suricata = Self {
            root: root
                .canonicalize()
                .map_err(|error| format!("{}: {error}", root.display()))?,
            version: String::new(),
        };
        let output = suricata.ask("-V")?;
        let version = output
            .split_once("Suricata version ")
            .and_then(|(_, rest)| rest.split_whitespace().next());
        match version {
            Some(version) if ["7.0.", "8.0."].iter().any(|of| version.starts_with(of)) => {
                version.clone_into(&mut suricata.version)
            }
            _ => {
                return Err(Error(format!(
                    "not a Suricata 7.0.x or 8.0.x: {}",
                    output.trim()
                )));
            }
        }
        Ok(suricata)
    }

    /// The version: 8.0.8, …
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The run modes for files that this Suricata offers.
    ///
    /// # Errors
    ///
    /// The host cannot be started, or does not say.
    pub fn file_run_modes(&self) -> Result<Vec<RunMode>, Error> {
        let table = self.ask("--list-runmodes")?;
        let modes = file_run_modes(&table);
        if modes.is_empty() {
            return Err(Error(format!(
                "no run modes for files in this list:\n{table}"
            )));
        }
        Ok(modes)
    }

    /// Runs `plugin` over `capture` in the given run mode.
    ///
    /// # Errors
    ///
    /// The host cannot be started, or what it logged is no log. That the host ends with a failure is not an error
    /// here: see [`Run::status`].
    pub fn run(
        &self,
        plugin: &Path,
        input: Input,
        capture: &Path,
        mode: &str,
    ) -> Result<Run, Error> {
        self.run_listed(1, plugin, input, capture, mode)
    }

    /// The same, with the plugin listed so many times in the host's configuration.
    ///
    /// # Errors
    ///
    /// As for [`run`](Self::run).
    pub fn run_listed(
        &self,
        times: usize,
        plugin: &Path,
        input: Input,
        capture: &Path,
        mode: &str,
    ) -> Result<Run, Error> {
        let workspace = Workspace::new(&self.root)?;
        let plugin = workspace.add(plugin)?;
        let capture = workspace.add(capture)?;
        let mut command = self.command();
        command
            .arg("-c")
            .arg(workspace.configure(&vec![&*plugin; times])?)
            .arg("-l")
            .arg(workspace.seen())
            .args(["--runmode", mode])
            .arg(input.option())
            .arg(&capture);
        let start = Instant::now();
        let output = command.output()?;
        let elapsed = start.elapsed();
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8_lossy(&printed).into_owned();
        let log = Log::parse(&workspace.log()?)
            .map_err(|error| format!("{error}\nSuricata printed: {printed}"))?;
        Ok(Run {
            status: output.status,
            log,
            printed,
            plugin,
            elapsed,
        })
    }

    /// The command that starts this Suricata, in its root folder and ended when it takes too long.
    pub fn command(&self) -> Command {
        self.command_from(Path::new("/"))
    }

    /// The same, with `folder`, as the host sees it, as the working directory.
    pub fn command_from(&self, folder: &Path) -> Command {
        let mut command = Command::new("timeout");
        command
            .arg("--kill-after=10")
            .arg(LIMIT_SECONDS.to_string());
        if self.root != Path::new("/") {
            command.arg("chroot").arg(&self.root);
        }
        command
            .arg("env")
            .arg("--chdir")
            .arg(folder)
            .arg("suricata");
        // `timeout` passes it on.
        stop_with_this_thread(&mut command, libc::SIGTERM);
        command
    }

    /// What the host prints when started with one argument.
    fn ask(&self, argument: &str) -> Result<String, Error> {
        let output = self.command().arg(argument).output()?;
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8_lossy(&printed).into_owned();
        if !output.status.success() {
            let status = output.status;
            return Err(Error(format!(
                "suricata {argument} failed ({status}): {printed}"
            )));
        }
        Ok(printed)
    }
}
