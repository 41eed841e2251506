//! The feature `bindgen`: declarations from a Suricata source tree, and what is said when the tree
//! is not one. The trees in `trees/` have the headers that are read, and in the place of those that
//! need a configured tree, errors.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ci_bindgen::bindings::{self, Module};
use ci_bindgen::source_tree::Generation::{self, Suricata8, Suricata9};
use ci_bindgen::source_tree::{HEADERS, generate};
use tempfile::TempDir;

fn krate() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../suricata-thread-sys")
}

fn tree(generation: Generation) -> PathBuf {
    let name = match generation {
        Suricata8 => "8",
        Suricata9 => "9",
    };
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/trees")
        .join(name)
}

/// A copy of a tree, to spoil.
fn copy(generation: Generation) -> TempDir {
    let copy = TempDir::new().unwrap();
    for header in HEADERS {
        fs::copy(tree(generation).join(header), copy.path().join(header)).unwrap();
    }
    copy
}

fn edit(file: &Path, edit: impl FnOnce(String) -> String) {
    let before = fs::read_to_string(file).unwrap();
    let after = edit(before.clone());
    assert_ne!(before, after, "the edit must change {}", file.display());
    fs::write(file, after).unwrap();
}

fn generate_from(tree: Option<&Path>, selected: Generation) -> Result<TempDir, String> {
    let out = TempDir::new().unwrap();
    generate(&krate(), tree, selected, out.path()).map(|()| out)
}

/// What generating says when it fails.
fn error(tree: &Path, selected: Generation) -> String {
    generate_from(Some(tree), selected).expect_err("generating must fail")
}

fn names(folder: &Path, module: Module) -> BTreeSet<String> {
    let text = fs::read_to_string(folder.join(module.rust_file())).unwrap();
    bindings::names(&text)
        .into_iter()
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_tree_gives_the_names_that_are_checked_in() {
    for selected in [Suricata8, Suricata9] {
        let out = generate_from(Some(&tree(selected)), selected).unwrap();
        for module in [Module::Common, selected.module()] {
            let checked_in = names(&krate().join("src/bindings"), module);
            assert!(checked_in.len() > 10, "{checked_in:?}");
            assert_eq!(names(out.path(), module), checked_in);
        }
    }
}

#[test]
fn a_tree_that_differs_gives_its_own_declaration() {
    let tree = copy(Suricata9);
    edit(&tree.path().join("thread-storage.h"), |text| {
        text.replace("    int id;", "    long long id;")
    });
    let out = generate_from(Some(tree.path()), Suricata9).unwrap();
    let text = fs::read_to_string(out.path().join("v9.rs")).unwrap();
    assert!(text.contains("id : :: core :: ffi :: c_longlong"), "{text}");
}

#[test]
fn generating_again_into_the_same_folder_works_from_a_read_only_tree() {
    let tree = copy(Suricata9);
    for header in HEADERS {
        let header = tree.path().join(header);
        let mut permissions = fs::metadata(&header).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&header, permissions).unwrap();
    }
    let out = TempDir::new().unwrap();
    for _ in 0..2 {
        generate(&krate(), Some(tree.path()), Suricata9, out.path()).unwrap();
    }
    let copied = out.path().join("suricata").join(HEADERS[0]);
    assert!(!fs::metadata(copied).unwrap().permissions().readonly());
}

#[test]
fn a_tree_that_is_not_named_is_asked_for() {
    let message = generate_from(None, Suricata9).expect_err("generating must fail");
    assert!(message.contains("SURICATA_SRC is not set"), "{message}");
    assert!(message.contains("build without the feature"), "{message}");
}

#[test]
fn a_path_that_depends_on_the_current_folder_is_refused() {
    for path in ["suricata/src", ""] {
        let message = error(Path::new(path), Suricata9);
        assert!(message.contains("make it an absolute path"), "{message}");
    }
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let message = error(Path::new("/no/such/folder"), Suricata9);
    assert!(
        message.starts_with("SURICATA_SRC is /no/such/folder, which is not a folder"),
        "{message}"
    );
    assert!(
        message.contains("the folder `src` of a Suricata"),
        "{message}"
    );
}

#[test]
fn a_header_that_is_not_there_is_named() {
    for header in HEADERS {
        let tree = copy(Suricata9);
        let missing = tree.path().join(header);
        fs::remove_file(&missing).unwrap();
        let message = error(tree.path(), Suricata9);
        assert!(
            message.starts_with(&format!("{} is missing", missing.display())),
            "{message}"
        );
        assert!(
            message.contains("SURICATA_SRC must be the folder `src`"),
            "{message}"
        );
    }
}

#[test]
fn a_tree_of_the_other_generation_is_refused_naming_both() {
    let message = error(&tree(Suricata9), Suricata8);
    assert!(
        message.contains(
            "is the source of Suricata 9.0, but the crate's features select Suricata 8.0.x"
        ),
        "{message}"
    );
    assert!(
        message.contains("leave out the feature `suricata-8`"),
        "{message}"
    );

    let message = error(&tree(Suricata8), Suricata9);
    assert!(
        message.contains(
            "is the source of Suricata 8.0.x, but the crate's features select Suricata 9.0"
        ),
        "{message}"
    );
    assert!(
        message.contains("add the feature `suricata-8`"),
        "{message}"
    );
}

#[test]
fn a_tree_of_neither_generation_is_refused() {
    let tree = copy(Suricata9);
    edit(&tree.path().join("thread-storage.h"), |text| {
        text.replace("SCThreadStorageRegister", "SCThreadStorageEnrol")
    });
    let message = error(tree.path(), Suricata9);
    assert!(
        message.contains("thread-storage.h declares neither"),
        "{message}"
    );
    assert!(
        message.contains(
            "ThreadStorageRegister (Suricata 8.0.x) nor SCThreadStorageRegister (Suricata 9.0)"
        ),
        "{message}"
    );
}

#[test]
fn a_declaration_that_the_tree_does_not_have_is_named() {
    // A state between the two generations: the functions are renamed, the id is not.
    let tree = copy(Suricata9);
    edit(&tree.path().join("thread-storage.h"), |text| {
        text.replace("SCThreadStorageId", "ThreadStorageId")
    });
    let message = error(tree.path(), Suricata9);
    assert!(
        message.contains("don't declare SCThreadStorageId: use"),
        "{message}"
    );

    let tree = copy(Suricata8);
    edit(&tree.path().join("flow-callbacks.h"), |text| {
        text.replace("SCFlowRunFinishCallbacks", "FlowRunFinishCallbacks")
    });
    let message = error(tree.path(), Suricata8);
    assert!(
        message.contains("don't declare SCFlowRunFinishCallbacks: use"),
        "{message}"
    );
}

#[test]
fn a_header_that_clang_cannot_read_is_shown_with_clangs_words() {
    let tree = copy(Suricata9);
    edit(&tree.path().join("thread-callbacks.h"), |text| {
        text.replace("\"threadvars.h\"", "\"threads-of-tomorrow.h\"")
    });
    let message = error(tree.path(), Suricata9);
    assert!(
        message.contains("clang can't read the headers in"),
        "{message}"
    );
    assert!(
        message.contains("'threads-of-tomorrow.h' file not found"),
        "{message}"
    );
}
