//! The program behind `ci/bindings`.

use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let result = match arguments.as_slice() {
        [option, out] if option == "--write" => ci_bindgen::write(out.as_ref()),
        [option, tree] if option == "--source" => {
            ci_bindgen::compare(tree.as_ref()).map(|same| println!("ci/bindings: {same}"))
        }
        _ => Err("usage: ci-bindgen --write FOLDER | --source TREE".into()),
    };
    if let Err(error) = result {
        eprintln!("ci/bindings: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
