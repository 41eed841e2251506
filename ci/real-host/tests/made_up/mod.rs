//! Runs that never were.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use real_host::{Level, Line, Log, Run};

/// A run of `/w/libplugin.so` in which all went well and this was logged, as notices.
pub fn run_with(messages: &[&str]) -> Run {
    let lines = messages
        .iter()
        .map(|message| Line {
            level: Level::Notice,
            thread: "Suricata-Main".to_owned(),
            module: "test".to_owned(),
            message: (*message).to_owned(),
        })
        .collect();
    Run {
        status: ExitStatus::from_raw(0),
        log: Log { lines },
        printed: String::new(),
        plugin: PathBuf::from("/w/libplugin.so"),
        elapsed: Duration::ZERO,
    }
}
