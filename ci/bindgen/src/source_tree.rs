//! Declarations from the headers of a Suricata source tree, for the feature `bindgen`.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::bindings::{self, Module};

/// The headers that are read from the tree.
pub const HEADERS: [&str; 3] = ["thread-storage.h", "thread-callbacks.h", "flow-callbacks.h"];

/// Which of Suricata's two plugin APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// 8.0.x, with the feature `suricata-8`.
    Suricata8,
    /// 9.0, without that feature.
    Suricata9,
}

impl Generation {
    /// The module that has this generation's own declarations.
    pub fn module(self) -> Module {
        match self {
            Self::Suricata8 => Module::V8,
            Self::Suricata9 => Module::V9,
        }
    }

    /// The function that only this generation has.
    fn registration(self) -> &'static str {
        match self {
            Self::Suricata8 => "ThreadStorageRegister",
            Self::Suricata9 => "SCThreadStorageRegister",
        }
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Suricata8 => "Suricata 8.0.x",
            Self::Suricata9 => "Suricata 9.0",
        })
    }
}

/// Writes the Rust text of the modules `common` and `v8` or `v9` into the folder `out`.
///
/// `krate` is the folder of `suricata-thread-sys`, `tree` is what SURICATA_SRC says.
///
/// # Errors
/// A text for the developer: what is missing or wrong, and what to do about it.
pub fn generate(
    krate: &Path,
    tree: Option<&Path>,
    selected: Generation,
    out: &Path,
) -> Result<(), String> {
    let tree = tree.ok_or(
        "the feature `bindgen` reads Suricata's own headers, but SURICATA_SRC is not set: set it \
         to the folder `src` of a Suricata source tree, or build without the feature",
    )?;
    let copies = copy_headers(tree, out)?;

    let found = generation(krate, tree, &copies)?;
    if found != selected {
        let change = match found {
            Generation::Suricata8 => "add the feature `suricata-8`",
            Generation::Suricata9 => "leave out the feature `suricata-8`",
        };
        return Err(format!(
            "{} is the source of {found}, but the crate's features select {selected}: {change}, \
             or set SURICATA_SRC to a tree of {selected}",
            tree.display()
        ));
    }

    for module in [Module::Common, selected.module()] {
        let checked_in = krate.join("src/bindings").join(module.rust_file());
        let checked_in = fs::read_to_string(&checked_in).map_err(io_error(&checked_in))?;
        let needed = bindings::names(&checked_in);
        let text = read_headers(krate, tree, &copies, module, &needed)?;

        let declared = bindings::names(&text);
        let missing: Vec<&str> = needed
            .into_iter()
            .filter(|name| !declared.contains(name))
            .collect();
        if !missing.is_empty() {
            return Err(format!(
                "the headers in {} don't declare {}: use the tree of a released Suricata 8.0.x or \
                 9.0, or build without the feature `bindgen`",
                tree.display(),
                missing.join(", ")
            ));
        }
        let path = out.join(module.rust_file());
        fs::write(&path, text).map_err(io_error(&path))?;
    }
    Ok(())
}

/// Copies the headers to a folder of their own: C looks for what a header includes beside that
/// header first, and there the tree's `threadvars.h` would come before the stand-in for it.
fn copy_headers(tree: &Path, out: &Path) -> Result<PathBuf, String> {
    if tree.is_relative() {
        return Err(format!(
            "SURICATA_SRC is \"{}\": make it an absolute path, since cargo runs the build script in \
             the crate's own folder",
            tree.display()
        ));
    }
    if !tree.is_dir() {
        return Err(format!(
            "SURICATA_SRC is {}, which is not a folder: set it to the folder `src` of a Suricata \
             source tree",
            tree.display()
        ));
    }
    let copies = out.join("suricata");
    fs::create_dir_all(&copies).map_err(io_error(&copies))?;
    for name in HEADERS {
        let header = tree.join(name);
        if !header.is_file() {
            return Err(format!(
                "{} is missing: SURICATA_SRC must be the folder `src` of a Suricata 8.0.x or 9.0 \
                 source tree, which has {}",
                header.display(),
                HEADERS.join(", ")
            ));
        }
        // Not `fs::copy`: that would also copy read-only permissions, and fail the next time.
        let text = fs::read(&header).map_err(io_error(&header))?;
        let copy = copies.join(name);
        fs::write(&copy, text).map_err(io_error(&copy))?;
    }
    Ok(copies)
}

/// Asks the compiler, not the text: a comment may well name the other generation's function.
fn generation(krate: &Path, tree: &Path, copies: &Path) -> Result<Generation, String> {
    let both = [Generation::Suricata8, Generation::Suricata9];
    let header = copies.join(HEADERS[0]);
    let probe = bindgen::builder()
        .header(header.to_string_lossy())
        .allowlist_function(both.map(Generation::registration).join("|"));
    let text = run(probe, krate, tree, copies)?;
    let declared = bindings::names(&text);
    both.into_iter()
        .find(|generation| declared.contains(&generation.registration()))
        .ok_or_else(|| {
            let known =
                both.map(|generation| format!("{} ({generation})", generation.registration()));
            format!(
                "{} declares neither {}: SURICATA_SRC must be the folder `src` of one of these",
                tree.join(HEADERS[0]).display(),
                known.join(" nor ")
            )
        })
}

fn read_headers(
    krate: &Path,
    tree: &Path,
    copies: &Path,
    module: Module,
    names: &[&str],
) -> Result<String, String> {
    let builder = bindings::builder(&krate.join("include"), module)
        .clang_arg("-DSURICATA_THREAD_FROM_SOURCE")
        // Suricata's comments are Suricata's; take the facts alone.
        .generate_comments(false)
        .allowlist_item(names.join("|"));
    run(builder, krate, tree, copies)
}

fn run(
    builder: bindgen::Builder,
    krate: &Path,
    tree: &Path,
    copies: &Path,
) -> Result<String, String> {
    let include = krate.join("include");
    [copies, &include.join("stubs"), &include]
        .into_iter()
        .fold(builder, |builder, folder| {
            builder.clang_arg(format!("-I{}", folder.display()))
        })
        .formatter(bindgen::Formatter::None)
        .generate()
        .map(|bindings| bindings.to_string())
        .map_err(|error| {
            format!(
                "clang can't read the headers in {}: {}",
                tree.display(),
                error.to_string().trim()
            )
        })
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> String {
    let path = path.to_owned();
    move |error| format!("{}: {error}", path.display())
}
