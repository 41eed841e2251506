//! Takes on the mock the wrong turn that the first argument names, and prints what is said then. It is
//! linked without -rdynamic, which is one of them.

use std::error::Error;
use std::thread as os_thread;

use suricata_thread::{self as thread, SCLogError, ThreadStorage, plugin};
use suricata_thread_mock::{Host, ThreadKind};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let turn = arguments.next().ok_or("which wrong turn?")?;
    let mut file = || arguments.next().ok_or("of which plugin?");
    match &*turn {
        "inside a callback" => register_inside_a_callback(),
        // SAFETY: it registers nothing where there is no host.
        "no host" => unsafe { plugin::run_init("lost", register) },
        "no -rdynamic" => {
            let host = Host::new();
            // SAFETY: the caller names a plugin.
            println!("{}", unsafe { host.open(file()?) }.unwrap_err());
        }
        "the mock in the plugin" => {
            let host = Host::new();
            // SAFETY: the caller names a plugin.
            println!("{}", unsafe { host.check(file()?) }.unwrap_err());
        }
        other => return Err(format!("no such turn: {other}").into()),
    }
    Ok(())
}

fn register() -> Result<(), &'static str> {
    thread::register_init_callback(|_tv| {
        if let Err(error) = ThreadStorage::<u32>::register("lost: inside") {
            SCLogError!("lost: {error}");
        }
    })
}

/// The callback runs while another host runs an init, as where tests run side by side.
fn register_inside_a_callback() {
    let host = Host::new();
    host.expect_error("from inside a callback");
    plugin::load_in_mock("lost", register).expect("it loads plugins");
    host.finalize();
    os_thread::scope(|scope| {
        let elsewhere = || {
            let _other = Host::new();
            let create_a_thread = || {
                host.spawn("W#01", ThreadKind::Worker);
                Ok::<_, &str>(())
            };
            // SAFETY: this host is driven by this thread alone.
            unsafe { plugin::run_init("lost", create_a_thread) };
        };
        scope.spawn(elsewhere);
    });
    host.shutdown();
    for line in host.log() {
        println!("{}", line.message);
    }
}
