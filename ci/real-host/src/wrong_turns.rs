//! The wrong turns that the troubleshooting page speaks of: each is taken, and the page must explain
//! what is said then.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::build;
use crate::build::said;
use crate::host::Suricata;

const PAGE: &str = "suricata-thread/doc/troubleshooting.md";

/// Takes all of them.
pub(crate) fn check(suricata: &Suricata, suricata_7: &Suricata) -> Result<()> {
    let page = fs::read_to_string(PAGE)?;
    let temporary = tempfile::tempdir()?;
    let plugins = build::plugins("release")?;
    let aborting = build::plugins("release-abort")?.join("libwrong_turn.so");
    let temporary_file = |name: &str| temporary.path().join(name);
    let file = |name: &str| plugins.join(format!("lib{name}.so"));
    fs::copy(aborting, temporary_file("libabort.so"))?;
    // As the page calls it.
    fs::copy(file("wrong_turn"), temporary_file("libmy_plugin.so"))?;
    fs::write(temporary_file("empty.so"), "")?;
    // For another machine: 0x3e is x86-64, and 0xb7 arm64.
    let mut other = fs::read(file("wrong_turn"))?;
    other[18] ^= 0x3e ^ 0xb7;
    fs::write(temporary_file("other.so"), other)?;
    let files = [
        PAGE.into(),
        for_a_newer_c_library(temporary.path())?,
        temporary_file("libabort.so"),
        temporary_file("libmy_plugin.so"),
        temporary_file("empty.so"),
        temporary_file("other.so"),
        file("no_plugin"),
        file("needs_9"),
        file("for_9"),
    ];
    let says = |suricata, plugins: &Value, turn| says(suricata, &files, plugins, turn);
    let lost = &json!(["./libmy_plugin.so"]);
    let in_suricata = [
        ("a path without a /", &json!(["libmy_plugin.so"])),
        ("no such file", &json!(["/no/such/file.so"])),
        ("a text file", &json!(["./troubleshooting.md"])),
        ("an empty file", &json!(["./empty.so"])),
        ("for another machine", &json!(["./other.so"])),
        ("no plugin!", &json!(["./libno_plugin.so"])),
        ("needs what 9.0 has", &json!(["./libneeds_9.so"])),
        ("written for 9.0", &json!(["./libfor_9.so"])),
        ("a newer C library", &json!(["./libnewer.so"])),
        ("listed twice", &json!([lost[0], lost[0]])),
        ("a copy in the folder", &json!(["./copies"])),
        ("panic = \"abort\"", &json!(["./libabort.so"])),
        // The plugin takes these itself.
        ("name used twice", lost),
        ("late", lost),
        ("panic", lost),
        ("own thread", lost),
    ];
    let on_mock = [
        ("no host", "-"),
        ("no -rdynamic", "wrong_turn"),
        ("the mock in the plugin", "with_mock"),
    ];
    let mut turns = vec![
        ("no dependency", cargo_says(NO_DEPENDENCY)?),
        ("no mock", cargo_says(NO_MOCK)?),
        ("function needed", cargo_says(NEEDED)?),
        ("functions declared in a function", cargo_says(IN_FUNCTION)?),
        ("two plugins, and two versions", linker_says()?),
        ("musl", rustc_says_of_musl()?),
        ("in 7.0", says(suricata_7, lost, "")?),
    ];
    for (turn, plugins) in in_suricata {
        turns.push((turn, says(suricata, plugins, turn)?));
    }
    for (turn, plugin) in on_mock {
        let mut program = Command::new(plugins.join("on_the_mock"));
        turns.push((turn, said(program.arg(turn).arg(file(plugin)))?));
    }
    let messages = messages(&page);
    ensure!(!messages.is_empty(), "the page explains no message");
    let refused = "cat ci/compile-fail/tests/fail/*.stderr";
    let refused = said(Command::new("sh").args(["-c", refused]))?;
    turns.push(("compile-fail", refused));
    let mut wrong = Vec::new();
    for message in &messages {
        match turns.iter().find(|(_, said)| is_in(message, said)) {
            Some((turn, _)) => println!("{turn}: {message}"),
            None => wrong.push(format!("\"{message}\", which nobody said")),
        }
    }
    for (turn, said) in turns {
        if !messages.iter().any(|message| is_in(message, &said)) {
            wrong.push(format!("not explained, after {turn}:\n{said}"));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));

    // As it must be where nothing is wrong, or the silence would mean nothing.
    let well = says(suricata, lost, "")?;
    ensure!(well.contains("Loading plugin"), "not loaded:\n{well}");
    let silence = "# No word of the plugin in the log";
    ensure!(page.contains(silence), "not on the page: {silence}");
    // No list, and a folder with nothing in it.
    for silent in [&lost[0], &json!(["./empty"])] {
        let said = says(suricata, silent, "")?;
        ensure!(!said.contains("plugin"), "of {silent} is said:\n{said}");
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

/// All that a Suricata says of `plugins`, the configuration's, which may name `files` in the current folder; that of
/// this project takes the given turn. It must go on.
fn says(suricata: &Suricata, files: &[PathBuf], plugins: &Value, turn: &str) -> Result<String> {
    let folder = suricata.folder()?;
    for file in files {
        folder.add(file)?;
    }
    fs::create_dir(folder.path("empty"))?;
    fs::create_dir(folder.path("copies"))?;
    for copy in ["copies/my_plugin.so", "copies/my_plugin.so.bak"] {
        fs::copy(folder.path("libmy_plugin.so"), folder.path(copy))?;
    }
    folder.configure(&[], json!({ "plugins": plugins }))?;
    let (capture, expected) = folder.capture(8)?;
    let arguments = ["--runmode", "single", "-r", &capture];
    let in_folder = ["env", "--chdir", &folder.seen("")];
    let life = suricata.start(folder, &in_folder, &arguments, &[("WRONG_TURN", turn)])?;
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

const IN_FUNCTION: &str = "
pub fn get() {
    suricata_thread::host_functions! { fn SCConfGet(); }
}
";

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
        "[workspace]\n[package]\nname = \"lost\"\nedition = \"2024\"\n[lib]\npath = \"lost.rs\"
        [dependencies]\nsuricata-thread.path = {library:?}\n",
    );
    fs::write(folder.path().join("Cargo.toml"), manifest)?;
    fs::write(folder.path().join("lost.rs"), source)?;
    output(cargo("test").arg("--lib").current_dir(&folder))
}

/// What the linker says of two plugins in one file, and of two versions of suricata-thread.
fn linker_says() -> Result<String> {
    output(cargo("build").current_dir("ci/two-plugins"))
}

fn cargo(action: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args([action, "--offline", "--target-dir"]);
    cargo.arg(build::target().join("wrong-turns"));
    cargo
}

/// What the compiler says of a plugin file for a target whose programs are static.
fn rustc_says_of_musl() -> Result<String> {
    let musl = "--target x86_64-unknown-linux-musl --crate-type cdylib -";
    let mut rustc = Command::new("rustc");
    output(rustc.args(musl.split(' ')).stdin(Stdio::null()))
}

/// What a command says, however it ends.
fn output(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    Ok(String::from_utf8([output.stdout, output.stderr].concat())?)
}

/// Builds a plugin file as on a system with a C library that nobody has yet.
fn for_a_newer_c_library(folder: &Path) -> Result<PathBuf> {
    fs::write(folder.join("libc.c"), "void later(void) {}")?;
    fs::write(folder.join("libc.map"), "GLIBC_2.99 { later; };")?;
    let plugin = "void later(void); void SCPluginRegister(void) { later(); }";
    fs::write(folder.join("plugin.c"), plugin)?;
    for arguments in [
        "-shared libc.c -nostdlib -Wl,-soname,libc.so.6 -Wl,--version-script=libc.map -o libc.so",
        "-shared -fPIC plugin.c -nostdlib libc.so -o libnewer.so",
    ] {
        let mut cc = Command::new("cc");
        let built = cc.args(arguments.split(' ')).current_dir(folder).status()?;
        ensure!(built.success(), "cc {arguments}: {built}");
    }
    Ok(folder.join("libnewer.so"))
}
