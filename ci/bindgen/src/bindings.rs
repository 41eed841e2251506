//! How bindgen is to read the headers in `include/`.
//!
//! The build script and the tool behind `ci/bindings` both compile this file, so that the
//! declarations that are checked in and those read from a Suricata source tree are made alike.

use std::path::Path;

/// One module of the crate: the header that it is made of, and where its Rust text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Module {
    /// What both generations have.
    Common,
    /// What only Suricata 8.0.x has.
    V8,
    /// What only Suricata 9.0 has.
    V9,
}

impl Module {
    /// The file name below `include/`.
    pub fn header(self) -> &'static str {
        match self {
            Self::Common => "suricata_thread_common.h",
            Self::V8 => "suricata_thread_8.h",
            Self::V9 => "suricata_thread_9.h",
        }
    }

    /// The file name, both below `src/bindings/` and in the build script's output folder.
    pub fn rust_file(self) -> &'static str {
        match self {
            Self::Common => "common.rs",
            Self::V8 => "v8.rs",
            Self::V9 => "v9.rs",
        }
    }
}

/// Reads `module`'s header in the folder `include`. Only what that very header declares is taken.
pub fn builder(include: &Path, module: Module) -> bindgen::Builder {
    let builder = bindgen::builder()
        .header(path_text(&include.join(module.header())))
        .clang_arg(format!("-I{}", path_text(include)))
        .use_core()
        .rust_edition(bindgen::RustEdition::Edition2024)
        .rust_target(bindgen::RustTarget::stable(85, 0).expect("bindgen knows Rust 1.85"))
        .merge_extern_blocks(true)
        .derive_eq(true)
        .derive_hash(false)
        // A level that is not among the named ones must not be undefined behaviour.
        .newtype_enum("SCLogLevel")
        // Nobody has a use for two of them, and comparing function pointers means nothing.
        .no_copy("SCPlugin")
        .no_partialeq("SCPlugin")
        .disable_header_comment()
        .allowlist_file(format!(".*/{}", module.header().replace('.', "\\.")))
        // `src/opaque.rs` has these.
        .blocklist_type("(ThreadVars|Flow|Packet)_?");
    match module {
        Module::Common => builder,
        Module::V8 | Module::V9 => builder.blocklist_type("StorageFreeFn"),
    }
}

/// The names of the functions, types and constants that the text of bindings declares.
pub fn names(bindings: &str) -> Vec<&str> {
    bindings
        .split("pub ")
        .filter_map(|item| {
            ["fn ", "struct ", "type ", "const "]
                .into_iter()
                .find_map(|keyword| item.strip_prefix(keyword))
        })
        .filter_map(|item| {
            item.split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
        })
        .collect()
}

fn path_text(path: &Path) -> &str {
    path.to_str()
        .expect("bindgen takes only paths that are valid UTF-8")
}
