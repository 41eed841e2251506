//! Makes each mistake of the troubleshooting page, and checks that the page explains the messages that
//! appear.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::build;
use crate::build::output_of;
use crate::host::Suricata;

const PAGE: &str = "suricata-thread/doc/troubleshooting.md";

/// Makes all mistakes, and compares the messages with the page.
pub(crate) fn check(suricata: &Suricata, suricata_7: &Suricata) -> Result<()> {
    let page = fs::read_to_string(PAGE)?;
    let temporary = tempfile::tempdir()?;
    let plugins = build::plugins("release")?;
    let aborting = build::plugins("release-abort")?.join("libwrong_turn.so");
    let temporary_file = |name: &str| temporary.path().join(name);
    let file = |name: &str| plugins.join(format!("lib{name}.so"));
    fs::copy(aborting, temporary_file("libabort.so"))?;
    // The page uses this name.
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
    let log_of = |suricata, plugins: &Value, turn| log_of(suricata, &files, plugins, turn);
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
        // The plugin itself makes these mistakes.
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
    let mut lacking = Command::new(build::program("suricata-thread-mock", "suricata-mock")?);
    lacking.args(["run", "--suricata", "8"]);
    lacking.arg(build::example("top-talkers")?);
    let mut turns = vec![
        ("a function that the mock lacks", output(&mut lacking)?),
        ("no dependency", output_of_cargo(NO_DEPENDENCY)?),
        ("no mock", output_of_cargo(NO_MOCK)?),
        ("function needed", output_of_cargo(NEEDED)?),
        ("declared in a function", output_of_cargo(IN_FUNCTION)?),
        ("two plugins, and two versions", output_of_linker()?),
        ("musl", output_for_musl()?),
        ("in 7.0", log_of(suricata_7, lost, "")?),
    ];
    for (turn, plugins) in in_suricata {
        turns.push((turn, log_of(suricata, plugins, turn)?));
    }
    for (turn, plugin) in on_mock {
        let mut program = Command::new(plugins.join("on_the_mock"));
        turns.push((turn, output_of(program.arg(turn).arg(file(plugin)))?));
    }
    let messages = messages(&page);
    ensure!(!messages.is_empty(), "the page explains no message");
    let refused = "cat ci/compile-fail/tests/fail/*.stderr";
    let refused = output_of(Command::new("sh").args(["-c", refused]))?;
    turns.push(("compile-fail", refused));
    let mut wrong = Vec::new();
    for message in &messages {
        match turns.iter().find(|(_, output)| is_in(message, output)) {
            Some((turn, _)) => println!("{turn}: {message}"),
            None => wrong.push(format!("{PAGE}: no mistake produces \"{message}\"")),
        }
    }
    for (turn, output) in turns {
        if !messages.iter().any(|message| is_in(message, &output)) {
            wrong.push(format!("{PAGE} does not explain \"{turn}\":\n{output}"));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));

    // Without a mistake, the log names the plugin; otherwise its silence below would mean nothing.
    let log = log_of(suricata, lost, "")?;
    ensure!(log.contains("Loading plugin"), "not loaded:\n{log}");
    let silence = "# No word of the plugin in the log";
    ensure!(page.contains(silence), "{PAGE} lacks \"{silence}\"");
    // A text instead of a list, and an empty folder.
    for silent in [&lost[0], &json!(["./empty"])] {
        let log = log_of(suricata, silent, "")?;
        ensure!(!log.contains("plugin"), "{silent} is not silent:\n{log}");
    }
    Ok(())
}

/// Returns the messages that the page explains: the code in its headings.
fn messages(page: &str) -> Vec<&str> {
    let headings = page.lines().filter(|line| line.starts_with("# "));
    headings
        .flat_map(|heading| heading.split('`').skip(1).step_by(2))
        .collect()
}

/// Returns `true` if a line of `output` contains `message`, with any text in the place of each `…`.
fn is_in(message: &str, output: &str) -> bool {
    output.lines().any(|line| {
        let mut rest = Some(line);
        for words in message.split('…').map(str::trim) {
            rest = rest.and_then(|rest| rest.split_once(words).map(|(_, rest)| rest));
        }
        rest.is_some()
    })
}

/// Runs Suricata with the configuration's value `plugins`, which may name `files` in the current folder, and returns
/// its output and log. The plugin of this project makes the mistake `turn`. Suricata must go on.
fn log_of(suricata: &Suricata, files: &[PathBuf], plugins: &Value, turn: &str) -> Result<String> {
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

/// Returns the output of cargo for the failing tests of a library with this source, without the mock.
fn output_of_cargo(source: &str) -> Result<String> {
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

/// Returns the output of the linker for two plugins in one file, and two versions of suricata-thread.
fn output_of_linker() -> Result<String> {
    output(cargo("build").current_dir("ci/two-plugins"))
}

fn cargo(action: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args([action, "--offline", "--target-dir"]);
    cargo.arg(build::target().join("wrong-turns"));
    cargo
}

/// Returns the output of the compiler for a plugin file and a target whose programs are static.
fn output_for_musl() -> Result<String> {
    let musl = "--target x86_64-unknown-linux-musl --crate-type cdylib -";
    let mut rustc = Command::new("rustc");
    output(rustc.args(musl.split(' ')).stdin(Stdio::null()))
}

/// Returns the output of a command that may fail.
fn output(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    Ok(String::from_utf8([output.stdout, output.stderr].concat())?)
}

/// Builds a plugin file as on a system with a newer C library than any.
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
