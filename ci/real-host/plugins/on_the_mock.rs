//! Makes the mistake that the first argument names on the mock, and prints the error. Linking this
//! program without -rdynamic is one of the mistakes.

use std::error::Error;

use suricata_thread::{plugin, register_init_callback};
use suricata_thread_mock::Host;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let turn = arguments.next().ok_or("name a mistake")?;
    let mut file = || arguments.next().ok_or("name a plugin file");
    match &*turn {
        // SAFETY: without a host, it registers nothing.
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
        other => return Err(format!("unknown mistake: {other}").into()),
    }
    Ok(())
}
