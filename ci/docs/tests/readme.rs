//! What the READMEs and the other pages say is so: their code is that of the examples, their commands are there, their
//! versions and features are those of the manifests.
//!
//! Code stands below a comment that names its file. `UPDATE_DOCS=1 cargo test -p docs` puts it
//! there.

use docs::{demand, pages, read, root, with_block};

/// `text` with each block of code below a comment `<!-- FILE -->` replaced by that file.
fn with_code(text: &str) -> String {
    let mut made = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        made += &format!("{line}\n");
        let named = line
            .strip_prefix("<!-- ")
            .and_then(|line| line.strip_suffix(" -->"))
            .filter(|file| !file.contains(' '));
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
    for page in pages() {
        demand(&page, with_code);
    }
    assert_eq!(
        read("README.md").matches("<!-- examples/minimal/").count(),
        2
    );
}

/// The mock cannot run the test of a plugin in Rust by itself: what the plugin is made with has the mock
/// for its own tests, so it is published later.
#[test]
fn the_test_that_the_mock_shows_is_that_of_an_example() {
    let code = read("examples/minimal/tests/counts.rs");
    demand("suricata-thread-mock/src/lib.rs", |page| {
        with_block(page, "ignore", &code)
    });
}

#[test]
fn the_commands_are_there() {
    let mut commands = 0;
    for readme in pages() {
        let text = read(&readme);
        let words = text.split(|c: char| c.is_whitespace() || "`()".contains(c));
        let words = words.map(|word| word.trim_end_matches([',', ';', ':', '.']));
        for command in words.filter(|word| word.starts_with("ci/") && !word.ends_with('/')) {
            let command = command.split("::").next().unwrap();
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
fn the_crates_in_commands_are_there() {
    let mut manifests = String::new();
    for line in read("Cargo.toml").lines() {
        if let Some(member) = line.trim().strip_prefix('"') {
            manifests += &read(&format!("{}/Cargo.toml", member.trim_end_matches("\",")));
        }
    }
    let mut crates = 0;
    for readme in pages() {
        let text = read(&readme);
        let words: Vec<_> = text
            .split(|c: char| c.is_whitespace() || c == '`')
            .collect();
        for name in words
            .iter()
            .zip(&words[1..])
            .filter(|(word, _)| **word == "-p")
        {
            let name = name.1.split('/').next().unwrap();
            assert!(
                manifests.contains(&format!("\nname = \"{name}\"\n")),
                "{readme} names the crate {name}, which is not there"
            );
            crates += 1;
        }
    }
    assert!(crates > 5, "only {crates} crates found");
}

#[test]
fn the_paths_for_contributors_are_there() {
    for readme in ["CONTRIBUTING.md", "SECURITY.md"] {
        let text = read(readme);
        let quoted = text.split('`').skip(1).step_by(2);
        for path in quoted.filter(|path| path.contains('/') && !path.contains(' ')) {
            // `target` is made by the checks.
            let there = root().join(path).exists() || path.starts_with("target/");
            assert!(there, "{readme} names {path}, which is not there");
        }
    }
}

/// The registry's page of a package shows its README, without the repository around it.
#[test]
fn the_links_of_a_package_do_not_leave_it() {
    for package in [
        "suricata-thread",
        "suricata-thread-mock",
        "suricata-thread-sys",
    ] {
        let readme = read(&format!("{package}/README.md"));
        for link in readme.split("](").skip(1) {
            let link = link.split(')').next().unwrap();
            assert!(
                link.starts_with("https://") || link.starts_with('#'),
                "{package}/README.md links {link}"
            );
        }
    }
}

/// The first block of code in `text` that begins with `fence`.
fn block<'a>(text: &'a str, fence: &str) -> &'a str {
    let (_, rest) = text
        .split_once(fence)
        .unwrap_or_else(|| panic!("no {fence}"));
    rest.split("```").next().unwrap()
}

#[test]
fn how_to_build_and_load_a_plugin_is_the_same_on_the_pages_of_the_crate() {
    let readme = read("README.md");
    let of_the_package = read("suricata-thread/README.md");
    let of_the_documentation = read("suricata-thread/src/lib.rs")
        .replace("\n//! ", "\n")
        .replace("my_plugin", "minimal");
    for fence in ["\n```sh\ncargo build", "\n```yaml\n"] {
        let expected = block(&readme, fence);
        assert_eq!(block(&of_the_package, fence), expected);
        assert_eq!(block(&of_the_documentation, fence), expected);
    }
    let fence = "\n```toml\n";
    let expected = block(&of_the_package, fence);
    assert_eq!(
        block(&of_the_documentation, fence).replace("\n//!\n", "\n\n"),
        expected
    );
}

/// What follows the first `start` in `text`, until `end`.
fn after<'a>(text: &'a str, start: &str, end: char) -> &'a str {
    let (_, rest) = text
        .split_once(start)
        .unwrap_or_else(|| panic!("no {start}"));
    rest.split(end).next().unwrap()
}

#[test]
fn the_pages_say_in_which_suricata_the_plugins_ran_and_in_which_they_did_not() {
    let (manifest, script) = (read("Cargo.toml"), read("ci/find-suricata"));
    let real = after(&script, "\n8.0) wanted=", ' ');
    // Of an alpha version, without its date.
    let compared = after(&manifest, "\nsuricata-sys = \"=", '"');
    let compared = match compared.split_once("-alpha.") {
        Some((version, _)) => format!("`suricata-sys` {version}-alpha"),
        None => format!("`suricata-sys` {compared}"),
    };
    for file in [
        "README.md",
        "suricata-thread/src/lib.rs",
        "suricata-thread-sys/README.md",
    ] {
        let text = read(file);
        let row = |suricata: &str| {
            let mut lines = text.lines().map(|line| line.trim_start_matches("//! "));
            lines
                .find(|line| line.starts_with('|') && line.contains(suricata))
                .unwrap_or_else(|| panic!("{file} says nothing of {suricata}"))
        };
        let (for_9, for_8) = (row("9.0 (in development) |"), row("8.0.x |"));
        assert!(
            for_8.contains(&format!("in a real {real}")),
            "{file}: {for_8}"
        );
        assert!(for_9.contains(&compared), "{file}: {for_9}");
        let says_so = for_9.contains("runs a real 9.0") && for_9.contains("no check");
        assert!(says_so, "{file}: {for_9}");
    }
}

/// Otherwise cargo takes the newest versions of what the program depends on, which nobody has tried.
#[test]
fn the_program_is_installed_with_the_versions_that_were_tried() {
    let others = [
        "suricata-thread-mock/src/lib.rs",
        "template/ci.sh",
        "template/.github/workflows/ci.yml",
    ];
    let mut commands = 0;
    for file in pages().into_iter().chain(others.map(str::to_owned)) {
        let text = read(&file);
        for command in text.split("cargo install ").skip(1) {
            let line = command.lines().next().unwrap();
            let locked = command.starts_with("--locked suricata-thread-mock");
            assert!(locked, "{file}: cargo install {line}");
            commands += 1;
        }
    }
    assert!(commands > 5, "only {commands} commands found");
}

#[test]
fn the_versions_are_those_of_the_manifests() {
    let manifest = read("Cargo.toml");
    let version = manifest
        .lines()
        .find_map(|line| line.strip_prefix("version = \""))
        .unwrap();
    let (minor, _) = version.trim_end_matches('"').rsplit_once('.').unwrap();
    for file in [
        "README.md",
        "suricata-thread/README.md",
        "suricata-thread/src/lib.rs",
        "template/Cargo.toml.liquid",
    ] {
        let text = read(file).replace("\n//! ", "\n");
        for name in ["suricata-thread", "suricata-thread-mock"] {
            let dependency = format!("\n{name} = \"{minor}\"");
            let found = text.contains(&dependency);
            assert!(found, "{file} does not depend on {dependency:?}");
        }
    }
    // The plugin's CI installs the program of the library's version; without ^, it would be of that version exactly.
    for file in ["README.md", "ci.sh", ".github/workflows/ci.yml"] {
        let program = format!("suricata-thread-mock@^{minor} --features cli");
        let found = read(&format!("template/{file}")).contains(&program);
        assert!(found, "template/{file} does not install {program}");
    }
}
