//! The CI workflow runs the checks of `ci/` and the tests, nothing else, and leaves out none of `ci/deep`. The checks
//! leave out no example.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use docs::{read, root};

/// The commands that the workflow runs, by themselves or out of a matrix.
fn commands(workflow: &str) -> Vec<&str> {
    workflow
        .lines()
        .filter_map(|line| {
            let item = line.trim().strip_prefix("- ")?;
            let item = item.split(" # ").next()?;
            item.strip_prefix("run: ")
                .or_else(|| item.starts_with("ci/").then_some(item))
        })
        .collect()
}

/// The checks that `ci/deep` has.
fn deep_checks(script: &str) -> BTreeSet<&str> {
    let list = script
        .lines()
        .find_map(|line| line.strip_prefix("readonly all=("))
        .expect("ci/deep lists its checks");
    list.trim_end_matches(')').split(' ').collect()
}

#[test]
fn it_runs_checks_that_are_there_and_all_of_the_deep_ones() {
    let (workflow, script) = (read(".github/workflows/ci.yml"), read("ci/deep"));
    let checks = deep_checks(&script);
    let mut run = BTreeSet::new();
    for command in commands(&workflow) {
        let mut words = command.split(' ');
        let program = words.next().unwrap();
        if !program.starts_with("ci/") {
            let known = [
                "git config ",
                "rustup component ",
                "cargo test --workspace ",
                "${{ matrix.command }}",
            ];
            let known = known.iter().any(|start| command.starts_with(start));
            assert!(known, "the workflow runs {command}, which is no check");
            continue;
        }
        let file = fs::metadata(root().join(program));
        let mode = file
            .unwrap_or_else(|e| panic!("{program}: {e}"))
            .permissions()
            .mode();
        assert_ne!(mode & 0o111, 0, "{program} cannot be run");
        if program == "ci/deep" {
            run.extend(words);
        } else {
            // What the script's header says of the option.
            let known = words.next().is_none() || read(program).contains(&format!(" {command} "));
            assert!(known, "{program} does not know {command}");
        }
    }
    assert!(commands(&workflow).contains(&"ci/test"));
    assert_eq!(run, checks);
}

/// What stands between the first `start` and the next `end`.
fn between<'a>(text: &'a str, start: &str, end: char) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap();
    rest.split_once(end).unwrap().0
}

/// The package of each example, and whether it is in Rust.
fn examples() -> Vec<(String, bool)> {
    let folders = fs::read_dir(root().join("examples")).unwrap();
    let folders = folders.map(|folder| folder.unwrap().path());
    folders
        .map(|folder| {
            let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
            let package = between(&manifest, "\nname = \"", '"').to_owned();
            (package, manifest.contains("\ncrate-type = "))
        })
        .collect()
}

#[test]
fn no_example_is_left_out_of_the_checks() {
    let read_words = |file, start: &str| -> BTreeSet<String> {
        let script = read(file);
        let words = between(&script, start, ')').split(' ');
        words.map(str::to_owned).collect()
    };
    let deep = read_words("ci/deep", "\nreadonly plugins=(");
    let mut real = read_words("ci/examples", "\nreadonly rust=(");
    real.extend(read_words("ci/examples", "\nreadonly all=(\"${rust[@]}\" "));
    assert!(read("ci/suricata").contains("ci/build-example flow-counter "));
    real.insert("flow-counter".to_owned());
    let examples = examples();
    assert!(examples.len() > 5, "{examples:?}");
    for (package, in_rust) in examples {
        assert!(
            deep.contains(&package) || !in_rust,
            "ci/deep leaves out {package}"
        );
        assert!(
            real.contains(&package),
            "neither ci/examples nor ci/suricata has {package}"
        );
    }
}
