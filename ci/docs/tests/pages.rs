//! Tests that the code on the pages comes from tested files, and that commands, versions and links are right.
//!
//! A comment above the code names its file. `UPDATE_DOCS=1 cargo test -p docs` copies the code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Returns the folder of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the path and text of each page of the repository.
fn pages() -> Vec<(String, String)> {
    let ls_files = "ls-files --cached --others --exclude-standard *.md";
    let mut git = Command::new("git");
    git.args(ls_files.split(' ')).current_dir(root());
    let listed = String::from_utf8(git.output().unwrap().stdout).unwrap();
    let pages = listed.lines().filter(|page| root().join(page).is_file());
    let pages: Vec<_> = pages.map(|page| (page.to_owned(), read(page))).collect();
    assert!(pages.len() > 10, "too few pages");
    pages
}

/// Asserts that a file has the text `expected`, or writes it.
fn assert_or_write(path: &str, expected: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
        fs::write(root().join(path), expected).unwrap();
    } else {
        let remedy = "run UPDATE_DOCS=1 cargo test -p docs";
        assert_eq!(read(path), expected, "{path}: {remedy}");
    }
}

#[test]
fn code_on_the_pages_equals_the_named_files() {
    let mut blocks = 0;
    for (path, text) in pages() {
        let mut expected = String::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            expected += &format!("{line}\n");
            let named = line.strip_prefix("<!-- ");
            let named = named.and_then(|line| line.strip_suffix(" -->"));
            let Some(file) = named.filter(|file| !file.contains(' ')) else {
                continue;
            };
            expected += &format!("{}\n{}```\n", lines.next().unwrap(), read(file));
            let ends = lines.any(|line| line == "```");
            assert!(ends, "the code of {file} does not end");
            blocks += 1;
        }
        assert_or_write(&path, &expected);
    }
    assert!(blocks > 5, "too few blocks of code");
}

#[test]
fn commands_on_the_pages_exist() {
    let checks = read("ci/check");
    let members: String = read("Cargo.toml")
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"'))
        .map(|member| read(&format!("{}/Cargo.toml", member.trim_end_matches("\","))))
        .collect();
    let (mut commands, mut missing) = (0, Vec::new());
    for (path, text) in pages() {
        let words = text.split(|c: char| c.is_whitespace() || "`()|".contains(c));
        let words: Vec<_> = words
            .map(|word| word.trim_end_matches([',', ';', ':', '.']))
            .collect();
        for pair in words.windows(2) {
            let is_there = match pair {
                ["ci/check", name] if name.starts_with(|c: char| c.is_ascii_lowercase()) => {
                    let known =
                        checks.contains(&format!("\n{name}|")) || ["quick", "all"].contains(name);
                    // Only code counts, since a sentence may have other words after ci/check.
                    known || !text.contains(&format!("`ci/check {name}"))
                }
                ["-p", name] => {
                    let name = name.split('/').next().unwrap();
                    members.contains(&format!("\nname = \"{name}\"\n"))
                }
                [word, _] if word.starts_with("ci/") => root().join(word).exists(),
                // Without --locked, cargo takes untested versions of the program's dependencies.
                ["install", option] if !path.starts_with("ci/") => {
                    *option == "--locked" || !text.contains(&format!("cargo install {option}"))
                }
                _ => continue,
            };
            commands += 1;
            if !is_there {
                missing.push(format!("{path}: {}", pair.join(" ")));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(commands > 30, "only {commands} commands");
}

#[test]
fn versions_on_the_pages_agree_with_the_manifests() {
    let manifest = read("Cargo.toml");
    let after = |text: &str, start: &str| {
        let rest = text.split_once(start);
        let (_, rest) = rest.unwrap_or_else(|| panic!("no {start}"));
        rest.split(['"', ' ']).next().unwrap().to_owned()
    };
    let version = after(&manifest, "\nversion = \"");
    let (minor, _) = version.rsplit_once('.').unwrap();
    let real = after(&read("ci/find-suricata"), "\n8.0) wanted=");
    let compared = after(&manifest, "\nsuricata-sys = \"=");
    let (compared, _) = compared.split_once("-alpha.").unwrap();
    let program = format!("suricata-thread-mock@^{minor} --features cli");
    let dependency = format!("suricata-thread = \"{minor}\"");
    let ran = format!("in a real {real}");
    let known = format!("`suricata-sys` {compared}-alpha");
    for (file, texts) in [
        ("README.md", [&dependency, &ran, &known].as_slice()),
        ("suricata-thread/README.md", &[&dependency]),
        ("suricata-thread-sys/README.md", &[&ran, &known]),
        ("template/Cargo.toml.liquid", &[&dependency]),
        ("template/README.md", &[&program]),
        ("template/ci.sh", &[&program]),
        ("template/.github/workflows/ci.yml", &[&program]),
    ] {
        for text in texts {
            let is_there = read(file).contains(text.as_str());
            assert!(is_there, "{file} lacks the text {text}");
        }
    }
}

#[test]
fn links_on_the_pages_have_targets() {
    let prose = |text: &str| -> String {
        let parts = text.split("```").step_by(2);
        parts.collect::<Vec<_>>().join("\n")
    };
    let anchors = |text: &str| -> Vec<String> {
        let headings = prose(text);
        let headings = headings.lines().filter(|line| line.starts_with('#'));
        let kept = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
        let anchor = |line: &str| line.trim_start_matches('#').trim().to_lowercase();
        let anchors = headings.map(|line| anchor(line).chars().filter(kept).collect::<String>());
        anchors.map(|anchor| anchor.replace(' ', "-")).collect()
    };
    let (mut links, mut missing) = (0, Vec::new());
    for (path, text) in pages() {
        for link in prose(&text).split("](").skip(1) {
            let link = link.split(')').next().unwrap();
            // rustdoc checks links to items; links to other sites are not checked.
            if link.contains("://") || link.contains("::") || link.starts_with("crate#") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let file = match file {
                "" => root().join(&path),
                file => root().join(&path).parent().unwrap().join(file),
            };
            let anchors = || anchors(&fs::read_to_string(&file).unwrap());
            // The registry shows a crate's README without the repository, so links to files would be broken there.
            let is_alone = path.starts_with("suricata-thread") && path.ends_with("/README.md");
            let leaves = is_alone && !link.starts_with('#');
            let is_there =
                file.exists() && (anchor.is_empty() || anchors().iter().any(|a| a == anchor));
            if leaves || !is_there {
                missing.push(format!("{path}: {link}"));
            }
            links += 1;
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(links > 20, "only {links} links");
}
