//! Does nothing, unless the feature `bindgen` asks for the declarations to be read from the
//! headers of a Suricata source tree.

#[cfg(feature = "bindgen")]
#[path = "build/bindings.rs"]
mod bindings;
#[cfg(feature = "bindgen")]
#[path = "build/source_tree.rs"]
mod source_tree;

#[cfg(not(feature = "bindgen"))]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}

#[cfg(feature = "bindgen")]
fn main() {
    use source_tree::{Generation, HEADERS};
    use std::env;
    use std::path::PathBuf;

    let folder = |name| PathBuf::from(env::var_os(name).expect("cargo sets it for build scripts"));
    let krate = folder("CARGO_MANIFEST_DIR");
    let tree = env::var_os("SURICATA_SRC").map(PathBuf::from);
    let selected = if cfg!(feature = "suricata-8") {
        Generation::Suricata8
    } else {
        Generation::Suricata9
    };

    for path in ["build.rs", "build", "include", "src/bindings"] {
        println!("cargo::rerun-if-changed={path}");
    }
    println!("cargo::rerun-if-env-changed=SURICATA_SRC");
    for header in HEADERS
        .iter()
        .filter_map(|name| Some(tree.as_ref()?.join(name)))
    {
        println!("cargo::rerun-if-changed={}", header.display());
    }

    let out = folder("OUT_DIR");
    if let Err(error) = source_tree::generate(&krate, tree.as_deref(), selected, &out) {
        // A directive is one line long; clang has more to say.
        for line in error.lines() {
            println!("cargo::error={line}");
        }
    }
}
