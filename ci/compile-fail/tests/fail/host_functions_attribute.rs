//! An attribute would give the declaration another symbol, and safe code whatever is there.

suricata_thread::host_functions! {
    #[link_name = "environ"]
    fn absent();
}

fn main() {}
