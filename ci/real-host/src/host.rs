//! An installed Suricata, and its runs.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use capture::Expectation;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::build::output_of;
use crate::log::Log;

/// A run that takes longer hangs, and is killed. Most take less than a second, or a minute under valgrind.
const LIMIT: Duration = Duration::from_secs(300);

/// An installed Suricata.
pub(crate) struct Suricata {
    /// The folder tree to run it in; / for the one on the PATH.
    root: PathBuf,
    /// Whether it is for another machine, and qemu runs it.
    emulated: bool,
    /// The version, such as 8.0.8.
    pub(crate) version: String,
}

impl Suricata {
    /// Returns the Suricata that `ci/find-suricata WHICH` finds or installs.
    pub(crate) fn find(which: &str) -> Result<Self> {
        let mut find = Command::new("ci/find-suricata");
        let found = find.arg(which).stderr(Stdio::inherit()).output()?;
        ensure!(found.status.success(), "ci/find-suricata {which} failed");
        let mut suricata = Self {
            root: fs::canonicalize(String::from_utf8(found.stdout)?.trim())?,
            emulated: which.ends_with("arm64"),
            version: String::new(),
        };
        let output = output_of(suricata.command(&[]).arg("-V"))?;
        let version = output.split_once("Suricata version ").map(|(_, rest)| rest);
        let version = version.and_then(|rest| rest.split_whitespace().next());
        suricata.version = version.context(output.clone())?.to_owned();
        Ok(suricata)
    }

    /// Returns the command that starts it with `wrapper`, a program in its folder tree. The process ends with the
    /// thread that starts it.
    fn command(&self, wrapper: &[&str]) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]);
        if self.emulated {
            command.args(["qemu-aarch64-static", "-L"]).arg(&self.root);
            command.arg(self.root.join("usr/bin/suricata"));
            return command;
        }
        if self.root != Path::new("/") {
            // valgrind needs /proc, which is mounted in a namespace of its own.
            let chroot = "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" \"$@\"";
            command.args(["unshare", "--mount", "sh", "-c", chroot]);
            command.arg(&self.root);
        }
        command.arg("env").args(wrapper).arg("suricata");
        command
    }

    /// Makes a folder for one run.
    pub(crate) fn folder(&self) -> Result<Folder> {
        let root = match self.emulated {
            true => Path::new("/"),
            false => &self.root,
        };
        let folder = TempDir::with_prefix_in("suricata-", root.join("tmp"))?;
        let seen = Path::new("/").join(folder.path().strip_prefix(root)?);
        Ok(Folder { folder, seen })
    }

    /// Runs plugins over a capture.
    pub(crate) fn run(
        &self,
        plugins: &[&Path],
        mode: &str,
        capture: &Path,
        variables: &[(&str, &str)],
    ) -> Result<Run> {
        let folder = self.folder()?;
        let plugins: Result<Vec<_>> = plugins.iter().map(|plugin| folder.add(plugin)).collect();
        let capture = folder.add(capture)?;
        folder.configure(&plugins?, json!({}))?;
        let arguments = ["--runmode", mode, "-r", &capture];
        self.start(folder, &[], &arguments, variables)?.end()
    }

    /// Starts it in `folder` with `wrapper`, arguments and environment variables.
    pub(crate) fn start(
        &self,
        folder: Folder,
        wrapper: &[&str],
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Result<Life> {
        let printed = File::create(folder.path("printed"))?;
        let mut command = self.command(wrapper);
        command
            .args(["-k", "none", "-c", &folder.seen("suricata.yaml")])
            .args(["-l", &folder.seen("")])
            .args(arguments)
            // Only for checks that ask for it: a backtrace reads millions of numbers of debug information. Some look
            // like addresses of lost memory, so that memcheck would not report it.
            .env_remove("RUST_BACKTRACE")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(printed.try_clone()?)
            .stderr(printed);
        Ok(Life {
            child: command.spawn()?,
            folder,
        })
    }
}

/// A folder with everything that Suricata needs for one run. Its drop removes it.
pub(crate) struct Folder {
    folder: TempDir,
    /// The folder as Suricata sees it.
    seen: PathBuf,
}

impl Folder {
    /// Returns the path of a file in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns the path of a file in it as Suricata sees it.
    pub(crate) fn seen(&self, name: &str) -> String {
        self.seen.join(name).display().to_string()
    }

    /// Copies a file to it, and returns its path as Suricata sees it.
    pub(crate) fn add(&self, file: &Path) -> Result<String> {
        let name = file.file_name().context("no file")?.to_string_lossy();
        fs::copy(file, self.path(&name)).with_context(|| file.display().to_string())?;
        Ok(self.seen(&name))
    }

    /// Writes a capture to it, and returns its path as Suricata sees it, and its counts.
    pub(crate) fn capture(&self, flows: u32) -> Result<(String, Expectation)> {
        let name = format!("{flows}.pcap");
        let file = BufWriter::new(File::create(self.path(&name))?);
        let expectation = capture::write_pcap(flows, file)?;
        Ok((self.seen(&name), expectation))
    }

    /// Writes the configuration: these plugins, a log of level perf as JSON, no other output files, and the changes in
    /// `more`.
    pub(crate) fn configure(&self, plugins: &[String], more: Value) -> Result<()> {
        let file = json!({ "enabled": true, "type": "json", "filename": "suricata.log" });
        let mut configuration = json!({
            "plugins": plugins,
            "default-log-dir": self.seen(""),
            "logging": {
                "default-log-level": "perf",
                "outputs": [{ "console": { "enabled": false } }, { "file": file }],
            },
            "stats": { "enabled": false },
            "outputs": [],
        });
        for (key, value) in more.as_object().context("no object")? {
            match &mut configuration[key] {
                Value::Object(map) => map.extend(value.as_object().cloned().unwrap_or_default()),
                other => *other = value.clone(),
            }
        }
        // JSON is YAML.
        let configuration = format!("%YAML 1.1\n---\n{configuration:#}\n");
        Ok(fs::write(self.path("suricata.yaml"), configuration)?)
    }

    /// Returns the text of the log so far.
    pub(crate) fn logged(&self) -> String {
        fs::read_to_string(self.path("suricata.log")).unwrap_or_default()
    }

    fn printed(&self) -> String {
        let printed = fs::read(self.path("printed")).unwrap_or_default();
        String::from_utf8_lossy(&printed).into_owned()
    }
}

/// A running Suricata. Its drop kills it.
pub(crate) struct Life {
    child: Child,
    pub(crate) folder: Folder,
}

impl Life {
    /// Waits for `event`, until `done` returns `true`.
    pub(crate) fn wait_until(
        &mut self,
        event: &str,
        mut done: impl FnMut(&mut Self) -> Result<bool>,
    ) -> Result<()> {
        let start = Instant::now();
        while !done(self)? {
            let ended = self.child.try_wait()?;
            if ended.is_some() || start.elapsed() > LIMIT {
                let (printed, log) = (self.folder.printed(), self.folder.logged());
                let ended = ended.map_or("hangs".to_owned(), |status| format!("ended, {status}"));
                anyhow::bail!("waiting for the {event}: Suricata {ended}:\n{printed}{log}");
            }
            sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Waits for the end, which must be a success.
    pub(crate) fn end(mut self) -> Result<Run> {
        self.wait_until("end", |life| Ok(life.child.try_wait()?.is_some()))?;
        let (status, log) = (self.child.wait()?, self.folder.logged());
        let printed = self.folder.printed();
        let is_good = status.success();
        ensure!(is_good, "Suricata ended with {status}:\n{printed}{log}");
        Ok(Run {
            log: Log::parse(&log).with_context(|| printed.clone())?,
            printed,
            life: self,
        })
    }

    /// Sends the signal of this name.
    pub(crate) fn signal(&self, name: &str) -> Result<()> {
        let kill = format!("kill -s {name} {}", self.child.id());
        output_of(Command::new("sh").args(["-c", &kill])).map(drop)
    }

    /// Returns its resident memory in KiB.
    pub(crate) fn resident_kib(&self) -> Result<i64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let line = line.context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        // Does nothing if it has ended and was waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A run that has succeeded.
pub(crate) struct Run {
    pub(crate) log: Log,
    /// The output beside the log.
    pub(crate) printed: String,
    pub(crate) life: Life,
}
