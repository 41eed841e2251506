//! An attribute could give the declaration another symbol, and safe code access to it.

suricata_thread::host_functions! {
    #[link_name = "environ"]
    fn absent();
}

fn main() {}
