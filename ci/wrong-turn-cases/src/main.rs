//! Takes each wrong turn, and compares what is said with the troubleshooting page.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use capture::Plan;
use clap::Parser;
use real_host::{Log, Suricata, Workspace};
use wrong_turns::{is_in, messages};

/// Take each wrong turn, and look for the words of the troubleshooting page in what is said.
#[derive(Parser)]
struct Arguments {
    /// Root folder of the Suricata: / for the one on the PATH
    #[arg(long)]
    root: PathBuf,
    /// The same of a Suricata 7.0
    #[arg(long)]
    root_7: PathBuf,
    /// The folder with the plugins of this package and its program for the mock
    #[arg(long)]
    plugins: PathBuf,
    /// The same, built with panic = "abort"
    #[arg(long)]
    plugins_that_abort: PathBuf,
    /// The repository
    #[arg(long)]
    repository: PathBuf,
    /// Where cargo builds the plugin that lacks the mock
    #[arg(long)]
    target_dir: PathBuf,
    /// The page
    #[arg(long)]
    page: PathBuf,
}

/// A wrong turn and what was said then.
struct Turn {
    name: &'static str,
    said: String,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("wrong-turns: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let turns = turns(arguments)?;
    let page = fs::read_to_string(&arguments.page)?;
    let messages = messages(&page);
    let mut right = true;
    for message in &messages {
        match turns.iter().find(|turn| is_in(message, &turn.said)) {
            Some(turn) => println!("{}: {message}", turn.name),
            None => {
                right = false;
                eprintln!("wrong-turns: the page explains \"{message}\", which nobody said");
            }
        }
    }
    for turn in &turns {
        if !messages.iter().any(|message| is_in(message, &turn.said)) {
            right = false;
            let Turn { name, said } = turn;
            eprintln!("wrong-turns: the page does not explain what was said after {name}:\n{said}");
        }
    }
    if messages.is_empty() {
        return Err("the page explains no message".into());
    }
    let host = Host::new(&arguments.root)?;
    let plugin = arguments.plugins.join("libwrong_turn.so");
    let words: Vec<_> = page.split_whitespace().collect();
    let said = host.takes_bare_name(&plugin)?;
    if words.join(" ").contains(BARE_NAME)
        && is_in(&BARE_NAME.replace("my_plugin", "wrong_turn"), &said)
    {
        println!("a name without a /: {BARE_NAME}");
    } else {
        right = false;
        eprintln!(
            "wrong-turns: not on the page: {BARE_NAME}; or not said of a path without a /:\n{said}"
        );
    }
    // As it must be where nothing is wrong, or the silence would mean nothing.
    if !host.loads(&plugin, "")?.contains(LOADING) {
        return Err(
            format!("the host does not say \"{LOADING}\" of a plugin that it loads").into(),
        );
    }
    for (name, said) in [
        (
            "a path on the same line",
            host.takes_path_on_same_line(&plugin)?,
        ),
        ("an empty folder", host.takes_empty_folder()?),
    ] {
        if said.contains("plugin") || !page.contains(IN_SILENCE) {
            right = false;
            eprintln!(
                "wrong-turns: {name} is not passed over in silence, or not on the page:\n{said}"
            );
        } else {
            println!("{name}: {}", IN_SILENCE.trim_start_matches("# "));
        }
    }
    Ok(right)
}

/// What the page says of a path without a `/`, in its text.
const BARE_NAME: &str =
    "Failed to open libmy_plugin.so as a plugin: … cannot open shared object file";

/// What the host says of each plugin that it loads.
const LOADING: &str = "Loading plugin";

/// The page's heading for turns after which nothing is said.
const IN_SILENCE: &str = "# No word of the plugin in the log";

fn turns(arguments: &Arguments) -> Result<Vec<Turn>, Box<dyn Error>> {
    let host = Host::new(&arguments.root)?;
    let host_7 = Host::new(&arguments.root_7)?;
    let plugin = |name: &str| arguments.plugins.join(name);
    let lost = plugin("libwrong_turn.so");
    let newer = tempfile::tempdir()?;
    let newer = for_a_newer_c_library(newer.path())?;
    let abort = arguments.plugins_that_abort.join("libwrong_turn.so");
    let turn = |name, said: Result<String, Box<dyn Error>>| said.map(|said| Turn { name, said });
    let empty = tempfile::NamedTempFile::new()?;
    Ok(vec![
        turn(
            "no dependency",
            cargo_says(arguments, &["check", "--tests"], NO_DEPENDENCY),
        )?,
        turn("no mock", cargo_says(arguments, &["test"], NO_MOCK))?,
        turn("function needed", cargo_says(arguments, &["test"], NEEDED))?,
        turn("musl", rustc_says_of_musl())?,
        turn("two values", cargo_says(arguments, &["check"], TWO_VALUES))?,
        turn("Rc as a value", cargo_says(arguments, &["check"], RC))?,
        turn(
            "Rc in a callback",
            cargo_says(arguments, &["check"], RC_IN_CALLBACK),
        )?,
        turn(
            "Cell in a callback",
            cargo_says(arguments, &["check"], CELL_IN_CALLBACK),
        )?,
        turn(
            "number in a callback",
            cargo_says(arguments, &["check"], NUMBER_IN_CALLBACK),
        )?,
        turn(
            "reference kept",
            cargo_says(arguments, &["check"], REFERENCE_KEPT),
        )?,
        turn("no type", cargo_says(arguments, &["check"], NO_TYPE))?,
        turn("no such file", host.says_of(Path::new("/no/such/file.so")))?,
        turn("a text file", host.loads(&arguments.page, ""))?,
        turn("an empty file", host.loads(empty.path(), ""))?,
        turn("no plugin!", host.loads(&plugin("libno_plugin.so"), ""))?,
        turn("in 7.0", host_7.loads(&lost, ""))?,
        turn(
            "needs what 9.0 has",
            host.loads(&plugin("libstrong.so"), ""),
        )?,
        turn("written for 9.0", host.loads(&plugin("libfor_9.so"), ""))?,
        turn("a newer C library", host.loads(&newer, ""))?,
        turn("name used twice", host.loads(&lost, "name used twice"))?,
        turn("listed twice", host.loads_twice(&lost))?,
        turn("late", host.loads(&lost, "late"))?,
        turn("panic", host.loads(&lost, "panic"))?,
        turn("panic = \"abort\"", host.loads(&abort, ""))?,
        turn("own thread", host.loads(&lost, "own thread"))?,
        turn("inside a callback", on_the_mock(arguments, "inside", None))?,
        turn("no host", on_the_mock(arguments, "no host", None))?,
        turn(
            "no -rdynamic",
            on_the_mock(arguments, "not exported", Some("libwrong_turn.so")),
        )?,
        turn(
            "the mock in the plugin",
            on_the_mock(arguments, "host inside", Some("libwith_mock.so")),
        )?,
    ])
}

const NO_MOCK: &str = r#"
pub fn init() -> Result<(), &'static str> {
    suricata_thread::ThreadStorage::<u64>::register("no-mock").map(drop)
}

#[test]
fn registers() {
    init().unwrap();
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

const NO_DEPENDENCY: &str = r#"
#[cfg(test)]
mod tests {
    use suricata_thread_mock::Host;

    #[test]
    fn a_host() {
        let _ = Host::new();
    }
}
"#;

const RC: &str = r#"
pub fn init() -> Result<(), &'static str> {
    suricata_thread::ThreadStorage::<std::rc::Rc<u64>>::register("lost").map(drop)
}
"#;

const RC_IN_CALLBACK: &str = r#"
pub fn init() -> Result<(), &'static str> {
    let shared = std::rc::Rc::new(0);
    suricata_thread::register_init_callback(move |_tv| assert_eq!(*shared, 0))
}
"#;

const CELL_IN_CALLBACK: &str = r#"
pub fn init() -> Result<(), &'static str> {
    let threads = std::cell::Cell::new(0);
    suricata_thread::register_init_callback(move |_tv| threads.set(threads.get() + 1))
}
"#;

const NUMBER_IN_CALLBACK: &str = r#"
pub fn init() -> Result<(), &'static str> {
    let mut threads = 0;
    suricata_thread::register_init_callback(move |_tv| threads += 1)
}
"#;

const REFERENCE_KEPT: &str = r#"
use std::sync::Mutex;

use suricata_thread::{ThreadStorage, register_init_callback};

pub fn init(names: ThreadStorage<String>) -> Result<(), &'static str> {
    static LAST: Mutex<Option<&'static String>> = Mutex::new(None);
    register_init_callback(move |tv| *LAST.lock().unwrap() = names.get(tv))
}
"#;

const NO_TYPE: &str = r#"
pub fn init() -> Result<(), &'static str> {
    let storage = suricata_thread::ThreadStorage::register("lost")?;
    drop(storage);
    Ok(())
}
"#;

const TWO_VALUES: &str = r#"
use suricata_thread::{ThreadStorage, ThreadVars};

pub fn swap(one: ThreadStorage<u64>, two: ThreadStorage<u64>, tv: &mut ThreadVars) {
    if let (Some(one), Some(two)) = (one.get_mut(tv), two.get_mut(tv)) {
        std::mem::swap(one, two);
    }
}
"#;

/// What cargo says of a library with this source and without the mock, as it can't be built.
fn cargo_says(
    arguments: &Arguments,
    command: &[&str],
    source: &str,
) -> Result<String, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let library = arguments.repository.join("suricata-thread");
    let manifest = format!(
        "[workspace]\n[package]\nname = \"lost\"\nedition = \"2024\"\n[dependencies]\nsuricata-thread.path = {library:?}\n",
    );
    fs::write(folder.path().join("Cargo.toml"), manifest)?;
    fs::create_dir(folder.path().join("src"))?;
    fs::write(folder.path().join("src/lib.rs"), source)?;
    let output = Command::new("cargo")
        .args(command)
        .args(["--offline", "--lib", "--target-dir"])
        .arg(&arguments.target_dir)
        .current_dir(&folder)
        .output()?;
    if output.status.success() {
        return Err("cargo built what it should not".into());
    }
    Ok(String::from_utf8([output.stdout, output.stderr].concat())?)
}

/// What the compiler says of a plugin file for a target whose programs are static.
fn rustc_says_of_musl() -> Result<String, Box<dyn Error>> {
    let file = tempfile::NamedTempFile::new()?;
    let output = Command::new("rustc")
        .args([
            "--target",
            "x86_64-unknown-linux-musl",
            "--crate-type",
            "cdylib",
            "--crate-name",
            "plugin",
        ])
        .arg(file.path())
        .current_dir(std::env::temp_dir())
        .output()?;
    Ok(String::from_utf8(output.stderr)?)
}

/// Builds a plugin file as on a system with a C library that nobody has yet.
fn for_a_newer_c_library(folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let write = |name: &str, text: &str| fs::write(folder.join(name), text);
    write("libc.c", "void later(void) {}")?;
    write("libc.map", "GLIBC_2.99 { later; };")?;
    write(
        "plugin.c",
        "void later(void); void SCPluginRegister(void) { later(); }",
    )?;
    for arguments in [
        "-shared libc.c -nostdlib -Wl,-soname,libc.so.6 -Wl,--version-script=libc.map -o newer.so",
        "-shared -fPIC plugin.c -nostdlib newer.so -o libplugin.so",
    ] {
        let mut cc = Command::new("cc");
        let built = cc.args(arguments.split(' ')).current_dir(folder).status()?;
        if !built.success() {
            return Err(format!("cc {arguments}: {built}").into());
        }
    }
    Ok(folder.join("libplugin.so"))
}

/// What is said in a program with the mock that takes this turn, with this plugin.
fn on_the_mock(
    arguments: &Arguments,
    turn: &str,
    plugin: Option<&str>,
) -> Result<String, Box<dyn Error>> {
    let folder = fs::canonicalize(&arguments.plugins)?;
    let output = Command::new(folder.join("on_the_mock"))
        .arg(turn)
        .args(plugin.map(|plugin| folder.join(plugin)))
        .output()?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said)?;
    if !output.status.success() {
        return Err(format!("{turn}: {said}").into());
    }
    Ok(said)
}

/// A Suricata, and a capture for it.
struct Host<'a> {
    suricata: Suricata,
    root: &'a Path,
}

impl<'a> Host<'a> {
    fn new(root: &'a Path) -> Result<Self, Box<dyn Error>> {
        let suricata = Suricata::new(root)?;
        Ok(Self { suricata, root })
    }

    /// All that the host says of a plugin, which takes the given turn.
    fn loads(&self, plugin: &Path, turn: &str) -> Result<String, Box<dyn Error>> {
        let workspace = Workspace::new(self.root)?;
        let plugin = workspace.add(plugin)?;
        workspace.configure(&[&plugin])?;
        self.says(&workspace, turn)
    }

    /// The same of a plugin that is listed twice.
    fn loads_twice(&self, plugin: &Path) -> Result<String, Box<dyn Error>> {
        let workspace = Workspace::new(self.root)?;
        let plugin = workspace.add(plugin)?;
        workspace.configure(&[&plugin, &plugin])?;
        self.says(&workspace, "")
    }

    /// The same of a plugin that is not there.
    fn says_of(&self, path: &Path) -> Result<String, Box<dyn Error>> {
        let workspace = Workspace::new(self.root)?;
        workspace.configure(&[path])?;
        self.says(&workspace, "")
    }

    /// The same of a path without a `/`, with the file where the host is started.
    fn takes_bare_name(&self, plugin: &Path) -> Result<String, Box<dyn Error>> {
        let workspace = Workspace::new(self.root)?;
        let plugin = workspace.add(plugin)?;
        let plugin = Path::new(plugin.file_name().ok_or("not a file")?);
        workspace.configure(&[plugin])?;
        self.says(&workspace, "")
    }

    /// The same of a folder without plugins.
    fn takes_empty_folder(&self) -> Result<String, Box<dyn Error>> {
        let workspace = Workspace::new(self.root)?;
        fs::create_dir(workspace.folder().join("empty"))?;
        workspace.configure(&[&workspace.seen().join("empty")])?;
        self.says(&workspace, "")
    }

    /// The same of a plugin whose path is no item of a list.
    fn takes_path_on_same_line(&self, plugin: &Path) -> Result<String, Box<dyn Error>> {
        let workspace = Workspace::new(self.root)?;
        let plugin = workspace.add(plugin)?;
        workspace.configure(&[&plugin])?;
        let file = workspace.folder().join("suricata.yaml");
        let list = fs::read_to_string(&file)?;
        let path = list.replace(
            &format!("plugins: [\"{}\"]", plugin.display()),
            &format!("plugins: {}", plugin.display()),
        );
        assert_ne!(
            list, path,
            "the configuration lists the plugin in another way"
        );
        fs::write(&file, path)?;
        self.says(&workspace, "")
    }

    /// All that the host says with the configuration in the workspace.
    fn says(&self, workspace: &Workspace, turn: &str) -> Result<String, Box<dyn Error>> {
        let capture = tempfile::NamedTempFile::new()?;
        let plan = Plan {
            flows: 8,
            packets: 1,
        };
        let expectation = capture::write_pcap(plan, capture.as_file())?;
        let output = self
            .suricata
            .command_from(workspace.seen())
            .arg("-c")
            .arg(workspace.seen().join("suricata.yaml"))
            .arg("-l")
            .arg(workspace.seen())
            .args(["--runmode", "single", "-r"])
            .arg(workspace.add(capture.path())?)
            .env("WRONG_TURN", turn)
            .output()?;
        if !output.status.success() {
            return Err(format!("{}: {}", turn, String::from_utf8_lossy(&output.stderr)).into());
        }
        let mut said = String::from_utf8_lossy(&output.stderr).into_owned();
        let log = Log::parse(&workspace.log()?)?;
        let read = format!("read 1 file, {} packets,", expectation.total.packets);
        if !log.messages().any(|message| message.starts_with(&read)) {
            return Err(format!("{turn}: the host did not go on:\n{log}").into());
        }
        for line in log.lines {
            said = format!("{said}{}\n", line.message);
        }
        Ok(said)
    }
}
