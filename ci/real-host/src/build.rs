//! Builds what is run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The folder that cargo builds in.
pub(crate) fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
    std::path::absolute(target).expect("the current folder is known")
}

/// Runs cargo.
pub(crate) fn cargo(arguments: &[&str]) -> Result<()> {
    let status = Command::new("cargo").args(arguments).status()?;
    ensure!(status.success(), "cargo {} failed", arguments.join(" "));
    Ok(())
}

/// Builds a program of the workspace.
pub(crate) fn program(package: &str, name: &str) -> Result<PathBuf> {
    let features = if package == "suricata-thread-mock" {
        "cli"
    } else {
        ""
    };
    cargo(&[
        "build",
        "-q",
        "--locked",
        "-p",
        package,
        "--bin",
        name,
        "--features",
        features,
    ])?;
    Ok(target().join("debug").join(name))
}

/// Builds the example plugin `package` as its author would.
pub(crate) fn example(package: &str, folder: &str) -> Result<PathBuf> {
    if package == "c-plugin" {
        return c_example(folder);
    }
    // A demonstration on the mock is no part of a plugin.
    cargo(&[
        "build",
        "-q",
        "--locked",
        "--release",
        "--lib",
        "-p",
        package,
        "--no-default-features",
    ])?;
    Ok(target()
        .join("release")
        .join(format!("lib{}.so", package.replace('-', "_"))))
}

/// Builds the example in C with the command that its README gives.
fn c_example(folder: &str) -> Result<PathBuf> {
    let folder = Path::new("examples").join(folder);
    let readme = std::fs::read_to_string(folder.join("README.md"))?;
    let command = readme
        .lines()
        .find(|line| line.starts_with("cc ") && line.contains("c_plugin.so"));
    let plugin = target().join("c_plugin.so");
    let command = command
        .context("the README has no cc")?
        .replace("c_plugin.so", &plugin.display().to_string());
    let status = Command::new("sh")
        .args(["-c", &command])
        .current_dir(folder)
        .status()?;
    ensure!(status.success(), "{command} failed");
    Ok(plugin)
}

/// Builds the plugins of this package, and returns the folder that they are in.
pub(crate) fn plugins(profile: &[&str]) -> Result<PathBuf> {
    let mut arguments = vec!["build", "-q", "--locked", "-p", "real-host", "--examples"];
    arguments.extend(profile);
    cargo(&arguments)?;
    let profile = profile.get(1).copied().unwrap_or("debug");
    Ok(target().join(profile).join("examples"))
}
