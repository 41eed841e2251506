//! What Suricata would say when it loads a plugin.

use std::path::Path;

use suricata_thread_mock::{Generation, Host, OpenErrorReason};

use crate::{LogPrinter, Plugins, print};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    files: Plugins,
    /// Which Suricata; both without it, of which one must load the plugin
    #[arg(long, value_name = "8|9", value_parser = crate::generation)]
    suricata: Option<Generation>,
}

pub(crate) fn check(arguments: &Arguments) -> Result<(), String> {
    let mut refused = Vec::new();
    for plugin in &arguments.files.plugins {
        let loaded = match arguments.suricata {
            Some(generation) => loads(plugin, generation),
            // Both are looked at, also where the first one loads it.
            None => loads(plugin, Generation::V8) | loads(plugin, Generation::V9),
        };
        if loaded {
            crate::note_bare_name(plugin);
        } else {
            refused.push(plugin.display().to_string());
        }
    }
    if refused.is_empty() {
        Ok(())
    } else {
        Err(format!("not to be loaded: {}", refused.join(", ")))
    }
}

/// Whether that Suricata would load the plugin, which does nothing wrong meanwhile; prints why not.
fn loads(plugin: &Path, suricata: Generation) -> bool {
    let host = Host::builder()
        .generation(suricata)
        .record_only()
        .every_thread()
        .build();
    // SAFETY: who runs this program has chosen the file for being a plugin, which is code that may
    // run here and whose entry point does what a plugin's does.
    let checked = unsafe { host.check(plugin) };
    let shown = plugin.display();
    let misuses = host.reports();
    for misuse in &misuses {
        print(format_args!("{shown}: {misuse}"));
    }
    let Err(error) = checked else {
        print(format_args!("{shown}: {suricata} would load it"));
        return misuses.is_empty();
    };
    let reason = &error.reason;
    if is_unknown(reason) {
        print(format_args!(
            "{shown}: whether {suricata} would load it cannot be told: {reason}"
        ));
        return false;
    }
    if matches!(reason, OpenErrorReason::HostInside { .. }) || plugin.is_dir() {
        print(format_args!("{shown}: refused for {suricata}: {reason}"));
        return false;
    }
    print(format_args!(
        "{shown}: {suricata} would not load it: {reason}"
    ));
    print("  its log:");
    LogPrinter::default().print(&host, "    ");
    false
}

/// Whether the plugin only lacks what a Suricata may have and this program does not, or does not
/// say what it wants.
fn is_unknown(reason: &OpenErrorReason) -> bool {
    match reason {
        OpenErrorReason::Undefined { symbols, .. } => symbols.iter().all(|s| s.of.is_none()),
        OpenErrorReason::SymbolsUnknown => true,
        _ => false,
    }
}
