//! Makes the declarations of `suricata-thread-sys` from its C headers, and compares them with those
//! of a Suricata source tree.

use std::error::Error;
use std::path::{Path, PathBuf};

mod source;

pub use source::{HEADERS, compare};

/// The files in `src/bindings`, and the headers in `include` that they are made of: what both
/// generations have comes first.
const MODULES: [(&str, &str); 3] = [
    ("common.rs", "suricata_thread_common.h"),
    ("v8.rs", "suricata_thread_8.h"),
    ("v9.rs", "suricata_thread_9.h"),
];

/// A file or folder of `suricata-thread-sys`.
fn of_crate(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../suricata-thread-sys")
        .join(path)
}

fn builder() -> bindgen::Builder {
    bindgen::builder()
        .clang_arg(format!("-I{}", of_crate("include").display()))
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
        // The sizes in layout tests are those of one target; `ci/abi` compares layouts.
        .layout_tests(false)
        // What other headers declare, `src/opaque.rs` and the other modules have.
        .allowlist_recursively(false)
        .formatter(bindgen::Formatter::Prettyplease)
}

/// Writes the declarations, made from the headers in `include`, into the folder `out`.
///
/// # Errors
///
/// If clang can't read a header, or a file can't be written.
pub fn write(out: &Path) -> Result<(), Box<dyn Error>> {
    for (file, header) in MODULES {
        let path = of_crate("include").join(header);
        builder()
            .header(path.to_string_lossy())
            .allowlist_file(format!(".*/{}", header.replace('.', "\\.")))
            .raw_line(format!(
                "// Written by bindgen from include/{header}: change that, then run `ci/bindings`."
            ))
            .generate()?
            .write_to_file(out.join(file))?;
    }
    Ok(())
}
