//! Opening built plugin files in a test.

mod built;

use std::fs;
use std::path::Path;
use std::process::Command;

use built::c_plugin;
use suricata_thread_mock::{
    Generation, Host, LoadError, OpenError, OpenErrorReason, ReportKind, RunMode, ThreadKind,
    Traffic, UndefinedSymbol,
};
use suricata_thread_sys::common::SCLogLevel;

fn open(host: &Host, plugin: &Path) -> Result<(), OpenError> {
    // SAFETY: a plugin that these tests have built, or no code at all.
    unsafe { host.open(plugin) }
}

fn reason(host: &Host, plugin: &Path) -> OpenErrorReason {
    let error = open(host, plugin).expect_err("the plugin is refused");
    assert_eq!(error.path, plugin);
    error.reason
}

fn messages(host: &Host) -> Vec<String> {
    host.log().iter().map(ToString::to_string).collect()
}

fn names(symbols: &[UndefinedSymbol]) -> Vec<(&str, Option<Generation>)> {
    symbols.iter().map(|s| (&*s.name, s.generation)).collect()
}

#[test]
fn a_plugin_in_c_runs_in_its_generation() {
    let folder = tempfile::tempdir().unwrap();
    for (generation, api) in [(8, Generation::V8), (9, Generation::V9)] {
        let plugin = c_plugin(folder.path(), &format!("for_{generation}"), generation, &[]);
        let host = Host::builder().generation(api).build();
        open(&host, &plugin).unwrap();
        host.start(RunMode::Workers { threads: 2 });
        host.traffic(Traffic {
            flows: 30,
            ..Traffic::default()
        });
        host.shutdown();
        let log = messages(&host);
        let (loading, initializing) = (&log[0], &log[1]);
        let expected = format!("Notice: plugin: Loading plugin {}", plugin.display());
        assert_eq!(*loading, expected);
        assert!(initializing.contains("c-counter"), "{initializing}");
        let flows: u64 = log
            .iter()
            .filter_map(|l| l.split_once("flows of a thread: ")?.1.parse::<u64>().ok())
            .sum();
        assert_eq!(flows, 30, "{log:#?}");
    }
}

#[test]
fn a_plugin_for_the_other_generation_has_undefined_symbols() {
    let folder = tempfile::tempdir().unwrap();
    for (generation, host, feature, storage) in [
        (
            9,
            Generation::V8,
            "built for Suricata 9.0 alone",
            "SCThreadStorageRegister",
        ),
        (
            8,
            Generation::V9,
            "built for Suricata 8.0 alone",
            "ThreadStorageRegister",
        ),
    ] {
        let plugin = c_plugin(folder.path(), "other", generation, &[]);
        let host = Host::builder().generation(host).build();
        let error = open(&host, &plugin).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(feature), "{text}");
        let OpenErrorReason::Undefined { symbols, .. } = error.reason else {
            panic!("{text}");
        };
        let owner = if generation == 8 {
            Generation::V8
        } else {
            Generation::V9
        };
        assert_eq!(symbols.len(), 3, "{symbols:?}");
        assert!(
            names(&symbols).contains(&(storage, Some(owner))),
            "{symbols:?}"
        );
        let log = host.log();
        assert_eq!(log.len(), 1);
        assert_eq!(log[0].level, SCLogLevel::SC_LOG_NOTICE);
        let shown = plugin.display();
        let expected = format!("Failed to open {shown} as a plugin: {shown}: undefined symbol: ");
        assert!(log[0].message.starts_with(&expected), "{}", log[0]);
    }
}

#[test]
fn symbols_that_nothing_defines_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "missing", 9, &["MISSING"]);
    for (api, expected) in [
        (Generation::V9, vec!["also_missing", "no_such_function"]),
        (
            Generation::V8,
            vec![
                "SCThreadGetStorageById",
                "SCThreadSetStorageById",
                "SCThreadStorageRegister",
                "also_missing",
                "no_such_function",
            ],
        ),
    ] {
        let host = Host::builder().generation(api).build();
        let OpenErrorReason::Undefined { symbols, .. } = reason(&host, &plugin) else {
            panic!("{:?}", messages(&host));
        };
        let names: Vec<_> = names(&symbols).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, expected);
    }
}

#[test]
fn no_host_has_the_functions_of_both_generations() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "both", 9, &["BOTH_GENERATIONS"]);
    for &generation in Generation::ALL {
        let host = Host::builder().generation(generation).build();
        let reason = reason(&host, &plugin);
        assert!(
            matches!(reason, OpenErrorReason::Undefined { .. }),
            "{reason}"
        );
    }
}

#[test]
fn a_plugin_that_is_refused_before_init_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    for (name, macros, expected) in [
        (
            "version",
            &["VERSION=0x0700"][..],
            OpenErrorReason::Load(LoadError::Version {
                plugin: 0x0700,
                host: 0x0900,
            }),
        ),
        ("entry", &["NO_ENTRY_POINT"], OpenErrorReason::NoEntryPoint),
        ("zero", &["NULL_ENTRY_POINT"], OpenErrorReason::NoEntryPoint),
        (
            "null",
            &["RETURNS_NULL"],
            OpenErrorReason::Load(LoadError::NoPlugin),
        ),
        (
            "name",
            &["NAME=NULL"],
            OpenErrorReason::Load(LoadError::NullField { field: "name" }),
        ),
        (
            "author",
            &["AUTHOR=NULL"],
            OpenErrorReason::Load(LoadError::NullField { field: "author" }),
        ),
        (
            "license",
            &["LICENSE=NULL"],
            OpenErrorReason::Load(LoadError::NullField { field: "license" }),
        ),
        (
            "init",
            &["INIT=NULL"],
            OpenErrorReason::Load(LoadError::NullField { field: "Init" }),
        ),
    ] {
        let plugin = c_plugin(folder.path(), name, 9, macros);
        let host = Host::builder().generation(Generation::V9).build();
        assert_eq!(reason(&host, &plugin), expected, "{name}");
        assert!(!is_mapped(&plugin), "{name}");
        let last = host.log().pop().unwrap();
        assert_eq!(last.level, SCLogLevel::SC_LOG_ERROR);
        assert!(
            last.message.ends_with(&plugin.display().to_string()),
            "{last}"
        );
    }
}

#[test]
fn a_plugin_that_has_run_stays_open() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "stays", 8, &[]);
    let host = Host::builder().generation(Generation::V8).build();
    open(&host, &plugin).unwrap();
    drop(host);
    assert!(is_mapped(&plugin));
}

#[test]
fn a_plugin_that_registered_before_it_was_refused_stays_open() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "early", 9, &["REGISTERS_EARLY", "VERSION=1"]);
    let host = Host::builder().generation(Generation::V9).build();
    host.expect_error("stays open");
    open(&host, &plugin).unwrap_err();
    assert!(is_mapped(&plugin));
    let log = messages(&host);
    let is_expected =
        |line: &String| line.contains("registered callbacks or slots before its Init");
    assert!(log.iter().any(is_expected), "{log:#?}");
}

/// As in 8.0.8, which then crashes: the plugin's slot id is that of the second `Init`, which is
/// refused.
#[test]
fn a_plugin_that_is_listed_twice_has_its_init_run_twice() {
    let folder = tempfile::tempdir().unwrap();
    for (generation, api) in [(8, Generation::V8), (9, Generation::V9)] {
        let plugin = c_plugin(
            folder.path(),
            &format!("twice_{generation}"),
            generation,
            &[],
        );
        let host = Host::builder().generation(api).record_only().build();
        host.expect_error("already registered");
        open(&host, &plugin).unwrap();
        open(&host, &plugin).unwrap();
        let loading = format!("Notice: plugin: Loading plugin {}", plugin.display());
        let initializing = "Notice: plugin: Initializing plugin c-counter";
        let refused = "Error: storage: storage for type \"thread\" with name \"c-counter\" already registered";
        let log = messages(&host);
        let expected = [&*loading, initializing, &*loading, initializing, refused];
        assert_eq!(log.len(), expected.len(), "{log:#?}");
        for (line, begin) in log.iter().zip(expected) {
            assert!(line.starts_with(begin), "{line}");
        }
        host.finalize();
        host.spawn("W#01", ThreadKind::Worker);
        let [report] = &host.reports()[..] else {
            panic!("{:#?}", host.reports());
        };
        assert_eq!((report.kind, report.times), (ReportKind::UnknownSlot, 2));
        assert_eq!(report.plugin, Some("c-counter"));
        let text = report.to_string();
        assert!(
            text.contains("the result of a refused registration"),
            "{text}"
        );
    }
}

#[test]
fn checking_a_plugin_runs_no_init_and_closes_it() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "checked", 9, &[]);
    let host = Host::builder().generation(Generation::V9).build();
    // SAFETY: a plugin that this test has built.
    unsafe { host.check(&plugin) }.unwrap();
    assert!(!is_mapped(&plugin));
    let other = Host::builder().generation(Generation::V8).build();
    // SAFETY: as above.
    let error = unsafe { other.check(&plugin) }.unwrap_err();
    assert!(
        matches!(error.reason, OpenErrorReason::Undefined { .. }),
        "{error}"
    );
    // `Init` would have registered this one.
    host.start(RunMode::Single);
    host.traffic(Traffic::default());
    host.shutdown();
    let log = messages(&host);
    assert!(
        !log.iter().any(|line| line.contains("flows of a thread")),
        "{log:#?}"
    );
}

#[test]
fn the_mock_inside_a_plugin_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "inside", 9, &["HOST_INSIDE"]);
    let host = Host::new();
    let error = open(&host, &plugin).unwrap_err();
    assert_eq!(host.log(), [], "Suricata would load it");
    let text = error.to_string();
    assert!(
        text.contains("Suricata itself (SCLogMessage), and would call these"),
        "{text}"
    );
    assert!(text.contains("dev-dependencies"), "{text}");
    let functions = vec!["SCLogMessage"];
    assert_eq!(error.reason, OpenErrorReason::HostInside { functions });
    let functions = vec!["a", "b", "c"];
    let text = OpenErrorReason::HostInside { functions }.to_string();
    assert!(text.contains("itself (a and 2 more), and"), "{text}");
}

#[test]
fn files_that_are_not_plugins_are_refused_and_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let plugin = c_plugin(folder, "whole", 8, &[]);
    let whole = fs::read(&plugin).unwrap();
    let host = Host::builder().generation(Generation::V8).build();
    for (name, bytes, expected) in [
        ("text", &b"#!/bin/sh\n"[..], "not an ELF file"),
        ("empty", b"", "not an ELF file"),
        ("header", &whole[..40], "truncated"),
        ("half", &whole[..whole.len() / 2], "truncated"),
        ("byte", &whole[..whole.len() - 1], "truncated"),
    ] {
        let file = folder.join(name);
        fs::write(&file, bytes).unwrap();
        let reason = reason(&host, &file);
        assert!(
            matches!(reason, OpenErrorReason::NotAPlugin { .. }),
            "{name}: {reason}"
        );
        assert!(reason.to_string().contains(expected), "{name}: {reason}");
        let last = messages(&host).pop().unwrap();
        assert!(
            last.starts_with("Notice: plugin: Failed to open "),
            "{last}"
        );
    }
    for file in [folder.join("missing.so"), folder.to_owned()] {
        let reason = reason(&host, &file);
        assert!(
            matches!(reason, OpenErrorReason::Unreadable { .. }),
            "{reason}"
        );
        let last = messages(&host).pop().unwrap();
        assert!(
            last.starts_with("Error: plugin: Bad plugin path: "),
            "{last}"
        );
    }
    // A pipe that nobody writes to, behind a link, and a file without an end.
    let (pipe, link) = (folder.join("pipe"), folder.join("link"));
    built::assert_success(&Command::new("mkfifo").arg(&pipe).output().unwrap());
    std::os::unix::fs::symlink(pipe, &link).unwrap();
    for file in [&*link, Path::new("/dev/zero")] {
        let text = reason(&host, file).to_string();
        assert_eq!(text, "the file cannot be read: it is not a regular file");
    }
    let text = reason(&host, folder).to_string();
    let expected = "the file cannot be read: it is a folder, and Suricata loads each file in it whose name contains .so";
    assert!(text.starts_with(expected), "{text}");
    std::os::unix::fs::symlink(&plugin, folder.join("plugin")).unwrap();
    open(&host, &folder.join("plugin")).unwrap();
    let program = reason(&host, Path::new(env!("CARGO")));
    assert!(
        matches!(program, OpenErrorReason::Linker { .. }),
        "{program}"
    );
}

#[test]
fn a_truncated_file_without_section_headers_is_found_by_its_segments() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "whole", 9, &[]);
    let mut bytes = fs::read(plugin).unwrap();
    built::take_section_headers(&mut bytes);
    bytes.truncate(0x1000);
    let file = folder.path().join("segments.so");
    fs::write(&file, bytes).unwrap();
    let reason = reason(&Host::new(), &file);
    let expected = "it ends before its last segment does";
    assert!(reason.to_string().contains(expected), "{reason}");
}

#[test]
fn the_symbols_of_a_file_without_section_headers_are_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "whole", 9, &["BOTH_GENERATIONS"]);
    let mut bytes = fs::read(plugin).unwrap();
    built::take_section_headers(&mut bytes);
    let file = folder.path().join("sectionless.so");
    fs::write(&file, bytes).unwrap();
    for &generation in Generation::ALL {
        let host = Host::builder().generation(generation).build();
        let reason = reason(&host, &file);
        assert_eq!(reason, OpenErrorReason::SymbolsUnknown);
        assert!(reason.to_string().contains("cannot be read"), "{reason}");
        assert_eq!(host.log(), [], "Suricata may load it");
        assert!(!is_mapped(&file));
    }
}

/// Returns `true` if the file is part of this process.
fn is_mapped(file: &Path) -> bool {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    maps.contains(file.to_str().unwrap())
}
