//! `ci-bindgen OUTPUT_FOLDER` writes the declarations, `ci-bindgen --source TREE` compares them with
//! a Suricata source tree.

use std::env;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    match arguments.as_slice() {
        [out] => ci_bindgen::write(out.as_ref()),
        [option, tree] if option == "--source" => {
            let compared = ci_bindgen::compare(tree.as_ref())?;
            print!("{compared}");
            Ok(())
        }
        _ => Err("usage: ci-bindgen OUTPUT_FOLDER | ci-bindgen --source TREE".into()),
    }
}
