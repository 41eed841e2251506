//! Takes on the mock the wrong turn that the first argument names, and prints what is said then. It is
//! linked without -rdynamic, which is one of them.

use std::error::Error;

use suricata_thread::{plugin, register_init_callback};
use suricata_thread_mock::Host;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let turn = arguments.next().ok_or("which wrong turn?")?;
    let mut file = || arguments.next().ok_or("of which plugin?");
    match &*turn {
        // SAFETY: it registers nothing where there is no host.
        "no host" => unsafe { plugin::run_init("lost", || register_init_callback(|_tv| {})) },
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
