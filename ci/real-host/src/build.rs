//! Builds plugins and programs.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Returns the folder that cargo builds in.
pub(crate) fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
    std::path::absolute(target).expect("the current folder is known")
}

fn cargo_build(options: &str) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "--locked"]);
    cargo.args(options.split_whitespace());
    ensure!(cargo.status()?.success(), "{cargo:?} failed");
    Ok(())
}

/// Builds `suricata-mock`, or another program of the workspace, as its users would.
pub(crate) fn program(package: &str, name: &str) -> Result<PathBuf> {
    let is_mock = package == "suricata-thread-mock";
    let features = if is_mock { "cli" } else { "" };
    let options = format!("--release -p {package} --bin {name} --features={features}");
    cargo_build(&options)?;
    Ok(target().join("release").join(name))
}

/// Builds an example plugin as its author would.
pub(crate) fn example(package: &str) -> Result<PathBuf> {
    if package == "c-plugin" {
        return c_example();
    }
    // Without default features, flow-counter leaves out its program.
    let options = format!("--release --lib -p {package} --no-default-features");
    cargo_build(&options)?;
    let file = format!("release/lib{}.so", package.replace('-', "_"));
    Ok(target().join(file))
}

/// Builds the example in C with its README's command.
fn c_example() -> Result<PathBuf> {
    let readme = std::fs::read_to_string("examples/c/README.md")?;
    let mut lines = readme.lines();
    let command = lines.find(|line| line.starts_with("cc ") && line.contains("c_plugin.so"));
    let plugin = target().join("c_plugin.so");
    let command = command
        .context("examples/c/README.md has no cc command")?
        .replace("c_plugin.so", &plugin.display().to_string());
    let mut sh = Command::new("sh");
    output_of(sh.args(["-c", &command]).current_dir("examples/c"))?;
    Ok(plugin)
}

/// Builds the plugins of this package with a profile, and returns their folder.
pub(crate) fn plugins(profile: &str) -> Result<PathBuf> {
    // The profile of an author with `panic = "abort"`.
    let aborting = "--config=profile.release-abort.inherits=\"release\" \
        --config=profile.release-abort.panic=\"abort\"";
    let options = format!("-p real-host --examples --profile {profile} {aborting}");
    cargo_build(&options)?;
    Ok(target().join(profile).join("examples"))
}

/// Runs a command, which must succeed, and returns its output.
pub(crate) fn output_of(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let printed = String::from_utf8([output.stdout, output.stderr].concat())?;
    let status = output.status;
    ensure!(status.success(), "{command:?}: {status}: {printed}");
    Ok(printed)
}
