//! What the tests share, which compare the documentation and the CI workflow with what these speak of.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
        .to_owned()
}

/// The text of a file of the repository; panics where there is none.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The paths of all pages of the repository.
pub fn pages() -> Vec<String> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "*.md",
        ])
        .current_dir(root())
        .output()
        .expect("git lists the files");
    assert!(output.status.success(), "{output:?}");
    let listed = String::from_utf8(output.stdout).expect("names in UTF-8");
    let pages = listed.lines().filter(|page| root().join(page).is_file());
    pages.map(str::to_owned).collect()
}

/// Demands that the file is `should`, which `with` makes of what it is; with `UPDATE_DOCS=1` in the
/// environment, writes it.
pub fn demand(path: &str, with: impl FnOnce(&str) -> String) {
    let is = read(path);
    let should = with(&is);
    if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
        fs::write(root().join(path), should).unwrap();
    } else {
        let hint = "run UPDATE_DOCS=1 cargo test -p docs";
        assert_eq!(is, should, "{path} differs: {hint}");
    }
}

/// The source `text` with `code` in the first block of its documentation that begins with `fence`.
pub fn with_block(text: &str, fence: &str, code: &str) -> String {
    const END: &str = "//! ```\n";
    let fence = format!("//! ```{fence}\n");
    let (before, rest) = text.split_once(&fence).expect("there is such a block");
    let (_, after) = rest.split_once(END).expect("the block ends");
    let code: String = code
        .lines()
        .map(|line| format!("{}\n", format!("//! {line}").trim_end()))
        .collect();
    format!("{before}{fence}{code}{END}{after}")
}
