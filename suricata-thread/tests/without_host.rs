//! A plugin's crate in a program without a host. Nothing here names the mock, since that would link it.

use std::process::Command;

use suricata_thread::{self as thread, SCLogError, SCLogInfo, SCLogNotice, ThreadStorage, flow};

suricata_thread::plugin! { name: "lonely", version: "1", author: "a", license: "l", init: init }

fn init() -> Result<(), &'static str> {
    ThreadStorage::<u64>::register("lonely").map(drop)
}

#[test]
fn the_generation_and_the_version_are_none() {
    assert_eq!(thread::generation(), None);
    assert_eq!(thread::host_version(), None);
}

#[test]
fn registering_is_an_error_that_names_the_mock() {
    let refused = [
        ThreadStorage::<u8>::register("slot").map(drop),
        thread::register_init_callback(|_| {}),
        flow::register_init_callback(|_, _, _| {}),
        flow::register_update_callback(|_, _, _| {}),
        flow::register_finish_callback(|_, _| {}),
    ];
    for result in refused {
        let error = result.unwrap_err();
        assert!(error.starts_with("there is no Suricata here"), "{error}");
        assert!(error.contains("suricata-thread-mock"), "{error}");
    }
}

#[test]
fn notices_and_more_severe_lines_go_to_the_standard_error() {
    const IN_CHILD: &str = "SURICATA_THREAD_TEST_LOGS";
    if std::env::var_os(IN_CHILD).is_some() {
        SCLogError!("an error");
        SCLogNotice!("a notice");
        SCLogInfo!("an info");
        // SAFETY: `plugin!` wrote the function. Nothing else uses the plugin that it returns.
        let plugin = unsafe { &*SCPluginRegister() };
        // SAFETY: there is no host that could walk a list meanwhile.
        unsafe { plugin.Init.unwrap()() };
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["notices_and_more_severe_lines_go_to_the_standard_error"])
        .env(IN_CHILD, "1")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<_> = stderr.lines().collect();
    let expected = [
        "plugin without a name: Error: an error",
        "plugin without a name: Notice: a notice",
        "plugin lonely: Error: plugin lonely: can't run here: there is no Suricata here",
    ];
    assert_eq!(lines.len(), expected.len(), "{stderr}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{stderr}");
    }
}
