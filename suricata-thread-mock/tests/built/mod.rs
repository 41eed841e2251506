//! Builds plugin files.

use std::path::{Path, PathBuf};
use std::process::Output;

/// Builds `tests/c/plugin.c` for a generation, 8 or 9, with these macros, as `folder`/`name`.so.
pub fn c_plugin(folder: &Path, name: &str, generation: u32, macros: &[&str]) -> PathBuf {
    let generation = format!("GENERATION={generation}");
    let macros = [&[&*generation], macros].concat();
    c_library(folder, name, "plugin.c", &macros)
}

/// Builds a file of `tests/c`, in C or C++, with these macros, as `folder`/`name`.so.
pub fn c_library(folder: &Path, name: &str, source: &str, macros: &[&str]) -> PathBuf {
    let file = folder.join(format!("{name}.so"));
    let compiler = cc::Build::new()
        .cpp(source.ends_with(".cpp"))
        .target(env!("TARGET"))
        .host(env!("TARGET"))
        .opt_level(0)
        .out_dir(folder)
        .cargo_metadata(false)
        .get_compiler();
    let output = compiler
        .to_command()
        .args(["-shared", "-fPIC", "-pthread", "-o"])
        .arg(&file)
        .args(macros.iter().map(|name| format!("-D{name}")))
        .arg(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/c")).join(source))
        .output()
        .expect("a compiler for C and C++");
    assert_success(&output);
    file
}

/// Removes the section header table from a 64-bit ELF file: `e_shoff`, `e_shnum` and `e_shstrndx`.
#[allow(dead_code, reason = "not every test file uses it")]
pub fn take_section_headers(file: &mut [u8]) {
    file[0x28..0x30].fill(0);
    file[0x3c..0x40].fill(0);
}

/// Panics with the command's output if it failed.
#[track_caller]
pub fn assert_success(output: &Output) {
    let printed = [&*output.stdout, &*output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed);
    assert!(output.status.success(), "{}: {printed}", output.status);
}
