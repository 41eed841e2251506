//! What the READMEs say is so: their code is that of the examples, their commands are there, their
//! versions and features are those of the manifests.
//!
//! Code stands below a comment that names its file. `UPDATE=1 cargo test -p docs` puts it there.

use std::fs;
use std::path::{Path, PathBuf};

const READMES: [&str; 6] = [
    "README.md",
    "docs/coming-from-suricata-ffi.md",
    "template/README.md",
    "suricata-thread/README.md",
    "suricata-thread-mock/README.md",
    "suricata-thread-sys/README.md",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
        .to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// `text` with each block of code below a comment `<!-- FILE -->` replaced by that file.
fn with_code(text: &str) -> String {
    let mut made = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        made += &format!("{line}\n");
        let named = line
            .strip_prefix("<!-- ")
            .and_then(|line| line.strip_suffix(" -->"));
        let Some(file) = named else { continue };
        let fence = lines.next().unwrap();
        assert!(fence.starts_with("```"), "no code below <!-- {file} -->");
        made += &format!("{fence}\n{}```\n", read(file));
        assert!(
            lines.any(|line| line == "```"),
            "the code of {file} does not end"
        );
    }
    made
}

#[test]
fn the_code_is_that_of_the_files() {
    for readme in READMES {
        let (is, should) = (read(readme), with_code(&read(readme)));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(root().join(readme), should).unwrap();
        } else {
            assert_eq!(
                is, should,
                "{readme} differs: run UPDATE=1 cargo test -p docs"
            );
        }
    }
    assert_eq!(
        read("README.md").matches("<!-- examples/minimal/").count(),
        2
    );
}

#[test]
fn the_commands_are_there() {
    let mut commands = 0;
    for readme in READMES {
        let text = read(readme);
        let words = text.split(|c: char| c.is_whitespace() || "`()".contains(c));
        for command in words.filter(|word| word.starts_with("ci/") && !word.ends_with('/')) {
            let path = root().join(command);
            assert!(
                path.exists(),
                "{readme} names {command}, which is not there"
            );
            commands += 1;
        }
    }
    assert!(commands > 5, "only {commands} commands found");
}

#[test]
fn the_versions_and_features_are_those_of_the_manifests() {
    let manifest = read("Cargo.toml");
    let version = manifest
        .lines()
        .find_map(|line| line.strip_prefix("version = \""))
        .unwrap();
    let (minor, _) = version.trim_end_matches('"').rsplit_once('.').unwrap();
    let readme = read("README.md");
    for file in [
        "README.md",
        "suricata-thread/README.md",
        "template/Cargo.toml.liquid",
    ] {
        for name in ["suricata-thread", "suricata-thread-mock"] {
            let dependency = format!("\n{name} = \"{minor}\"");
            let found = read(file).contains(&dependency);
            assert!(found, "{file} does not depend on {dependency:?}");
        }
    }
    assert!(readme.contains(&format!("\n| {minor} | 8.0.x | `suricata-8` |\n")));
    assert!(readme.contains(&format!("\n| {minor} | 9.0 (in development) | none |\n")));
    for package in ["suricata-thread", "suricata-thread-sys"] {
        let manifest = read(&format!("{package}/Cargo.toml"));
        assert!(
            manifest.contains("\nsuricata-8 = "),
            "{package} has no feature suricata-8"
        );
    }
}
