//! The program `suricata-mock`, with plugins in C and Rust, and with captures. Not in the package,
//! which lacks the examples and the crate that writes captures.

mod built;
mod workspace;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use built::{c_library, c_plugin};
use capture::Expectation;
use etherparse::PacketBuilder;
use pcap_file::DataLink;
use pcap_file::pcap::{PcapHeader, PcapPacket, PcapReader, PcapWriter};
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketBlock;
use pcap_file::pcapng::blocks::interface_description::InterfaceDescriptionBlock;
use tempfile::TempDir;
use workspace::example;

/// The program's status and output.
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn mock<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_suricata-mock"))
        .env_remove("SURICATA_MOCK")
        .args(arguments)
        .output()
        .expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    Ran {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// Runs the program with the words of `command`, and with `files` for each `{}`.
fn mock_with(command: &str, files: &[&Path]) -> Ran {
    let mut files = files.iter();
    mock(command.split(' ').map(|word| match word {
        "{}" => files.next().expect("a file for each {}").as_os_str(),
        word => OsStr::new(word),
    }))
}

impl Ran {
    #[track_caller]
    fn succeeds(self) -> Self {
        assert_eq!(self.code, Some(0), "{}\n{}", self.stdout, self.stderr);
        assert_eq!(self.stderr, "");
        self
    }

    #[track_caller]
    fn fails(self) -> Self {
        self.exits(1)
    }

    #[track_caller]
    fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    fn prints(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(
                self.stdout.contains(part),
                "no `{part}` in: {}",
                self.stdout
            );
        }
        self
    }

    #[track_caller]
    fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(
                self.stderr.contains(part),
                "no `{part}` in: {}",
                self.stderr
            );
        }
        self
    }

    /// Returns the table's figures by thread: flows begun, packets, flows finished.
    fn table(&self) -> Vec<(String, [u64; 3])> {
        let row = |line: &str| {
            let words: Vec<_> = line.split_whitespace().collect();
            let [thread, _kind, figures @ ..] = &*words else {
                return None;
            };
            let figures: Vec<u64> = figures
                .iter()
                .map(|f| f.parse())
                .collect::<Result<_, _>>()
                .ok()?;
            Some(((*thread).to_owned(), figures.try_into().ok()?))
        };
        self.stdout.lines().filter_map(row).collect()
    }
}

fn flow_counter() -> PathBuf {
    example(Path::new(env!("CARGO_TARGET_TMPDIR")), "flow-counter")
}

fn known_capture(folder: &TempDir) -> (PathBuf, Expectation) {
    let path = folder.path().join("flows.pcap");
    let file = File::create(&path).unwrap();
    let expectation = capture::write_pcap(300, file).unwrap();
    (path, expectation)
}

#[test]
fn the_example_counts_a_capture_in_both_generations_and_in_the_run_modes_for_files() {
    let folder = tempfile::tempdir().unwrap();
    let (capture, expectation) = known_capture(&folder);
    let (flows, packets) = (expectation.total.flows, expectation.total.packets);
    let plugin = flow_counter();
    for generation in [8, 9] {
        for (mode, workers, threads) in [
            ("single", 1, &["W#01", "FM#01", "FR#01"][..]),
            (
                "autofp --threads 2",
                2,
                &["RX#01", "W#01", "W#02", "FM#01", "FR#01"],
            ),
        ] {
            let command = format!("run {{}} --suricata {generation} --pcap {{}} --runmode {mode}");
            let total =
                format!("flow-counter: total: {flows} flows, {packets} packets, {workers} threads");
            let ran = mock_with(&command, &[&plugin, &capture])
                .succeeds()
                .prints(&[&total]);
            let table = ran.table();
            let names: Vec<_> = table.iter().map(|(name, _)| &**name).collect();
            let heartbeat = (generation == 9).then_some("HB");
            assert_eq!(names, [threads, heartbeat.as_slice()].concat());
            let sum = |at: usize| table.iter().map(|(_, figures)| figures[at]).sum::<u64>();
            assert_eq!([sum(0), sum(1), sum(2)], [flows, packets, flows]);
            let recycler = table.iter().find(|(name, _)| name == "FR#01").unwrap();
            assert_eq!(recycler.1, [0, 0, flows]);
        }
    }
}

#[test]
fn a_plugin_in_c_runs_in_both_generations() {
    let folder = tempfile::tempdir().unwrap();
    for generation in [8, 9] {
        let plugin = c_plugin(folder.path(), "c", generation, &[]);
        let command = format!("run {{}} --suricata {generation} --flows 70 --threads 1");
        mock_with(&command, &[&plugin]).succeeds().prints(&[
            "Notice: c-counter: flows of a thread: 70",
            "flows finished: 28",
            "42 flows were retired by workers, which run no finish callbacks, as in Suricata",
            "70 flows, 700 packets",
        ]);
    }
}

#[test]
fn several_plugins_run_in_one_host() {
    let folder = tempfile::tempdir().unwrap();
    let c = c_plugin(folder.path(), "c", 8, &[]);
    mock_with(
        "run {} {} --runmode single --flows 9",
        &[&c, &flow_counter()],
    )
    .succeeds()
    .prints(&[
        "flows of a thread: 9",
        "total: 9 flows, 90 packets, 1 threads",
    ]);
}

#[test]
fn the_seed_decides_which_worker_has_which_flow() {
    let folder = tempfile::tempdir().unwrap();
    let (capture, _) = known_capture(&folder);
    let plugin = c_plugin(folder.path(), "c", 8, &[]);
    let made_up = |seed: u32| {
        mock_with(
            &format!("run {{}} --flows 500 --threads 3 --seed {seed}"),
            &[&plugin],
        )
        .succeeds()
        .table()
    };
    assert_eq!(made_up(1), made_up(1));
    assert_ne!(made_up(1), made_up(2));
    let captured = |seed: u32| {
        let command = format!("run {{}} --pcap {{}} --threads 3 --seed {seed}");
        mock_with(&command, &[&plugin, &capture]).succeeds().table()
    };
    assert_eq!(captured(1), captured(1));
    assert_ne!(captured(1), captured(2));
}

#[test]
fn misuse_is_reported_by_name_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "loses", 8, &["LOSE_VALUE"]);
    mock_with("run {} --flows 3 --runmode single", &[&plugin])
        .fails()
        .prints(&["flows of a thread: 1", "3 flows, 30 packets"])
        .says(&[
            "misuse",
            "`c-counter`",
            "`W#01`",
            "ThreadSetStorageById",
            "leak",
        ]);
}

#[test]
fn lines_at_error_level_fail_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let run = |name, built_with| {
        let plugin = c_plugin(folder.path(), name, 8, &[built_with]);
        mock_with("run {} --flows 3 --runmode single", &[&plugin])
    };
    run("errors", "LOG_AT=1")
        .fails()
        .prints(&["Error: c-counter: at a flow", "3 flows, 30 packets"])
        .says(&["the log has 3 lines at error level"]);
    run("warnings", "LOG_AT=2")
        .succeeds()
        .prints(&["Warning: c-counter: at a flow"]);
    run("twice", "SLOT_TWICE")
        .fails()
        .prints(&[r#"storage for type "thread" with name "c-counter" already registered"#])
        .says(&["the log has 1 line at error level"]);
}

#[test]
fn threads_that_a_plugin_starts_itself_may_log() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "threads", 8, &["OWN_THREAD"]);
    mock_with("run {} --flows 1", &[&plugin])
        .succeeds()
        .prints(&["Notice: c-counter: from a thread of my own: 1"]);
}

#[test]
fn other_plugins_run_if_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let good = c_plugin(folder.path(), "good", 9, &[]);
    let bad = c_plugin(folder.path(), "bad", 8, &[]);
    mock_with(
        "run {} {} --suricata 9 --runmode single --flows 5",
        &[&bad, &good],
    )
    .fails()
    .prints(&["Failed to open", "flows of a thread: 5"])
    .says(&[
        "bad.so",
        "ThreadStorageRegister",
        "built for Suricata 8.0 alone",
    ]);
    let ran = mock_with("run {} --suricata 9", &[&bad]).fails();
    assert!(!ran.stdout.contains("Threads created"), "{}", ran.stdout);
}

#[test]
fn check_distinguishes_plugins_for_one_generation_from_plugins_for_both() {
    let folder = tempfile::tempdir().unwrap();
    for (generation, other) in [(8, 9), (9, 8)] {
        let plugin = c_plugin(folder.path(), &format!("for_{generation}"), generation, &[]);
        let loads = format!("Suricata {generation}.0 would load it");
        let refuses = format!("Suricata {other}.0 would not load it: undefined symbol: ");
        let hint = format!("built for Suricata {generation}.0 alone");
        mock_with(&format!("check {{}} --suricata {generation}"), &[&plugin])
            .succeeds()
            .prints(&[&loads]);
        mock_with(&format!("check {{}} --suricata {other}"), &[&plugin])
            .fails()
            .prints(&[&refuses, &hint, "Notice: plugin: Failed to open "])
            .says(&["would not be loaded: ", &format!("for_{generation}.so")]);
        mock_with("check {}", &[&plugin])
            .succeeds()
            .prints(&[&loads, &refuses, &hint]);
    }
    let [for_8, for_9] = ["for_8.so", "for_9.so"].map(|name| folder.path().join(name));
    mock_with("check {} {}", &[&for_8, &for_9])
        .fails()
        .says(&["no Suricata would load all of these files: they are for different ones"]);
    mock_with("check {} {}", &[&flow_counter(), &for_9])
        .succeeds()
        .prints(&[
            "libflow_counter.so: Suricata 8.0 would load it",
            "libflow_counter.so: Suricata 9.0 would load it",
            "  optional: GetProgramVersion, SCFlowRegisterInitCallback",
            "  optional, of other Suricatas: ThreadGetStorageById, ThreadSetStorageById, ThreadStorageRegister",
        ]);
}

#[test]
fn functions_that_the_mock_lacks_are_looked_up_in_suricatas_and_in_stand_ins() {
    let folder = tempfile::tempdir().unwrap();
    let calls = |name: &str| format!("CALLS={name}");
    // 8.0.8 has this function; suricata-sys 9.0.0-alpha does not know it.
    let known = c_plugin(folder.path(), "known", 8, &[&calls("LiveGetDevice")]);
    let unknown = c_plugin(folder.path(), "unknown", 8, &[&calls("no_such_function")]);
    let of_9 = c_plugin(folder.path(), "of_9", 8, &[&calls("SCFlowIsIPv4")]);

    mock_with("check {} --suricata 8", &[&known])
        .succeeds()
        .prints(&[
            "would load it, by its symbols: it has LiveGetDevice.",
            "use --with",
        ]);
    mock_with("run {}", &[&known])
        .fails()
        .says(&["LiveGetDevice"]);
    mock_with("check {}", &[&unknown])
        .exits(2)
        .prints(&["needs no_such_function, which no known Suricata 8.0 has: pass your Suricata with --against"]);
    mock_with("check {} --suricata 8", &[&of_9])
        .fails()
        .prints(&["Suricata 8.0 would not load it: undefined symbol: SCFlowIsIPv4"]);

    // A Suricata is a program that exports its functions.
    let real = c_library(
        folder.path(),
        "suricata",
        "stand_ins.c",
        &["STAND_IN=no_such_function", "IS_SURICATA"],
    );
    mock_with("check {} --against {}", &[&unknown, &real])
        .succeeds()
        .prints(&[
            "suricata.so would load it, by its symbols: it has",
            "no_such_function",
        ]);
    mock_with("check {} --against {}", &[&known, &real])
        .fails()
        .prints(&["suricata.so would not load it: undefined symbol: LiveGetDevice"]);
    mock_with("check {} --against {}", &[&unknown, &known])
        .exits(2)
        .says(&["it is neither Suricata 8.0.x nor 9.0"]);

    let stand_ins = c_library(
        folder.path(),
        "stand",
        "stand_ins.c",
        &["STAND_IN=no_such_function"],
    );
    for command in ["check {} --with {}", "run {} --with {}"] {
        mock_with(command, &[&unknown, &stand_ins]).succeeds();
    }
    mock_with(
        "check {} --with {}",
        &[&unknown, Path::new("no/library.so")],
    )
    .exits(2)
    .says(&["--with no/library.so: "]);
}

#[test]
fn optional_functions_of_a_plugin_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = |name: &str| c_plugin(folder.path(), name, 8, &[&format!("MAY_CALL={name}")]);
    let (misspelt, known) = (plugin("SCConfGett"), plugin("LiveGetDevice"));
    mock_with("check {} --suricata 8", &[&misspelt])
        .succeeds()
        .prints(&["\n  optional, of no known Suricata (misspelt?): SCConfGett\n"]);
    let stand_in = ["STAND_IN=LiveGetDevice"];
    let stand_in = c_library(folder.path(), "stand", "stand_ins.c", &stand_in);
    let note =
        "LiveGetDevice.so runs without LiveGetDevice, which Suricata 8.0 has and the mock lacks";
    mock_with("run {}", &[&known]).exits(0).says(&[note]);
    mock_with("run {} --with {}", &[&known, &stand_in]).succeeds();
    let in_9 = c_plugin(folder.path(), "in_9", 9, &["MAY_CALL=LiveGetDevice"]);
    mock_with("check {} --suricata 9", &[&in_9])
        .succeeds()
        .prints(&["\n  optional, perhaps of other Suricatas (--against tells): LiveGetDevice\n"]);
    let note = "in_9.so runs with stand-ins for LiveGetDevice, which Suricata 9.0 may lack";
    mock_with("run {} --suricata 9 --with {}", &[&in_9, &stand_in])
        .exits(0)
        .says(&[note]);
}

#[test]
fn files_that_cannot_be_plugins_are_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let sparse = folder.path().join("sparse.so");
    File::create(&sparse).unwrap().set_len(3 << 30).unwrap();
    let pipe = folder.path().join("pipe.so");
    built::assert_success(&Command::new("mkfifo").arg(&pipe).output().unwrap());
    let other = folder.path().join("other.so");
    let mut bytes = fs::read(c_plugin(folder.path(), "this", 8, &[])).unwrap();
    bytes[18] = if cfg!(target_arch = "aarch64") {
        62
    } else {
        183
    }; // e_machine
    fs::write(&other, bytes).unwrap();
    let machines = if cfg!(target_arch = "aarch64") {
        "it is for x86_64, and this program is for aarch64"
    } else {
        "it is for aarch64, and this program is for x86_64"
    };
    for (file, says) in [
        (&*sparse, "it has 3072 MiB: no plugin has more than 512"),
        (Path::new("/proc/kmsg"), "it is not an ELF file"),
        (&pipe, "it is not a regular file"),
        (folder.path(), "it is a folder"),
        (&other, machines),
    ] {
        mock_with("check {}", &[file]).fails().prints(&[says]);
        mock_with("run {}", &[file]).fails().says(&[says]);
    }
}

#[test]
fn check_says_what_is_wrong_and_runs_no_init() {
    let folder = tempfile::tempdir().unwrap();
    for (name, macros, parts) in [
        (
            "both",
            "BOTH_GENERATIONS",
            &["needs functions of both 8.0 and 9.0", "SCThreadStorageSize"][..],
        ),
        (
            "entry",
            "NO_ENTRY_POINT",
            &["Error: plugin: Plugin does not export SCPluginRegister"],
        ),
        (
            "version",
            "VERSION=0x0900",
            &[
                "API version 0x0900",
                "built for Suricata 9.0 alone",
                "versions differ: plugin has 900 (1) vs Suricata 800",
                "Error: plugin: Plugin registration failed",
            ],
        ),
        (
            "seven",
            "LAID_OUT_FOR_7",
            &[
                "would not load it: the plugin is for API version 0x",
                "the host has 0x0800",
                "plugins for Suricata 7.0 have none",
            ],
        ),
        ("name", "NAME=NULL", &["`name` is NULL; Suricata aborts"]),
        (
            "author",
            "AUTHOR=NULL",
            &["`author` is NULL; Suricata aborts"],
        ),
        (
            "license",
            "LICENSE=NULL",
            &["`license` is NULL; Suricata aborts"],
        ),
        ("init", "INIT=NULL", &["`Init` is NULL; Suricata aborts"]),
        ("null", "RETURNS_NULL", &["returned NULL", "crash"]),
        (
            "misuse",
            "CALLS_WHAT_IS_THE_HOSTS",
            &[
                "SCThreadRunInitCallbacks on thread `Suricata-Main`: expected by the host alone, actually by plugin code",
                "would load it",
            ],
        ),
        (
            "inside",
            "HOST_INSIDE",
            &[
                "refused for Suricata 8.0: it defines functions of Suricata itself (SCLogMessage)",
                "dev-dependencies",
            ],
        ),
    ] {
        let plugin = c_plugin(folder.path(), name, 8, &[macros]);
        let ran = mock_with("check {} --suricata 8", &[&plugin])
            .fails()
            .prints(parts)
            .says(&[name]);
        assert!(!ran.stdout.contains("Init ran"), "{}", ran.stdout);
        mock_with("run {} --suricata 8", &[&plugin])
            .fails()
            .says(&[name]);
    }
}

#[test]
fn check_cannot_judge_a_plugin_without_section_headers() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "sectionless", 9, &["MISSING"]);
    let mut bytes = fs::read(&plugin).unwrap();
    built::take_section_headers(&mut bytes);
    fs::write(&plugin, bytes).unwrap();
    mock_with("check {} --suricata 9", &[&plugin])
        .exits(2)
        .prints(&["cannot tell whether Suricata 9.0 would load it: it has no section headers"]);
}

#[test]
fn a_plugin_that_contains_the_mock_is_named_once() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "inside", 9, &["HOST_INSIDE"]);
    for command in ["run {} --suricata 9", "check {} --suricata 9"] {
        let ran = mock_with(command, &[&plugin]).fails();
        let printed = ran.stdout + &ran.stderr;
        assert_eq!(printed.matches("SCLogMessage").count(), 1, "{printed}");
        assert!(!printed.contains("Failed to open"), "{printed}");
    }
}

#[test]
fn check_judges_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let good = c_plugin(folder.path(), "good", 9, &[]);
    let text = folder.path().join("text.so");
    fs::write(&text, "no plugin").unwrap();
    let missing = folder.path().join("missing.so");
    mock_with("check {} {} {}", &[&text, &good, &missing])
        .fails()
        .prints(&[
            "good.so: Suricata 9.0 would load it",
            "not an ELF file",
            "Bad plugin path",
        ])
        .says(&["text.so", "missing.so"]);
}

#[test]
fn a_plugin_in_the_current_folder_needs_a_path_only_in_suricata() {
    let folder = tempfile::tempdir().unwrap();
    c_plugin(folder.path(), "here", 9, &[]);
    for (command, file, noted) in [
        ("check", "here.so", true),
        ("run", "here.so", true),
        ("check", "./here.so", false),
        ("run", "./here.so", false),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_suricata-mock"))
            .env_remove("SURICATA_MOCK")
            .current_dir(folder.path())
            .args([command, file, "--suricata", "9"])
            .output()
            .unwrap();
        built::assert_success(&output);
        let said = String::from_utf8(output.stderr).unwrap();
        let expected = "in suricata.yaml, here.so needs a slash (./here.so) or an absolute path";
        assert_eq!(said.contains(expected), noted, "{command} {file}: {said}");
    }
}

/// A packet from one end to the other.
type Ends = (([u8; 4], u16), ([u8; 4], u16));
const A: ([u8; 4], u16) = ([10, 0, 0, 1], 1000);
const B: ([u8; 4], u16) = ([10, 0, 0, 2], 53);

fn udp((from, to): Ends, vlan: Option<u16>) -> Vec<u8> {
    let ethernet = PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]);
    let ip = match vlan {
        Some(id) => ethernet
            .single_vlan(id.try_into().unwrap())
            .ipv4(from.0, to.0, 64),
        None => ethernet.ipv4(from.0, to.0, 64),
    };
    let mut frame = Vec::new();
    ip.udp(from.1, to.1).write(&mut frame, &[0; 100]).unwrap();
    frame
}

fn tcp((from, to): Ends) -> Vec<u8> {
    let mut frame = Vec::new();
    PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2])
        .ipv4(from.0, to.0, 64)
        .tcp(from.1, to.1, 1, 1000)
        .write(&mut frame, &[])
        .unwrap();
    frame
}

fn ping() -> Vec<u8> {
    let mut frame = Vec::new();
    PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2])
        .ipv4(A.0, B.0, 64)
        .icmpv4_echo_request(1, 1)
        .write(&mut frame, &[])
        .unwrap();
    frame
}

/// The second half of a datagram, whose ports are in the first.
fn later_fragment() -> Vec<u8> {
    let mut frame = udp((A, B), None);
    // Offset of the fragment, in units of 8 bytes; the checksum is ignored.
    frame[14 + 6..14 + 8].copy_from_slice(&10u16.to_be_bytes());
    frame
}

fn write_pcap(path: &Path, datalink: DataLink, snaplen: u32, frames: &[&[u8]]) {
    let header = PcapHeader {
        datalink,
        snaplen: 65535,
        ..PcapHeader::default()
    };
    let mut writer = PcapWriter::with_header(File::create(path).unwrap(), header).unwrap();
    for frame in frames {
        let cut = &frame[..frame.len().min(snaplen as usize)];
        let length = frame.len() as u32;
        writer
            .write_packet(&PcapPacket::new(Duration::ZERO, length, cut))
            .unwrap();
    }
    drop(writer);
    // The limit that tcpdump -s writes; pcap-file would apply it to the length on the wire, too.
    let mut bytes = fs::read(path).unwrap();
    let limit = match bytes[0] {
        0xa1 => snaplen.to_be_bytes(),
        _ => snaplen.to_le_bytes(),
    };
    bytes[16..20].copy_from_slice(&limit);
    fs::write(path, bytes).unwrap();
}

#[test]
fn protocol_endpoints_and_vlan_identify_a_flow_in_both_directions() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("some.pcap");
    let (there, back) = (udp((A, B), None), udp((B, A), None));
    let other_port = udp(((A.0, 1001), B), None);
    // The same two addresses and ports, swapped: another flow.
    let crossed = udp(((A.0, B.1), (B.0, A.1)), None);
    let vlan = udp((A, B), Some(7));
    let vlan_back = udp((B, A), Some(7));
    let other_vlan = udp((A, B), Some(8));
    let (tcp, ping, fragment) = (tcp((A, B)), ping(), later_fragment());
    let frames = [
        &*there,
        &back,
        &there,
        &other_port,
        &crossed,
        &vlan,
        &vlan_back,
        &other_vlan,
        &tcp,
        &ping,
        &fragment,
    ];
    write_pcap(&capture, DataLink::ETHERNET, 65535, &frames);
    let command = "run {} --pcap {} --runmode single";
    mock_with(command, &[&flow_counter(), &capture])
        .succeeds()
        .prints(&["total: 7 flows, 10 packets", "1 of 11 packets are left out"]);
}

#[test]
fn other_link_types_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let frame = udp((A, B), None);
    let ip = &frame[14..];
    let mut linux = vec![0; 16];
    linux[14..].copy_from_slice(&[8, 0]);
    linux.extend(ip);
    let mut linux_2 = vec![0; 20];
    linux_2[..2].copy_from_slice(&[8, 0]);
    linux_2.extend(ip);
    let loopback = [&[2, 0, 0, 0], ip].concat();
    for (link, frame) in [
        (DataLink::ETHERNET, &*frame),
        (DataLink::RAW, ip),
        (DataLink::IPV4, ip),
        (DataLink::LINUX_SLL, &linux),
        (DataLink::LINUX_SLL2, &linux_2),
        (DataLink::NULL, &loopback),
    ] {
        let capture = folder.path().join("link.pcap");
        write_pcap(&capture, link, 65535, &[frame, frame]);
        mock_with(
            "run {} --pcap {} --runmode single",
            &[&flow_counter(), &capture],
        )
        .succeeds()
        .prints(&["total: 1 flows, 2 packets"]);
    }
    let capture = folder.path().join("usb.pcap");
    write_pcap(&capture, DataLink::USB_LINUX, 65535, &[&frame]);
    mock_with("run {} --pcap {}", &[&flow_counter(), &capture])
        .exits(2)
        .says(&["usb.pcap", "link type 189 is not supported"]);
}

/// A capture of two interfaces with these link types, and a packet from each.
fn write_pcapng(capture: &Path, links: [DataLink; 2], packets: [&[u8]; 2]) {
    let mut writer = PcapNgWriter::new(File::create(capture).unwrap()).unwrap();
    for linktype in links {
        writer
            .write_pcapng_block(InterfaceDescriptionBlock {
                linktype,
                snaplen: 0xffff,
                options: vec![],
            })
            .unwrap();
    }
    for (interface_id, data) in (0..).zip(packets) {
        writer
            .write_pcapng_block(EnhancedPacketBlock {
                interface_id,
                timestamp: Duration::ZERO,
                original_len: data.len() as u32,
                data: data.into(),
                options: vec![],
            })
            .unwrap();
    }
}

#[test]
fn pcapng_is_read_if_all_interfaces_have_one_link_type_as_in_suricata() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("some.pcapng");
    let (there, back) = (udp((A, B), None), udp((B, A), None));
    write_pcapng(&capture, [DataLink::ETHERNET; 2], [&there, &back]);
    let run = || {
        let command = "run {} --pcap {} --runmode single";
        mock_with(command, &[&flow_counter(), &capture])
    };
    run().succeeds().prints(&["total: 1 flows, 2 packets"]);
    let links = [DataLink::ETHERNET, DataLink::RAW];
    write_pcapng(&capture, links, [&there, &back[14..]]);
    run()
        .exits(1)
        .says(&["the interfaces have different link types"]);
}

/// A writer of pcapng in one byte order.
#[derive(Clone, Copy)]
struct Order {
    u16: fn(u16) -> [u8; 2],
    u32: fn(u32) -> [u8; 4],
}

const ORDERS: [Order; 2] = [
    Order {
        u16: u16::to_le_bytes,
        u32: u32::to_le_bytes,
    },
    Order {
        u16: u16::to_be_bytes,
        u32: u32::to_be_bytes,
    },
];

impl Order {
    fn block(self, kind: u32, content: &[u8]) -> Vec<u8> {
        let padding = vec![0; content.len().next_multiple_of(4) - content.len()];
        let length = (self.u32)((12 + content.len() + padding.len()) as u32);
        [&(self.u32)(kind), &length, content, &padding, &length].concat()
    }

    fn section(self) -> Vec<u8> {
        let version = [(self.u16)(1), (self.u16)(0)].concat();
        let content = [&(self.u32)(0x1a2b_3c4d)[..], &version, &[0xff; 8]].concat();
        self.block(0x0a0d_0d0a, &content)
    }

    /// Returns an Ethernet interface with these options.
    fn interface(self, options: &[u8]) -> Vec<u8> {
        let head = [&(self.u16)(1)[..], &[0; 2], &(self.u32)(65535)].concat();
        self.block(1, &[&head, options].concat())
    }

    fn packet(self, data: &[u8], options: &[u8]) -> Vec<u8> {
        let length = (self.u32)(data.len() as u32);
        let head = [&(self.u32)(0)[..], &[0; 8], &length, &length].concat();
        let padding = vec![0; data.len().next_multiple_of(4) - data.len()];
        self.block(6, &[&head, data, &padding, options].concat())
    }

    fn simple_packet(self, data: &[u8]) -> Vec<u8> {
        let length = (self.u32)(data.len() as u32);
        self.block(3, &[&length, data].concat())
    }

    fn obsolete_packet(self, data: &[u8]) -> Vec<u8> {
        let length = (self.u32)(data.len() as u32);
        let head = [&(self.u16)(0)[..], &[0; 10], &length, &length].concat();
        self.block(2, &[&head, data].concat())
    }

    /// Returns an option, without an end of options.
    fn option(self, code: u16, value: &[u8; 4]) -> Vec<u8> {
        [&(self.u16)(code)[..], &(self.u16)(4), value].concat()
    }
}

#[test]
fn other_blocks_and_options_of_a_pcapng_do_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("some.pcapng");
    let plugin = flow_counter();
    let frame = udp((A, B), None);
    for order in ORDERS {
        // A comment that is not UTF-8.
        let comment = order.option(1, b"\xe9t\xe9 ");
        let flags = order.option(2, &[1, 0, 0, 0]);
        for (packets, blocks) in [
            (1, vec![order.packet(&frame, &flags)]),
            (1, vec![order.packet(&frame, &comment)]),
            (1, vec![order.packet(&frame, b"no option is this")]),
            (
                1,
                vec![order.interface(&comment), order.packet(&frame, &[])],
            ),
            // Longer than any buffer, and of a private type.
            (
                1,
                vec![
                    order.block(0x0bad, &vec![0; 9_000_000]),
                    order.packet(&frame, &[]),
                ],
            ),
            (
                1,
                vec![order.packet(&[&*frame, &*vec![0; 9_000_000]].concat(), &[])],
            ),
            (
                2,
                vec![order.simple_packet(&frame), order.obsolete_packet(&frame)],
            ),
            // Names, without an end.
            (
                1,
                vec![
                    order.block(4, &order.option(1, &[10, 0, 0, 1])),
                    order.packet(&frame, &[]),
                ],
            ),
            // A section across the end of the first portion that is read.
            (
                1,
                vec![
                    order.block(0x0bad, &vec![0; (128 << 10) - 28 - 20 - 12 - 16]),
                    ORDERS[1].section(),
                    ORDERS[1].interface(&[]),
                    ORDERS[1].packet(&frame, &[]),
                ],
            ),
            // Another section, in the other order.
            (
                2,
                vec![
                    order.packet(&frame, &[]),
                    ORDERS[0].section(),
                    ORDERS[0].interface(&[]),
                    ORDERS[0].packet(&frame, &[]),
                ],
            ),
        ] {
            let file = [order.section(), order.interface(&[]), blocks.concat()].concat();
            fs::write(&capture, file).unwrap();
            mock_with("run {} --pcap {} --runmode single", &[&plugin, &capture])
                .succeeds()
                .prints(&[&format!("total: 1 flows, {packets} packets")]);
        }
    }
}

#[test]
fn times_in_a_pcapng_are_in_the_units_of_their_interface() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("some.pcapng");
    let plugin = c_plugin(folder.path(), "tells", 9, &["TELLS"]);
    let frame = udp((A, B), None);
    let second: u64 = 1_700_000_000;
    // Powers of ten, and of two.
    let units = [
        (0, second),
        (0x80 | 20, (second << 20) + (1 << 19)),
        (6, second * 1_000_000 + 500_001),
        (9, second * 1_000_000_000 + 600_001_000),
    ];
    for order in ORDERS {
        let mut file = order.section();
        // Millionths need no option.
        for (resolution, _) in units {
            let option = order.option(9, &[resolution, 0, 0, 0]);
            file.extend(order.interface(if resolution == 6 { &[] } else { &option }));
        }
        for (interface, (_, time)) in (0..).zip(units) {
            let length = frame.len() as u32;
            let numbers = [interface, (time >> 32) as u32, time as u32, length, length];
            file.extend(order.block(6, &[&numbers.map(order.u32).concat()[..], &frame].concat()));
        }
        fs::write(&capture, file).unwrap();
        let ran = mock_with(
            "run {} --pcap {} --runmode single --suricata 9",
            &[&plugin, &capture],
        );
        let lines = ran.stdout.lines().chain(ran.stderr.lines());
        let times: Vec<_> = lines
            .filter_map(|line| line.split_once("packet 10.0.0.1:1000 10.0.0.2:53 1700000000."))
            .map(|(_, fraction)| fraction)
            .collect();
        assert_eq!(times, ["000000", "500000", "500001", "600001"]);
    }
}

#[test]
fn faults_of_a_pcapng_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("some.pcapng");
    let plugin = flow_counter();
    let frame = udp((A, B), None);
    let order = ORDERS[0];
    let good = [
        order.section(),
        order.interface(&[]),
        order.packet(&frame, &[]),
    ]
    .concat();
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut packet = order.packet(&frame, &[]);
        change(&mut packet);
        packet
    };
    let truncated = "the file is truncated: it ends within packet 2";
    let damaged = "the file is damaged at packet 2: ";
    let malformed = "bytes is malformed";
    for (second, parts) in [
        (with(&|p| p.truncate(1)), [truncated, ""]),
        (with(&|p| p.truncate(7)), [truncated, ""]),
        (with(&|p| p.truncate(40)), [truncated, ""]),
        (with(&|p| p.truncate(p.len() - 1)), [truncated, ""]),
        (with(&|p| p[4] += 1), [damaged, malformed]),
        (with(&|p| p[4..8].fill(0)), [damaged, malformed]),
        (with(&|p| *p.last_mut().unwrap() = 1), [damaged, malformed]),
        (with(&|p| p[8 + 12] = 255), [damaged, malformed]),
        (
            with(&|p| p[8] = 7),
            ["packet 2 is of interface 7", "which no block describes"],
        ),
        (order.block(6, &[0; 8]), [damaged, malformed]),
        (order.block(2, &[0; 8]), [damaged, malformed]),
        // The bytes that follow are not taken for the rest of the packet.
        (
            [
                with(&|p| p[8 + 12] = 255),
                order.block(0x0bad, &vec![0; 9_000_000]),
            ]
            .concat(),
            [damaged, malformed],
        ),
        (
            [&order.block(3, &[0; 8])[..16], &[0; 4]].concat(),
            [damaged, malformed],
        ),
        (
            [&order.block(4, &[0; 8])[..16], &[0; 4]].concat(),
            [damaged, malformed],
        ),
        (
            order.block(0x0bad, &vec![0; 17_000_000]),
            [damaged, "it is longer than 16 MB"],
        ),
        (order.block(0x0a0d_0d0a, &[0; 16]), [damaged, malformed]),
    ] {
        fs::write(&capture, [&*good, &second].concat()).unwrap();
        mock_with("run {} --pcap {} --runmode single", &[&plugin, &capture])
            .fails()
            .prints(&["total: 1 flows, 1 packets"])
            .says(&["some.pcapng"])
            .says(&parts);
    }
}

#[test]
fn an_impossible_packet_length_is_damage_if_the_file_continues() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("long.pcap");
    let frame = udp((A, B), None);
    write_pcap(&capture, DataLink::ETHERNET, 65535, &[&frame, &frame]);
    let mut bytes = fs::read(&capture).unwrap();
    bytes[24 + 16 + frame.len() + 8..][..4].fill(0x7f);
    bytes.resize(bytes.len() + 9_000_000, 0);
    fs::write(&capture, bytes).unwrap();
    mock_with(
        "run {} --pcap {} --runmode single",
        &[&flow_counter(), &capture],
    )
    .fails()
    .prints(&["total: 1 flows, 1 packets"])
    .says(&["the file is damaged at packet 2: it is longer than 16 MB"]);
}

#[test]
fn a_truncated_capture_is_an_error_after_its_whole_packets() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, _) = known_capture(&folder);
    let capture = folder.path().join("truncated.pcap");
    let bytes = fs::read(whole).unwrap();
    // The file's header, 3 packets with headers, and a part of the next.
    let mut end = 24;
    let mut packets = PcapReader::new(&*bytes).unwrap();
    for _ in 0..3 {
        end += 16 + packets.next_packet().unwrap().unwrap().data.len();
    }
    for more in [1, 15, 16, 20] {
        fs::write(&capture, &bytes[..end + more]).unwrap();
        mock_with(
            "run {} --pcap {} --runmode single",
            &[&flow_counter(), &capture],
        )
        .fails()
        .prints(&["total: 3 flows, 3 packets"])
        .says(&["truncated.pcap", "truncated: it ends within packet 4"]);
    }
}

#[test]
fn a_file_that_is_not_a_capture_is_an_error_before_a_plugin_runs() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "c", 8, &[]);
    let empty = folder.path().join("empty");
    fs::write(&empty, "").unwrap();
    for file in [&plugin, &empty] {
        let ran = mock_with("run {} --pcap {}", &[&plugin, file])
            .exits(2)
            .says(&["not a pcap or pcapng capture"]);
        assert_eq!(ran.stdout, "");
    }
    let pipe = folder.path().join("pipe");
    built::assert_success(&Command::new("mkfifo").arg(&pipe).output().unwrap());
    for file in [&pipe, Path::new("/dev/zero"), folder.path()] {
        mock_with("run {} --pcap {}", &[&plugin, file])
            .exits(2)
            .says(&["it is not a regular file"]);
    }
    let missing = folder.path().join("missing.pcap");
    mock_with("run {} --pcap {}", &[&plugin, &missing])
        .exits(2)
        .says(&["missing.pcap", "No such file"]);
}

#[test]
fn arguments_that_make_no_sense_are_refused() {
    for command in [
        "run",
        "check",
        "run x.so --threads 0",
        "run x.so --runmode some",
        "run x.so --suricata 7",
        "run x.so --flows 1 --pcap x.pcap",
    ] {
        let ran = mock_with(command, &[]);
        assert_eq!(ran.code, Some(2), "{command}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("For more information, try '--help'"),
            "{}",
            ran.stderr
        );
    }
    mock_with("run x.so --runmode single --threads 2", &[])
        .exits(2)
        .says(&["single has one thread"]);
}

#[test]
fn excessive_numbers_are_refused() {
    for (argument, range) in [
        ("--threads 1001", "1001 is not in 1..=1000"),
        ("--threads 18446744073709551616", "invalid value"),
        ("--flows 1000000000000", "is not in 0..=10000000"),
    ] {
        let ran = mock_with(&format!("run x.so {argument}"), &[]).says(&[range]);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    }
}

#[test]
fn a_thread_that_the_system_refuses_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "c", 8, &[]);
    let preloaded = c_library(folder.path(), "refuse", "refuse_threads.c", &["GIVEN=4"]);
    let output = Command::new(env!("CARGO_BIN_EXE_suricata-mock"))
        .env_remove("SURICATA_MOCK")
        .args(["run", "--threads", "3"])
        .arg(plugin)
        .env("LD_PRELOAD", preloaded)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.starts_with("suricata-mock: the system refused thread `W#02`: "),
        "{said}"
    );
    // The first two threads are the main one and the watchdog. RX#01, W#01 and the refused thread
    // have values.
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        printed.matches("flows of a thread: 0").count(),
        3,
        "{printed}"
    );
}

#[test]
fn a_reader_that_exits_changes_no_outcome() {
    let folder = tempfile::tempdir().unwrap();
    for (name, built_with, code) in [("good", "LOG_AT=2", 0), ("bad", "LOG_AT=1", 1)] {
        let plugin = c_plugin(folder.path(), name, 8, &[built_with]);
        let mut program = Command::new(env!("CARGO_BIN_EXE_suricata-mock"))
            .env_remove("SURICATA_MOCK")
            .args(["run", "--flows", "50"])
            .arg(plugin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(program.stdout.take());
        let output = program.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(!said.contains("panicked"), "{said}");
        assert_eq!(
            said.contains("50 lines at error level"),
            code == 1,
            "{said}"
        );
    }
}

#[test]
fn the_help_lists_differences_from_suricata_in_captures() {
    let help = mock(["run", "--help"]).succeeds().stdout;
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in ["with -k none", "wrong checksums", "data after a FIN"] {
        assert!(help.contains(part), "no {part:?} in: {help}");
    }
}

#[test]
fn workers_are_for_interfaces() {
    let folder = tempfile::tempdir().unwrap();
    let (capture, _) = known_capture(&folder);
    let plugin = c_plugin(folder.path(), "c", 8, &[]);
    mock_with("run {} --pcap {} --runmode workers", &[&plugin, &capture])
        .exits(2)
        .says(&["the run mode workers is for interfaces", "single or autofp"]);
    let ran = mock_with("run {} --flows 3 --runmode workers --threads 1", &[&plugin]).succeeds();
    assert_eq!(ran.table()[0].0, "W#01-eth0");
}

#[test]
fn a_plugin_that_ends_the_process_or_hangs_is_named_after_its_log_so_far() {
    let folder = tempfile::tempdir().unwrap();
    for (name, does, says) in [
        ("exits", "AT_A_FLOW=exit(0)", "ended the process by exit"),
        ("hangs", "AT_A_FLOW=sleep(60)", "has not returned for 1 s"),
    ] {
        let plugin = c_plugin(folder.path(), name, 8, &[does]);
        mock_with(
            "run {} --flows 1 --runmode single --callback-limit 1",
            &[&plugin],
        )
        .exits(1)
        .says(&[
            says,
            "flow init callback of plugin `c-counter` on thread `W#01`",
        ])
        .prints(&["Threads created"]);
    }
}

/// With two plugins, and at every place where a plugin can throw.
#[test]
fn a_cpp_exception_ends_the_process_and_names_the_plugin() {
    let folder = tempfile::tempdir().unwrap();
    let other = c_plugin(folder.path(), "other", 8, &[]);
    for (throws, place) in [
        (
            "INIT",
            "Init of plugin `cpp-thrower` on thread `Suricata-Main`",
        ),
        (
            "ON_THREAD",
            "thread init callback of plugin `cpp-thrower` on thread `Suricata-Main`",
        ),
        (
            "ON_FLOW",
            "flow init callback of plugin `cpp-thrower` on thread `W#01`",
        ),
        (
            "RELEASE",
            "free function of plugin `cpp-thrower` on thread `Suricata-Main`",
        ),
    ] {
        let throws = format!("THROWS={throws}");
        let plugin = c_library(folder.path(), "throws", "throws.cpp", &[&throws]);
        mock_with("run {} {} --flows 1 --runmode single", &[&other, &plugin])
            .exits(1)
            .says(&[&format!("plugin code crashed with SIGABRT: {place}")])
            .prints(&["Initializing plugin cpp-thrower"]);
    }
}

#[test]
fn an_end_that_only_the_parent_process_sees_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "leaves", 8, &["AT_A_FLOW=_exit(0)"]);
    mock_with("run {} --flows 1 --runmode single", &[&plugin])
        .exits(1)
        .says(&["ended with status 0 before it was done", "_exit"])
        .prints(&["Threads created"]);
    let plugin = c_plugin(
        folder.path(),
        "crashes",
        8,
        &["AT_A_FLOW=*(volatile int *)8 = 0"],
    );
    mock_with("run {} --flows 1 --runmode single", &[&plugin])
        .exits(1)
        .says(&[
            "crashed with SIGSEGV: flow init callback of plugin `c-counter`",
            "signal 11 ended",
        ]);
}

/// Even if a test runner's environment names a test.
#[test]
fn a_run_belongs_to_no_test() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "ends", 8, &["AT_A_FLOW=exit(0)"]);
    let mut run = Command::new(env!("CARGO_BIN_EXE_suricata-mock"));
    run.env("NEXTEST_TEST_NAME", "some").arg("run").arg(plugin);
    let said = run.output().expect("the program starts").stderr;
    let said = String::from_utf8(said).expect("it says text");
    assert!(
        said.contains("ended the process by exit: flow init"),
        "{said}"
    );
    assert!(!said.contains("in test"), "{said}");
}

#[test]
fn a_report_has_advice_for_the_language_of_the_plugin() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "loses", 8, &["LOSE_VALUE"]);
    let ran = mock_with("run {} --flows 1 --runmode single", &[&plugin])
        .fails()
        .says(&["leak the old value. Read the slot, set it, and free the old value\n"]);
    assert!(!ran.stderr.contains("In Rust"), "{}", ran.stderr);
}

/// In Suricata, this memory is freed: the flow manager's before the other threads', and all at the end
/// of the process.
#[test]
fn a_thread_vars_that_code_in_c_has_kept_is_reported_when_its_thread_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    for generation in [8, 9] {
        let plugin = c_plugin(folder.path(), "keeps", generation, &["KEEPS_THREAD"]);
        let command = format!("run {{}} --suricata {generation} --flows 1 --runmode single");
        mock_with(&command, &[&plugin]).fails().says(&[
            "on thread `Suricata-Main` in plugin `c-counter`: expected a ThreadVars that is in use, \
             actually that of thread `FM#01`, which was freed",
            "actually that of thread `FM#01` of a host that has ended",
        ]);
    }
}

#[test]
fn values_may_be_shared_with_the_option() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "shared", 8, &["SHARED"]);
    mock_with("run {} --flows 1 --runmode single", &[&plugin])
        .fails()
        .says(&["in plugin `c-counter`", "--shared-values"]);
    mock_with(
        "run {} --flows 1 --runmode single --shared-values",
        &[&plugin],
    )
    .succeeds();
}

#[test]
fn a_caller_that_ignores_sigchld_gets_the_status() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = c_plugin(folder.path(), "good", 8, &[]);
    // Not `sh`: dash resets the signal for its children.
    let ignoring = "trap '' CHLD; exec \"$@\"";
    let status = Command::new("timeout")
        .args(["60", "bash", "-c", ignoring, "bash"])
        .args([env!("CARGO_BIN_EXE_suricata-mock"), "run", "--suricata=8"])
        .arg(plugin)
        .stdout(Stdio::null())
        .status();
    assert_eq!(status.unwrap().code(), Some(0));
}

/// Runs the program with these outputs. Returns its status, and its stderr if that is a pipe.
#[cfg(target_os = "linux")]
fn status_with(command: &[&OsStr], stdout: Stdio, stderr: Stdio) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_suricata-mock"))
        .env_remove("SURICATA_MOCK")
        .args(command)
        .stdout(stdout)
        .stderr(stderr)
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), stderr)
}

/// Output is missing, so the call cannot be a success.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure_of_the_call_unless_the_plugin_is_at_fault() {
    let folder = TempDir::new().unwrap();
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    let good = c_plugin(folder.path(), "good", 8, &[]);
    let leaves = c_plugin(folder.path(), "leaves", 8, &["AT_A_FLOW=_exit(0)"]);
    for (plugin, code) in [(&good, 2), (&leaves, 1)] {
        let run = ["run".as_ref(), plugin.as_os_str(), "--suricata=8".as_ref()];
        let (status, said) = status_with(&run, full(), Stdio::piped());
        assert_eq!(status, Some(code), "{said}");
        assert!(!said.contains("panicked"), "{said}");
        if code == 2 {
            let message = "suricata-mock: cannot write to stdout: No space left on device";
            assert!(said.starts_with(message), "{said}");
        }
        assert_eq!(status_with(&run, full(), full()).0, Some(code));
        let status = status_with(&run, Stdio::null(), full()).0;
        assert_eq!(status, Some(if code == 2 { 0 } else { 1 }));
    }
    let check = ["check".as_ref(), good.as_os_str()];
    assert_eq!(status_with(&check, full(), Stdio::piped()).0, Some(2));
}

/// The outcome of the work counts, not its readers.
#[cfg(target_os = "linux")]
#[test]
fn a_closed_pipe_changes_no_status() {
    let folder = TempDir::new().unwrap();
    // The stdin of a child that is gone.
    let closed = || {
        let child = Command::new("true").stdin(Stdio::piped()).spawn();
        let mut child = child.expect("a child");
        let stdin = child.stdin.take().expect("a pipe");
        child.wait().expect("it ends");
        Stdio::from(stdin)
    };
    let good = c_plugin(folder.path(), "good", 8, &[]);
    let leaves = c_plugin(folder.path(), "leaves", 8, &["AT_A_FLOW=_exit(0)"]);
    for (plugin, code) in [(&good, 0), (&leaves, 1)] {
        let run = ["run".as_ref(), plugin.as_os_str(), "--suricata=8".as_ref()];
        assert_eq!(status_with(&run, closed(), closed()).0, Some(code));
    }
}
