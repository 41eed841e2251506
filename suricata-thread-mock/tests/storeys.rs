//! The storeys: a file uses files of its own storey or below, and no files use one another in a
//! circle, nor do those of the program above.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// From the ground up; see the `mod.rs` of each.
const STOREYS: [&str; 5] = ["noun", "state", "calling", "c_api", "life"];

const PROGRAM: &str = "bin/suricata-mock";

/// The files of the library, as `storey/file`, with the files that each one uses.
type House = BTreeMap<String, BTreeSet<String>>;

fn house() -> House {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut texts = BTreeMap::new();
    for storey in STOREYS {
        for entry in fs::read_dir(src.join(storey)).expect("each storey is a folder") {
            let path = entry.expect("an entry").path();
            assert!(
                path.is_file(),
                "{}: a storey has files only",
                path.display()
            );
            let stem = path.file_stem().expect("a name").to_string_lossy();
            let text = fs::read_to_string(&path).expect("Rust");
            texts.insert(format!("{storey}/{stem}"), text);
        }
    }
    let used = |text: &str| {
        paths(text)
            .filter_map(|path| file_of(&path, &texts))
            .collect()
    };
    texts
        .iter()
        .map(|(file, text)| (file.clone(), used(text)))
        .collect()
}

/// The files of the program, likewise. Names that are no module are in `main`.
fn program() -> House {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut texts = BTreeMap::new();
    for entry in fs::read_dir(src.join(PROGRAM)).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let stem = path.file_stem().expect("a name").to_string_lossy();
            let text = fs::read_to_string(&path).expect("Rust");
            texts.insert(stem.into_owned(), text);
        }
    }
    let file_of = |path: &str| {
        let first = path.split("::").next().expect("a part");
        let is_of_the_house = texts["main"].contains(&format!("noun/{first}.rs"));
        let file = if texts.contains_key(first) {
            first
        } else {
            "main"
        };
        (!is_of_the_house).then(|| format!("{PROGRAM}/{file}"))
    };
    let used = |text: &str| {
        let mut used: BTreeSet<_> = paths(text).filter_map(|path| file_of(&path)).collect();
        for module in text.lines().filter_map(|line| line.strip_prefix("mod ")) {
            used.extend(file_of(module.trim_end_matches(';')));
        }
        used
    };
    let files = texts.iter();
    files
        .map(|(file, text)| (format!("{PROGRAM}/{file}"), used(text)))
        .collect()
}

/// Returns what the `use` lines of a file name in this crate, as `a::b::C`, except those of unit
/// tests.
fn paths(text: &str) -> impl Iterator<Item = String> {
    let code = text.split("#[cfg(test)]").next().expect("a part");
    let code: Vec<_> = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let code = code.join(" ");
    let uses: Vec<String> = code
        .split("use crate::")
        .skip(1)
        .map(|rest| rest.split(';').next().expect("a part").replace(' ', ""))
        .collect();
    uses.into_iter().flat_map(|line| expand(&line))
}

/// `a::{b, c::D}` as `a::b` and `a::c::D`.
fn expand(path: &str) -> Vec<String> {
    let Some((before, inside)) = path.split_once('{') else {
        return vec![path.to_owned()];
    };
    let inside = inside.strip_suffix('}').expect("a closing brace");
    let (mut depth, mut parts, mut part) = (0, Vec::new(), String::new());
    for c in inside.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    parts.push(part);
    let parts = parts.iter().filter(|part| !part.is_empty());
    parts
        .flat_map(|part| expand(&format!("{before}{part}")))
        .collect()
}

fn file_of(path: &str, files: &BTreeMap<String, String>) -> Option<String> {
    let mut parts = path.split("::");
    let storey = parts.next()?;
    if !STOREYS.contains(&storey) {
        panic!("`use crate::{path}` names no storey");
    }
    let file = parts.next().map(|file| format!("{storey}/{file}"));
    let file = file.filter(|file| files.contains_key(file));
    Some(file.unwrap_or_else(|| format!("{storey}/mod")))
}

fn storey(file: &str) -> usize {
    let name = file.split('/').next();
    STOREYS
        .iter()
        .position(|storey| Some(*storey) == name)
        .expect("a storey")
}

#[test]
fn a_file_uses_its_own_storey_and_those_below() {
    let mut arrows = 0;
    for (file, used) in house() {
        for below in used {
            assert!(
                storey(&below) <= storey(&file),
                "{file} uses {below}, which is above it"
            );
            arrows += 1;
        }
    }
    assert!(arrows > 50, "only {arrows} `use` lines were understood");
}

#[test]
fn no_files_use_one_another_in_a_circle() {
    let mut left = house();
    left.extend(program());
    // Removes files that use none of the others, again and again: a circle remains.
    while !left.is_empty() {
        let is_free = |used: &BTreeSet<String>| used.iter().all(|file| !left.contains_key(file));
        let free: Vec<_> = left
            .iter()
            .filter(|(_, used)| is_free(used))
            .map(|(f, _)| f.clone())
            .collect();
        assert!(!free.is_empty(), "a circle, with what uses it: {left:#?}");
        left.retain(|file, _| !free.contains(file));
    }
}

#[test]
fn files_name_one_another_by_their_whole_path() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in house().keys() {
        let text = fs::read_to_string(src.join(format!("{file}.rs"))).expect("Rust");
        let code = text.split("#[cfg(test)]").next().expect("a part");
        for (at, line) in code.lines().enumerate() {
            let hidden = ["use super::", "pub(crate) use super::", "use self::"];
            // A module within a file is not another file.
            let is_hidden = hidden.iter().any(|hidden| line.starts_with(hidden));
            assert!(
                !is_hidden,
                "{file}.rs:{}: {line}: say `use crate::…`",
                at + 1
            );
        }
    }
}

#[test]
fn no_file_is_too_long_to_read_in_one_sitting() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in house().keys().chain(program().keys()) {
        let text = fs::read_to_string(src.join(format!("{file}.rs"))).expect("Rust");
        let lines = text.lines().count();
        assert!(lines <= 300, "{file}.rs has {lines} lines");
    }
}
