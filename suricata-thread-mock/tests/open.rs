#![cfg(all(feature = "open", unix))]
//! t
use suricata_thread_mock::*;
#[test]
fn t() {
    for p in [
        "ok", "v9", "noentry", "undef", "retnull", "noname", "noinit", "nopv", "trunc", "text",
        "missing",
    ] {
        let host = Host::builder().api(Api::V8).record_only().build();
        let r = unsafe { host.open(format!("/tmp/peek/sur/tmp/cli/{p}.so")) };
        println!(
            "== {p}: {}",
            r.map_or_else(|e| e.to_string(), |()| "ok".into())
        );
        for l in host.log() {
            println!("   {l}");
        }
    }
    for (p, api) in [
        ("8", Api::V8),
        ("8", Api::V9),
        ("9", Api::V8),
        ("9", Api::V9),
    ] {
        let host = Host::builder().api(api).record_only().build();
        let r = unsafe { host.open(format!("/tmp/team/t-cli/fc{p}.so")) };
        println!(
            "== {p} in {api:?}: {}",
            r.map_or_else(|e| e.to_string(), |()| "ok".into())
        );
        for l in host.log() {
            println!("   {l}");
        }
    }
}
