//! A host for every thread of the process. Alone in its process, since other tests have threads,
//! too.

mod raw;

use raw::{V8, assert_says, panic_of};
use suricata_thread_mock::{Generation, Host, ThreadKind, stray_reports};
use suricata_thread_sys::common::{SCLogGetLogLevel, SCLogLevel, SCLogMessage};

/// Returns the number of slots that a thread without a host sees.
fn slots_seen_by_another_thread() -> usize {
    std::thread::scope(|scope| scope.spawn(|| V8.size()).join().unwrap()) / size_of::<*mut u8>()
}

fn level() -> SCLogLevel {
    // SAFETY: no conditions.
    unsafe { SCLogGetLogLevel() }
}

fn error() {
    let (level, text) = (SCLogLevel::SC_LOG_ERROR, c"no memory".as_ptr());
    // SAFETY: the texts are C strings.
    unsafe { SCLogMessage(level, text, 1, text, text, text) };
}

#[test]
fn a_thread_without_a_host_belongs_to_the_last_one_built_for_every_thread() {
    let first = Host::builder()
        .generation(Generation::V8)
        .every_thread()
        .build();
    V8.register(c"a");
    assert_eq!(slots_seen_by_another_thread(), 1);

    let second = Host::builder()
        .generation(Generation::V8)
        .every_thread()
        .build();
    V8.register(c"a");
    V8.register(c"b");
    assert_eq!(slots_seen_by_another_thread(), 2);
    assert_eq!(stray_reports(), []);

    // References to the host do not keep it from ending.
    let kept = second.spawn("W#01", ThreadKind::Worker);
    drop(second);
    assert_eq!(slots_seen_by_another_thread(), 0);
    assert_eq!(stray_reports().len(), 1, "{:#?}", stray_reports());
    let level = || std::thread::spawn(level).join().unwrap();
    assert_eq!(level(), SCLogLevel::SC_LOG_NONE);
    drop((kept, first));

    let third = Host::builder().every_thread().build();
    std::thread::spawn(error).join().unwrap();
    assert_says(&panic_of(|| drop(third)), &["1 line(s) at error level"]);
}
