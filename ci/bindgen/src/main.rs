//! Writes the declarations of `suricata-thread-sys`, made from its headers, into a folder.

use std::env;
use std::error::Error;
use std::path::PathBuf;

use ci_bindgen::bindings::{Module, builder};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [include, out] = arguments.as_slice() else {
        return Err("usage: ci-bindgen INCLUDE_FOLDER OUTPUT_FOLDER".into());
    };
    for module in [Module::Common, Module::V8, Module::V9] {
        builder(include, module)
            // The sizes in layout tests are those of one target; `ci/abi` compares layouts.
            .layout_tests(false)
            .raw_line(format!(
                "// Written by bindgen from include/{}: change that, then run `ci/bindings`.",
                module.header()
            ))
            .formatter(bindgen::Formatter::Prettyplease)
            .generate()?
            .write_to_file(out.join(module.rust_file()))?;
    }
    Ok(())
}
