//! Wrong plugins. An expression for `init` can do nothing unsafe, whatever the lints.
#![allow(unsafe_op_in_unsafe_fn)]

mod init_returns_no_result {
    suricata_thread::plugin! { name: "a", version: "1", author: "Ada", license: "MIT", init: init }

    fn init() -> Option<()> {
        Some(())
    }
}

mod name_with_a_nul {
    suricata_thread::plugin! { name: "a\0b", version: "1", author: "Ada", license: "MIT", init: init }

    fn init() -> Result<(), &'static str> {
        Ok(())
    }
}

mod unsafe_expression {
    suricata_thread::plugin! {
        name: "a",
        version: "1",
        author: "Ada",
        license: "MIT",
        init: {
            std::ptr::read_volatile(std::ptr::null::<u8>());
            || Ok::<(), &str>(())
        },
    }
}

fn main() {}
