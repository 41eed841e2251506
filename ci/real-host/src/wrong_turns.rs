//! The wrong turns that the troubleshooting page speaks of: each is taken, and the page must explain
//! what is said then.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::build;
use crate::examples::said;
use crate::host::Suricata;

const PAGE: &str = "suricata-thread/doc/troubleshooting.md";

/// What Suricata says of each plugin that it loads.
const LOADING: &str = "Loading plugin";

/// What the page says of a path without a `/`, in its text.
const BARE_NAME: &str =
    "Failed to open libmy_plugin.so as a plugin: … cannot open shared object file";

/// Takes all of them.
pub(crate) fn check(suricata: &Suricata, suricata_7: &Suricata) -> Result<()> {
    let page = fs::read_to_string(PAGE)?;
    let temporary = tempfile::tempdir()?;
    let plugins = build::plugins(&["--profile", "release"])?;
    let aborting = [
        "--profile",
        "release-abort",
        "--config=profile.release-abort.inherits=\"release\"",
        "--config=profile.release-abort.panic=\"abort\"",
    ];
    let abort = build::plugins(&aborting)?.join("libwrong_turn.so");
    let newer = for_a_newer_c_library(temporary.path())?;
    let empty = temporary.path().join("empty.so");
    File::create(&empty)?;
    let file = |name: &str| plugins.join(format!("lib{name}.so"));
    let lost = file("wrong_turn");
    let in_suricata = [
        ("no such file", Plugin::Path("/no/such/file.so")),
        ("a text file", Plugin::File(PAGE.into())),
        ("an empty file", Plugin::File(empty)),
        ("no plugin!", Plugin::File(file("no_plugin"))),
        ("needs what 9.0 has", Plugin::File(file("needs_9"))),
        ("written for 9.0", Plugin::File(file("for_9"))),
        ("a newer C library", Plugin::File(newer)),
        ("listed twice", Plugin::Twice(lost.clone())),
        ("panic = \"abort\"", Plugin::File(abort)),
        // The plugin takes these itself.
        ("name used twice", Plugin::File(lost.clone())),
        ("late", Plugin::File(lost.clone())),
        ("panic", Plugin::File(lost.clone())),
        ("own thread", Plugin::File(lost.clone())),
    ];
    let on_mock = [
        ("inside a callback", "-"),
        ("no host", "-"),
        ("no -rdynamic", "wrong_turn"),
        ("the mock in the plugin", "with_mock"),
    ];
    let mut turns = vec![
        ("no dependency", cargo_says(NO_DEPENDENCY)?),
        ("no mock", cargo_says(NO_MOCK)?),
        ("function needed", cargo_says(NEEDED)?),
        ("two plugins, and two versions", linker_says()?),
        ("musl", rustc_says_of_musl()?),
        ("in 7.0", says(suricata_7, &Plugin::File(lost.clone()), "")?),
    ];
    for (turn, plugin) in &in_suricata {
        turns.push((turn, says(suricata, plugin, turn)?));
    }
    for (turn, plugin) in on_mock {
        turns.push((turn, on_the_mock(&plugins, turn, &file(plugin))?));
    }
    let messages = messages(&page);
    ensure!(!messages.is_empty(), "the page explains no message");
    let refused = what_the_compiler_refuses()?;
    let mut wrong = Vec::new();
    for message in &messages {
        let turn = turns
            .iter()
            .find(|(_, said)| is_in(message, said))
            .map(|(turn, _)| *turn);
        match turn.or(is_in(message, &refused).then_some("compile-fail")) {
            Some(turn) => println!("{turn}: {message}"),
            None => wrong.push(format!(
                "the page explains \"{message}\", which nobody said"
            )),
        }
    }
    for (turn, said) in turns {
        if !messages.iter().any(|message| is_in(message, &said)) {
            wrong.push(format!(
                "the page does not explain what was said after {turn}:\n{said}"
            ));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));

    let bare = says(suricata, &Plugin::Bare(lost.clone()), "")?;
    let explained = page
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .contains(BARE_NAME);
    let said = is_in(&BARE_NAME.replace("my_plugin", "wrong_turn"), &bare);
    ensure!(
        explained && said,
        "a path without a /: not on the page, or not said:\n{bare}"
    );
    // As it must be where nothing is wrong, or the silence would mean nothing.
    let well = says(suricata, &Plugin::File(lost.clone()), "")?;
    ensure!(
        well.contains(LOADING),
        "no \"{LOADING}\" of a plugin that is loaded:\n{well}"
    );
    ensure!(
        page.contains("# No word of the plugin in the log"),
        "nothing of silence on the page"
    );
    for silent in [Plugin::NotInAList(lost), Plugin::EmptyFolder] {
        let said = says(suricata, &silent, "")?;
        ensure!(
            !said.contains("plugin"),
            "{silent:?} is not passed over in silence:\n{said}"
        );
    }
    Ok(())
}

/// The messages that the page explains: what stands as code in its headings.
fn messages(page: &str) -> Vec<&str> {
    let headings = page.lines().filter(|line| line.starts_with("# "));
    headings
        .flat_map(|heading| heading.split('`').skip(1).step_by(2))
        .collect()
}

/// Whether a line of `said` has the words of `message` in it, anything standing for each `…`.
fn is_in(message: &str, said: &str) -> bool {
    said.lines().any(|line| {
        let mut rest = Some(line);
        for words in message.split('…').map(str::trim) {
            rest = rest.and_then(|rest| rest.split_once(words).map(|(_, rest)| rest));
        }
        rest.is_some()
    })
}

/// What the configuration lists.
#[derive(Debug)]
enum Plugin {
    /// A file, by its path.
    File(PathBuf),
    /// The same, twice.
    Twice(PathBuf),
    /// A path where nothing is.
    Path(&'static str),
    /// A file, by its name alone, where Suricata is started.
    Bare(PathBuf),
    /// A file that is no item of a list.
    NotInAList(PathBuf),
    EmptyFolder,
}

/// All that a Suricata says of plugins; that of this project takes the given turn. It must go on.
fn says(suricata: &Suricata, plugin: &Plugin, turn: &str) -> Result<String> {
    let folder = suricata.folder()?;
    let in_folder = ["env".to_owned(), "--chdir".to_owned(), folder.seen("")];
    let mut more = json!({});
    let listed = match plugin {
        Plugin::File(file) => vec![folder.add(file)?],
        Plugin::Twice(file) => vec![folder.add(file)?; 2],
        Plugin::Path(path) => vec![(*path).to_owned()],
        Plugin::Bare(file) => {
            folder.add(file)?;
            let name = file.file_name().context("no file")?;
            vec![name.to_string_lossy().into_owned()]
        }
        Plugin::NotInAList(file) => {
            more = json!({ "plugins": folder.add(file)? });
            Vec::new()
        }
        Plugin::EmptyFolder => {
            fs::create_dir(folder.path("empty"))?;
            vec![folder.seen("empty")]
        }
    };
    folder.configure(&listed, more)?;
    let (capture, expected) = folder.capture(8)?;
    let arguments = ["--runmode", "single", "-r", &capture];
    let wrapper: Vec<_> = in_folder.iter().map(String::as_str).collect();
    let life = suricata.start(folder, &wrapper, &arguments, &[("WRONG_TURN", turn)])?;
    let run = life.end()?;
    let read = format!("read 1 file, {} packets,", expected.total.packets);
    let went_on = run.log.messages().any(|message| message.starts_with(&read));
    ensure!(went_on, "{turn}: Suricata did not go on:\n{}", run.log);
    let log: Vec<_> = run.log.messages().collect();
    Ok(format!("{}\n{}", run.printed, log.join("\n")))
}

const NO_DEPENDENCY: &str = "
#[cfg(test)]
use suricata_thread_mock::Host;
";

const NO_MOCK: &str = r#"
#[test]
fn registers() {
    suricata_thread::ThreadStorage::<u64>::register("no-mock").unwrap();
}
"#;

const NEEDED: &str = r#"
unsafe extern "C" {
    fn SCConfGet();
}

#[test]
fn calls() {
    // SAFETY: never linked.
    unsafe { SCConfGet() };
}
"#;

/// What cargo says of a library with this source and without the mock, as its tests fail.
fn cargo_says(source: &str) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let library = std::path::absolute("suricata-thread")?;
    let manifest = format!(
        "[workspace]\n[package]\nname = \"lost\"\nedition = \"2024\"\n[dependencies]\nsuricata-thread.path = {library:?}\n",
    );
    fs::write(folder.path().join("Cargo.toml"), manifest)?;
    fs::create_dir(folder.path().join("src"))?;
    fs::write(folder.path().join("src/lib.rs"), source)?;
    let mut cargo = Command::new("cargo");
    cargo.args(["test", "--offline", "--lib", "--target-dir"]);
    let output = cargo
        .arg(build::target().join("wrong-turns"))
        .current_dir(&folder)
        .output()?;
    ensure!(!output.status.success(), "cargo test passed with {source}");
    Ok(String::from_utf8([output.stdout, output.stderr].concat())?)
}

/// What the linker says of two plugins in one file, and of two versions of suricata-thread.
fn linker_says() -> Result<String> {
    let mut cargo = Command::new("cargo");
    cargo.args([
        "build",
        "--offline",
        "--manifest-path",
        "ci/two-plugins/Cargo.toml",
    ]);
    let target = build::target().join("wrong-turns");
    let output = cargo.arg("--target-dir").arg(target).output()?;
    ensure!(!output.status.success(), "two versions were linked");
    Ok(String::from_utf8(output.stderr)?)
}

/// What the compiler says of a plugin file for a target whose programs are static.
fn rustc_says_of_musl() -> Result<String> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("plugin.rs"), "")?;
    let musl = [
        "--target",
        "x86_64-unknown-linux-musl",
        "--crate-type",
        "cdylib",
        "plugin.rs",
    ];
    let output = Command::new("rustc")
        .args(musl)
        .current_dir(&folder)
        .output()?;
    Ok(String::from_utf8(output.stderr)?)
}

/// What the compiler says of code that must not compile.
fn what_the_compiler_refuses() -> Result<String> {
    let mut refused = String::new();
    for entry in fs::read_dir("ci/compile-fail/tests/fail")? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "stderr")
        {
            refused += &fs::read_to_string(path)?;
        }
    }
    Ok(refused)
}

/// Builds a plugin file as on a system with a C library that nobody has yet.
fn for_a_newer_c_library(folder: &Path) -> Result<PathBuf> {
    fs::write(folder.join("libc.c"), "void later(void) {}")?;
    fs::write(folder.join("libc.map"), "GLIBC_2.99 { later; };")?;
    let plugin = "void later(void); void SCPluginRegister(void) { later(); }";
    fs::write(folder.join("plugin.c"), plugin)?;
    for arguments in [
        "-shared libc.c -nostdlib -Wl,-soname,libc.so.6 -Wl,--version-script=libc.map -o newer.so",
        "-shared -fPIC plugin.c -nostdlib newer.so -o libplugin.so",
    ] {
        let mut cc = Command::new("cc");
        let built = cc.args(arguments.split(' ')).current_dir(folder).status()?;
        ensure!(built.success(), "cc {arguments}: {built}");
    }
    Ok(folder.join("libplugin.so"))
}

/// What is said in a program with the mock that takes this turn, with this plugin.
fn on_the_mock(plugins: &Path, turn: &str, plugin: &Path) -> Result<String> {
    said(
        Command::new(plugins.join("on_the_mock"))
            .arg(turn)
            .arg(plugin),
    )
}
