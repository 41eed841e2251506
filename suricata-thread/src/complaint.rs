//! Error lines of the library itself, and how many of a kind are written.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::log::{self, Level};
use crate::log_line;

/// Logs an error of `plugin`.
// The only place that does: each would take half a kilobyte of every plugin file.
#[cold]
#[inline(never)]
pub(crate) fn log_error(plugin: &str, error: fmt::Arguments<'_>) {
    if log::enabled(Level::Error) {
        // A place in this crate says nothing to the plugin's author.
        let (file, line, function, module) = (c"", 0, "", c"suricata_thread");
        log_line::write(
            Level::Error,
            file,
            line,
            function,
            module,
            format_args!("plugin {plugin}: {error}"),
        );
    }
}

/// Counts events. The first ten, the hundredth, the thousandth and so on are worth a line.
pub struct Times(AtomicU64);

impl Times {
    /// A count of 0.
    #[allow(
        clippy::new_without_default,
        reason = "it stands in a static, where there is no default"
    )]
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Counts one more. Returns how many there are by now, if this one is worth a line.
    pub fn again(&self) -> Option<u64> {
        let times = self.0.fetch_add(1, Relaxed).saturating_add(1);
        let mut power = times;
        while power >= 100 && power % 10 == 0 {
            power /= 10;
        }
        (times <= IN_FULL || power == 10).then_some(times)
    }

    pub(crate) fn so_far(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// The number of times that are worth a line each.
pub const IN_FULL: u64 = 10;
