//! SAFETY.md has one section for each unsafe item of the published crates, and names only tests that exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use safety::unsafe_items;

const FOLDERS: [&str; 2] = ["suricata-thread/src", "suricata-thread-mock/src"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn the_raw_declarations_have_no_unsafe_code() {
    let sources = sources(&root().join("suricata-thread-sys/src"));
    let found: Vec<_> = sources
        .iter()
        .flat_map(|path| unsafe_items(&read(path)).unwrap())
        .collect();
    // One block of declarations in each file of bindings.
    assert!(!found.is_empty());
    for item in found {
        assert!(item.ends_with("(unsafe extern)"), "{item}");
    }
}

/// The sections that there must be, as their headings.
fn wanted() -> BTreeSet<String> {
    let root = root();
    let mut headings = BTreeSet::new();
    for path in FOLDERS
        .iter()
        .flat_map(|folder| sources(&root.join(folder)))
    {
        let file = path.strip_prefix(&root).unwrap().display();
        let items = unsafe_items(&read(&path)).unwrap_or_else(|error| panic!("{file}: {error}"));
        headings.extend(items.into_iter().map(|item| format!("`{file}`: {item}")));
    }
    headings
}

/// Heading and text of each section.
fn sections() -> Vec<(String, String)> {
    let text = read(&root().join("SAFETY.md"));
    let parts = text.split("\n### ").skip(1);
    parts
        .map(|part| {
            let (heading, text) = part.split_once('\n').unwrap_or((part, ""));
            let text = text.split("\n## ").next().unwrap_or_default();
            (heading.to_owned(), text.to_owned())
        })
        .collect()
}

#[test]
fn each_unsafe_item_has_its_section() {
    let written: Vec<String> = sections().into_iter().map(|(heading, _)| heading).collect();
    let unique: BTreeSet<String> = written.iter().cloned().collect();
    assert_eq!(written.len(), unique.len(), "a section is there twice");
    let wanted = wanted();
    assert!(wanted.len() > 50, "the sources are read: {wanted:#?}");
    let missing: Vec<_> = wanted.difference(&unique).collect();
    let obsolete: Vec<_> = unique.difference(&wanted).collect();
    assert!(
        missing.is_empty() && obsolete.is_empty(),
        "SAFETY.md lacks {missing:#?}\nand speaks of what is not there: {obsolete:#?}"
    );
}

#[test]
fn each_section_answers_the_three_questions() {
    for (heading, text) in sections() {
        for question in ["- Relies on: ", "- Upheld by: ", "- Would break: "] {
            let answers = text
                .lines()
                .filter(|line| line.starts_with(question))
                .count();
            assert_eq!(answers, 1, "{question:?} in {heading}");
        }
    }
}

#[test]
fn the_tests_that_are_named_exist() {
    let mut named = 0;
    for (heading, text) in sections() {
        let (_, tests) = text.split_once("- Would break: ").unwrap_or_default();
        // `file.rs::test`, `file.rs` for one of many files of a suite, or a command.
        let quoted: Vec<_> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!quoted.is_empty(), "no test in {heading}");
        for quoted in quoted {
            if let Some(check) = quoted.strip_prefix("ci/deep ") {
                let deep = read(&root().join("ci/deep"));
                assert!(
                    deep.contains(&format!("\ncheck_{check}() {{")),
                    "{heading}: {quoted}"
                );
                continue;
            }
            let (file, test) = quoted
                .split_once(".rs::")
                .unwrap_or((quoted.trim_end_matches(".rs"), ""));
            let source = read(&root().join(format!("{file}.rs")));
            assert!(
                test.is_empty() || has_test(&source, test),
                "{heading}: no {quoted}, or it is ignored"
            );
            named += 1;
        }
    }
    assert!(named > 50, "tests are named");
}

/// Whether the source has a test function of this name that runs.
fn has_test(source: &str, name: &str) -> bool {
    let Some((before, _)) = source.split_once(&format!("fn {name}(")) else {
        return false;
    };
    // The attributes are the lines above, back to an empty line or the end of another item.
    let attributes = before.trim_end().lines().rev();
    let attributes: Vec<_> = attributes
        .take_while(|line| line.trim_start().starts_with(['#', '/']))
        .map(str::trim)
        .collect();
    attributes.contains(&"#[test]") && !attributes.iter().any(|line| line.starts_with("#[ignore"))
}
