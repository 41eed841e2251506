//! What an author pays: the size of the plugin file, time to build it, crates that come with it.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use tempfile::TempDir;

use crate::Result;
use crate::callgrind::output;

/// How often each plugin is built from nothing.
const BUILDS: usize = 5;

pub struct Author {
    pub ours: Plugin,
    pub ffi: Plugin,
}

pub struct Plugin {
    /// Bytes of the stripped release plugin.
    pub size: u64,
    /// Seconds of a build from nothing, the median.
    pub seconds: f64,
    /// The crates that it needs.
    pub crates: Vec<String>,
}

/// Builds the same plugin with either crate, each in a package of its own as an author has it.
pub fn measure(project: &Path) -> Result<Author> {
    let path = project.join("suricata-thread").canonicalize()?;
    let ours = format!("suricata-thread = {{ path = {path:?} }}");
    let ffi = fs::read_to_string(project.join("ci/benchmarks/Cargo.toml"))?;
    let ffi = dependency(&ffi, "suricata-ffi")?;
    let sys = ffi.replace("suricata-ffi", "suricata-sys");
    let packages = [
        Package::new(project, "packets", &ours)?,
        Package::new(project, "packets_ffi", &format!("{ffi}\n{sys}"))?,
    ];
    let mut seconds = [vec![], vec![]];
    for _ in 0..BUILDS {
        for (package, seconds) in packages.iter().zip(&mut seconds) {
            seconds.push(package.build()?);
        }
    }
    let [ours, ffi] = packages;
    let [ours_seconds, ffi_seconds] = seconds;
    Ok(Author {
        ours: ours.measured(ours_seconds)?,
        ffi: ffi.measured(ffi_seconds)?,
    })
}

/// The line of `manifest` with the dependency `name`.
fn dependency<'m>(manifest: &'m str, name: &str) -> Result<&'m str> {
    let line = manifest.lines().find(|line| line.starts_with(name));
    line.ok_or_else(|| format!("no dependency {name}").into())
}

struct Package {
    folder: TempDir,
}

impl Package {
    /// A package with the example `source` as its only file.
    fn new(project: &Path, source: &str, dependencies: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let manifest = format!(
            "[package]
name = \"plugin\"
version = \"0.1.0\"
edition = \"2024\"

[lib]
crate-type = [\"cdylib\"]

[profile.release]
strip = true

[dependencies]
{dependencies}

[workspace]
"
        );
        fs::write(folder.path().join("Cargo.toml"), manifest)?;
        fs::create_dir(folder.path().join("src"))?;
        let source = project
            .join("ci/benchmarks/examples")
            .join(format!("{source}.rs"));
        fs::copy(source, folder.path().join("src/lib.rs"))?;
        let package = Self { folder };
        output(package.cargo().arg("fetch"))?; // downloads are not timed
        Ok(package)
    }

    fn cargo(&self) -> Command {
        let mut command = Command::new("cargo");
        command
            .current_dir(self.folder.path())
            .env("CARGO_TARGET_DIR", self.folder.path().join("target"))
            .arg("-q");
        command
    }

    /// Builds from nothing, and returns the seconds that it took.
    fn build(&self) -> Result<f64> {
        output(self.cargo().arg("clean"))?;
        let start = Instant::now();
        output(self.cargo().args(["build", "--release", "--offline"]))?;
        Ok(start.elapsed().as_secs_f64())
    }

    fn measured(&self, mut seconds: Vec<f64>) -> Result<Plugin> {
        seconds.sort_by(f64::total_cmp);
        let file = self.folder.path().join("target/release/libplugin.so");
        let tree = output(self.cargo().args([
            "tree",
            "--edges=normal,build",
            "--prefix=none",
            "--no-dedupe",
            "--format={p}",
        ]))?;
        // A crate's name and version; its folder may follow.
        let name = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let mut crates: Vec<_> = tree.lines().skip(1).map(name).collect();
        crates.sort();
        crates.dedup();
        Ok(Plugin {
            size: fs::metadata(file)?.len(),
            seconds: seconds[seconds.len() / 2],
            crates,
        })
    }
}
