//! A folder for one life of the host.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder that the host can see, with all that it needs for one life; removed when dropped.
pub struct Workspace {
    folder: TempDir,
    /// The folder as the host sees it.
    seen: PathBuf,
}

impl Workspace {
    /// Makes the folder below `root`, the root folder of the host.
    ///
    /// # Errors
    ///
    /// The folder cannot be made.
    pub fn new(root: &Path) -> io::Result<Self> {
        let folder = if root == Path::new("/") {
            TempDir::with_prefix("suricata-")?
        } else {
            TempDir::with_prefix_in("suricata-", root.join("tmp"))?
        };
        let seen = match folder.path().strip_prefix(root) {
            Ok(path) => Path::new("/").join(path),
            Err(_) => unreachable!("the folder was made below the root"),
        };
        Ok(Self { folder, seen })
    }

    /// Copies a file to the folder and returns its path as the host sees it.
    ///
    /// # Errors
    ///
    /// The file cannot be copied; the error names it.
    pub fn add(&self, file: &Path) -> io::Result<PathBuf> {
        let name = file.file_name().ok_or(io::ErrorKind::IsADirectory)?;
        fs::copy(file, self.folder.path().join(name)).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", file.display()))
        })?;
        Ok(self.seen.join(name))
    }

    /// Writes the host's configuration and returns its path as the host sees it.
    ///
    /// `plugins` are the plugins' paths as the host sees them. The log, of level perf and more severe, goes to the file
    /// that [`Workspace::log`] reads. Everything else is left to the host's defaults, less what writes files.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn configure(&self, plugins: &[&Path]) -> io::Result<PathBuf> {
        // JSON strings are YAML strings, whatever is in them.
        let quoted = |path: &Path| serde_json::Value::from(path.to_string_lossy()).to_string();
        let yaml = format!(
            "%YAML 1.1
---
plugins: [{plugins}]
default-log-dir: {folder}
logging:
  default-log-level: perf
  outputs:
    - console:
        enabled: no
    - file:
        enabled: yes
        level: perf
        type: json
        filename: {LOG}
stats:
  enabled: no
outputs: []
",
            plugins = plugins
                .iter()
                .map(|plugin| quoted(plugin))
                .collect::<Vec<_>>()
                .join(", "),
            folder = quoted(&self.seen),
        );
        fs::write(self.folder.path().join("suricata.yaml"), yaml)?;
        Ok(self.seen.join("suricata.yaml"))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder as the host sees it.
    pub fn seen(&self) -> &Path {
        &self.seen
    }

    /// What the host has logged so far; nothing if it has not even begun to.
    ///
    /// # Errors
    ///
    /// The log file cannot be read.
    pub fn log(&self) -> io::Result<String> {
        match fs::read_to_string(self.folder.path().join(LOG)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            read => read,
        }
    }
}

/// Name of the log file.
const LOG: &str = "suricata.log";
