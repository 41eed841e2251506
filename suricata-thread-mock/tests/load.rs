//! Loading plugins: versions, required fields, and the effects of `Init`.

mod raw;

use std::ffi::c_char;
use std::ptr::{null, null_mut};
use std::sync::Mutex;

use raw::{V8, V9, assert_says};
use suricata_thread_mock::{Generation, Host, LoadError, ReportKind, ThreadKind};
use suricata_thread_sys as sys;
use sys::common::{Plugin, SCLogLevel, SCPlugin};

/// A plugin that lives for ever.
fn plugin(version: u64, init: unsafe extern "C" fn()) -> SCPlugin {
    SCPlugin {
        version,
        suricata_version: c"8.0.8".as_ptr(),
        name: c"probe".as_ptr(),
        plugin_version: c"1.2".as_ptr(),
        license: c"MIT".as_ptr(),
        author: c"somebody".as_ptr(),
        Init: Some(init),
    }
}

unsafe extern "C" fn nothing() {}

unsafe extern "C" fn registers() {
    assert!(V9.register(c"state") >= 0);
    let text = c"hello".as_ptr();
    // SAFETY: the texts are C strings.
    unsafe { sys::common::SCLogMessage(SCLogLevel::SC_LOG_INFO, text, 1, text, text, text) };
}

unsafe extern "C-unwind" fn init_panics() {
    panic!("no configuration");
}

/// Plugins stay for the life of the process, like those of `plugin!`.
static PLUGINS: Mutex<Vec<usize>> = Mutex::new(Vec::new());

macro_rules! entry_points {
    ($($name:ident => $plugin:expr;)*) => {$(
        unsafe extern "C" fn $name() -> *mut SCPlugin {
            let plugin = Box::into_raw(Box::new($plugin));
            PLUGINS.lock().unwrap().push(plugin.expose_provenance());
            plugin
        }
    )*};
}

entry_points! {
    for_9 => plugin(0x0900, registers);
    for_8 => plugin(0x0800, nothing);
    for_7 => plugin(0x0700, nothing);
    no_name => SCPlugin { name: null(), ..plugin(0x0900, nothing) };
    no_author => SCPlugin { author: null(), ..plugin(0x0900, nothing) };
    no_license => SCPlugin { license: null(), ..plugin(0x0900, nothing) };
    no_init => SCPlugin { Init: None, ..plugin(0x0900, nothing) };
    no_versions => SCPlugin {
        suricata_version: null(),
        plugin_version: null(),
        ..plugin(0x0900, nothing)
    };
    sees_all => plugin(0x0800, sees);
    loses_a_value => SCPlugin { name: c"loser".as_ptr(), ..plugin(0x0800, loses) };
    panics => plugin(0x0900, {
        let init: unsafe extern "C-unwind" fn() = init_panics;
        // SAFETY: "C" and "C-unwind" functions are called alike, and the mock catches unwinding.
        unsafe { std::mem::transmute::<unsafe extern "C-unwind" fn(), unsafe extern "C" fn()>(init) }
    });
}

/// A plugin of 7.0, which begins with its name, and the memory after it.
#[repr(C)]
struct For7 {
    name: *const c_char,
    license: *const c_char,
    author: *const c_char,
    init: unsafe extern "C" fn(),
    beyond: [usize; 3],
}

unsafe extern "C" fn laid_out_for_7() -> *mut SCPlugin {
    let plugin = Box::into_raw(Box::new(For7 {
        name: c"probe".as_ptr(),
        license: c"MIT".as_ptr(),
        author: c"somebody".as_ptr(),
        init: nothing,
        beyond: [1; 3],
    }));
    PLUGINS.lock().unwrap().push(plugin.expose_provenance());
    plugin.cast()
}

unsafe extern "C" fn none() -> *mut SCPlugin {
    null_mut()
}

fn load(host: &Host, register: unsafe extern "C" fn() -> *mut SCPlugin) -> Result<(), LoadError> {
    // SAFETY: every entry point here returns NULL or a plugin that is never freed.
    unsafe { host.load_entry_point(register) }
}

#[test]
fn init_runs_on_this_thread_and_belongs_to_the_host() {
    let host = V9.host();
    let _other = V9.host();
    load(&host, for_9).unwrap();
    let log = host.log();
    let levels: Vec<_> = log.iter().map(|l| l.level).collect();
    assert_eq!(levels, [SCLogLevel::SC_LOG_NOTICE, SCLogLevel::SC_LOG_INFO]);
    assert_eq!(log[0].module, "plugin");
    assert_says(&log[0].message, &["probe", "1.2", "somebody", "MIT"]);
    assert_eq!(
        (&*log[1].message, &*log[1].thread),
        ("hello", "Suricata-Main")
    );
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    worker.run(|_| {});
    assert_eq!(_other.log(), []);
}

#[test]
fn a_plugin_of_another_version_is_refused_with_an_error_in_the_log() {
    for (api, register, other) in [
        (
            Generation::V9,
            for_8 as unsafe extern "C" fn() -> *mut SCPlugin,
            0x0800,
        ),
        (Generation::V8, for_9, 0x0900),
    ] {
        let host = Host::builder().generation(api).build();
        let error = load(&host, register).unwrap_err();
        let expected = LoadError::Version {
            plugin: other,
            host: api.api_version(),
        };
        assert_eq!(error, expected);
        let log = host.log();
        assert_eq!(log.len(), 1);
        assert_eq!(log[0].level, SCLogLevel::SC_LOG_ERROR);
        let versions = [
            format!("{other:#06x}"),
            format!("{:#06x}", api.api_version()),
        ];
        assert_says(
            &error.to_string(),
            &[&versions[0], &versions[1], "continues without"],
        );
        let versions = [
            format!("plugin has {other:x} (1.2)"),
            format!("Suricata {:x} ", api.api_version()),
        ];
        assert_says(&log[0].message, &[&versions[0], &versions[1], "8.0.8"]);
        host.verify();
    }
}

#[test]
fn only_the_version_of_a_plugin_with_an_unknown_one_is_read() {
    for host in [V8.host(), V9.host(), Host::new()] {
        let error = load(&host, laid_out_for_7).unwrap_err();
        let LoadError::Version {
            plugin,
            host: expected,
        } = error
        else {
            panic!("{error}");
        };
        assert_says(
            &error.to_string(),
            &[
                &format!("API version {plugin:#06x}"),
                &format!("host has {expected:#06x}"),
                "continues without",
                "7.0",
            ],
        );
        let log = host.log();
        let message = format!(
            "Suricata and plugin versions differ: plugin has {plugin:x} vs Suricata {expected:x}"
        );
        assert_eq!((log.len(), &log[0].message), (1, &message));
        assert_eq!(log[0].level, SCLogLevel::SC_LOG_ERROR);
        assert!(load(&host, for_7).is_err());
        host.verify();
    }
}

#[test]
fn the_error_names_the_generation_of_the_plugin() {
    let error = load(&V8.host(), for_9).unwrap_err().to_string();
    assert_says(&error, &["built for Suricata 9.0 alone"]);
    let error = load(&V9.host(), for_8).unwrap_err().to_string();
    assert_says(&error, &["built for Suricata 8.0 alone"]);
}

#[test]
fn fields_that_abort_suricata_are_named() {
    let host = V9.host();
    for (register, field) in [
        (no_name as unsafe extern "C" fn() -> *mut SCPlugin, "name"),
        (no_author, "author"),
        (no_license, "license"),
        (no_init, "Init"),
    ] {
        let error = load(&host, register).unwrap_err();
        assert_eq!(error, LoadError::NullField { field });
        assert_says(&error.to_string(), &[field, "aborts"]);
    }
    load(&host, no_versions).unwrap();
    assert_eq!(load(&host, none), Err(LoadError::NoPlugin));
}

#[test]
fn a_panic_of_init_is_an_error_and_a_report() {
    let host = V9.recording();
    let error = load(&host, panics).unwrap_err();
    assert_says(&error.to_string(), &["Init panicked", "no configuration"]);
    let report = raw::only_report(&host, ReportKind::PanicAtBoundary);
    assert_says(
        &report.to_string(),
        &["Init", "`Suricata-Main`", "no configuration"],
    );
}

/// Events of the next test's plugin, in order.
static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn see(event: impl Into<String>) {
    SEEN.lock().unwrap().push(event.into());
}

unsafe extern "C" fn sees() {
    unsafe extern "C" fn free(_: *mut std::ffi::c_void) {
        see("a free function");
    }
    see("Init");
    assert!(V8.register_raw(c"state".as_ptr(), Some(free)) >= 0);
    assert!(raw::on_thread_init(|_| see("a thread init callback")));
}

/// With `-T`, 8.0.8 loads plugins, closes registration (which a reserved name makes fail), creates
/// no thread, frees nothing, and takes its log down before plugins' exit handlers run.
#[test]
fn test_mode_is_a_host_that_is_finalized_and_dropped() {
    let host = V8.host();
    load(&host, sees_all).unwrap();
    host.finalize();
    see(format!("a late slot: {}", V8.register(c"late")));
    see(format!("{} slots", V8.size() / size_of::<usize>()));
    assert_eq!(host.log().len(), 1, "{:?}", host.log());
    drop(host);
    // SAFETY: no conditions.
    let level = unsafe { sys::common::SCLogGetLogLevel() };
    see(format!("level {}", level.0));
    let seen = SEEN.lock().unwrap();
    assert_eq!(*seen, ["Init", "a late slot: -1", "2 slots", "level 0"]);
}

unsafe extern "C" fn loses() {
    let id = V8.register_raw(c"state".as_ptr(), Some(raw::forget));
    assert!(raw::on_thread_init(move |tv| {
        V8.set(tv, id, raw::ptr(1));
        V8.set(tv, id, raw::ptr(2));
    }));
}

/// `plugin!` knows that `PLUGIN` is in Rust; an entry point may be in any language.
#[test]
fn a_report_has_advice_for_the_language_of_the_plugin_if_known() {
    let advice = |load: &dyn Fn(&Host)| {
        let host = V8.recording();
        load(&host);
        host.finalize();
        host.spawn("W#01", ThreadKind::Worker);
        raw::only_report(&host, ReportKind::ValueLost).remedy
    };
    let unknown = advice(&|host| load(host, loses_a_value).unwrap());
    assert_says(
        &unknown,
        &[
            "In Rust, store it by `replace`",
            "In C, read the slot, set it",
        ],
    );
    // SAFETY: it returns a plugin that is never freed.
    let plugin = unsafe { Plugin::new(loses_a_value) };
    let in_rust = advice(&|host| host.load(plugin).unwrap());
    assert_says(&in_rust, &["Store it by `replace`"]);
    assert!(!in_rust.contains("In C"), "{in_rust}");
}
