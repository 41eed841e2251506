//! `ThreadStorage`: the results of its methods, and the drops of its values.

mod common;

use std::error::Error;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use common::{Counted, drops, host, run_init};
use suricata_thread::flow::FlowStorage;
use suricata_thread::{self as thread, InsertError, ThreadStorage, ThreadVars, sys};
use suricata_thread_mock::{Host, ReportKind, Thread, ThreadKind};

/// Registers one slot and starts one worker.
fn one_slot<T: Send + 'static>() -> (Host, Thread, ThreadStorage<T>) {
    let mut slot = None;
    let host = host(|| {
        slot = Some(ThreadStorage::register("slot")?);
        Ok(())
    });
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    (host, worker, slot.unwrap())
}

/// Runs `f` on the worker, with its `ThreadVars`.
fn run_on<R: Send>(worker: &Thread, f: impl FnOnce(&mut ThreadVars<'_>) -> R + Send) -> R {
    // SAFETY: the mock passes the worker's own `ThreadVars`, on the worker, and runs nothing else
    // there until `f` has returned.
    worker.run(|tv| f(&mut unsafe { ThreadVars::from_ptr(tv) }))
}

#[test]
fn a_slot_is_empty_until_something_is_inserted() {
    let (_host, worker, slot) = one_slot::<u64>();
    run_on(&worker, |tv| {
        assert_eq!(slot.get(tv), None);
        assert_eq!(slot.get_mut(tv), None);
        assert!(!slot.contains(tv));
        assert_eq!(slot.take(tv), Ok(None));
    });
}

#[test]
fn get_or_insert_with_inserts_once() {
    let (_host, worker, slot) = one_slot::<u64>();
    run_on(&worker, |tv| {
        assert_eq!(slot.get_or_insert_with(tv, || 1), Ok(&mut 1));
        *slot.get_mut(tv).unwrap() += 1;
        assert_eq!(slot.get_or_insert_with(tv, || unreachable!()), Ok(&mut 2));
        assert_eq!(slot.get_or_insert_default(tv), Ok(&mut 2));
        assert_eq!(slot.get(tv), Some(&2));
        assert!(slot.contains(tv));
    });
}

#[test]
fn get_or_insert_default_inserts_the_default() {
    let (_host, worker, slot) = one_slot::<String>();
    run_on(&worker, |tv| {
        assert_eq!(slot.get_or_insert_default(tv).unwrap(), "")
    });
}

#[test]
fn get_or_try_insert_with_returns_the_closures_error_and_inserts_nothing() {
    let (_host, worker, slot) = one_slot::<u16>();
    run_on(&worker, |tv| {
        let error =
            slot.get_or_try_insert_with(tv, || "70000".parse::<u16>().map_err(|e| e.to_string()));
        let expected = "number too large to fit in target type".to_owned();
        assert_eq!(error, Err(InsertError::Closure(expected)));
        assert!(!slot.contains(tv));
        let value = slot.get_or_try_insert_with(tv, || Ok::<_, String>(7));
        assert_eq!(value, Ok(&mut 7));
        let value = slot.get_or_try_insert_with(tv, || Err("not called"));
        assert_eq!(value, Ok(&mut 7));
    });
}

#[test]
fn the_question_mark_converts_an_error_of_get_or_try_insert_with() {
    type Slot = ThreadStorage<u16>;
    fn boxed(slot: Slot, tv: &mut ThreadVars<'_>) -> Result<(), Box<dyn Error + Send + Sync>> {
        slot.get_or_try_insert_with(tv, || "70000".parse::<u16>())?;
        Ok(())
    }
    fn any(slot: Slot, tv: &mut ThreadVars<'_>) -> anyhow::Result<()> {
        slot.get_or_try_insert_with(tv, || Err("no number"))?;
        Ok(())
    }
    fn text(slot: Slot, tv: &mut ThreadVars<'_>) -> Result<(), &'static str> {
        slot.get_or_try_insert_with(tv, || Ok::<_, &'static str>(1))?;
        Ok(())
    }
    let (host, worker, slot) = one_slot::<u16>();
    run_on(&worker, |tv| {
        let error = boxed(slot, tv).unwrap_err();
        assert_eq!(error.to_string(), "number too large to fit in target type");
        let error = any(slot, tv).unwrap_err();
        assert_eq!(error.to_string(), "no number");
        assert!(error.is::<InsertError<&str>>());
    });
    host.refuse_set(1);
    let refused = run_on(&worker, |tv| text(slot, tv));
    assert_eq!(refused, Err("the host refused to store the value"));
}

#[test]
fn replace_returns_the_old_value() {
    let (_host, worker, slot) = one_slot::<String>();
    run_on(&worker, |tv| {
        assert_eq!(slot.replace(tv, "a".into()).unwrap(), None);
        assert_eq!(slot.replace(tv, "b".into()).unwrap().as_deref(), Some("a"));
        assert_eq!(slot.get(tv).map(String::as_str), Some("b"));
    });
}

#[test]
fn take_empties_the_slot() {
    let (_host, worker, slot) = one_slot::<String>();
    run_on(&worker, |tv| {
        slot.replace(tv, "a".into()).unwrap();
        assert_eq!(slot.take(tv).unwrap().as_deref(), Some("a"));
        assert_eq!(slot.take(tv), Ok(None));
    });
}

#[test]
fn each_thread_has_a_value_of_its_own() {
    let (host, first, slot) = one_slot::<u64>();
    let second = host.spawn("W#02", ThreadKind::Worker);
    run_on(&first, |tv| *slot.get_or_insert_default(tv).unwrap() = 1);
    run_on(&second, |tv| assert_eq!(slot.get(tv), None));
    run_on(&second, |tv| *slot.get_or_insert_default(tv).unwrap() = 2);
    run_on(&first, |tv| assert_eq!(slot.get(tv), Some(&1)));
}

#[test]
fn slots_do_not_see_each_other() {
    let (mut numbers, mut texts) = (None, None);
    let host = host(|| {
        numbers = Some(ThreadStorage::<u64>::register("numbers")?);
        texts = Some(ThreadStorage::<String>::register("texts")?);
        Ok(())
    });
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let (numbers, texts) = (numbers.unwrap(), texts.unwrap());
    run_on(&worker, |tv| {
        numbers.replace(tv, 7).unwrap();
        assert!(!texts.contains(tv));
        texts.replace(tv, "seven".into()).unwrap();
        assert_eq!(
            (numbers.get(tv), texts.get(tv).unwrap().as_str()),
            (Some(&7), "seven")
        );
    });
}

#[test]
fn values_are_dropped_after_the_join_on_the_thread_that_shuts_down() {
    struct RecordsThread(Arc<Mutex<Vec<std::thread::ThreadId>>>);
    impl Drop for RecordsThread {
        fn drop(&mut self) {
            self.0.lock().unwrap().push(std::thread::current().id());
        }
    }
    let dropped = Arc::default();
    let (host, worker, slot) = one_slot::<RecordsThread>();
    run_on(&worker, |tv| {
        assert!(
            slot.replace(tv, RecordsThread(Arc::clone(&dropped)))
                .is_ok()
        )
    });
    worker.join();
    assert_eq!(*dropped.lock().unwrap(), []);
    host.shutdown();
    assert_eq!(*dropped.lock().unwrap(), [std::thread::current().id()]);
}

#[test]
fn values_are_dropped_in_the_order_of_registration() {
    struct Named(&'static str, Arc<Mutex<Vec<&'static str>>>);
    impl Drop for Named {
        fn drop(&mut self) {
            self.1.lock().unwrap().push(self.0);
        }
    }
    let order = Arc::default();
    let mut slots = vec![];
    let host = host(|| {
        slots.push(("a", ThreadStorage::register("a")?));
        slots.push(("b", ThreadStorage::register("b")?));
        Ok(())
    });
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    for (name, slot) in slots.into_iter().rev() {
        run_on(&worker, |tv| {
            assert!(slot.replace(tv, Named(name, Arc::clone(&order))).is_ok())
        });
    }
    host.shutdown();
    assert_eq!(*order.lock().unwrap(), ["a", "b"]);
}

#[test]
fn every_value_is_dropped_exactly_once() {
    let count = drops();
    let (host, worker, slot) = one_slot();
    run_on(&worker, |tv| {
        let new = || Counted(Arc::clone(&count));
        slot.get_or_insert_with(tv, new).unwrap();
        assert_eq!(count.load(SeqCst), 0);
        drop(slot.replace(tv, new()));
        assert_eq!(count.load(SeqCst), 1);
        drop(slot.take(tv));
        assert_eq!(count.load(SeqCst), 2);
        assert!(slot.replace(tv, new()).is_ok());
    });
    assert_eq!(count.load(SeqCst), 2);
    host.shutdown();
    assert_eq!(count.load(SeqCst), 3);
}

#[test]
fn values_of_any_size_and_alignment_are_stored() {
    #[derive(Debug, PartialEq)]
    struct Zero;
    #[repr(align(4096))]
    struct Aligned(u8);

    let (mut zero, mut aligned, mut large) = (None, None, None);
    let host = host(|| {
        zero = Some(ThreadStorage::<Zero>::register("zero")?);
        aligned = Some(ThreadStorage::<Aligned>::register("aligned")?);
        large = Some(ThreadStorage::<[u8; 1 << 20]>::register("large")?);
        Ok(())
    });
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    let (zero, aligned, large) = (zero.unwrap(), aligned.unwrap(), large.unwrap());
    run_on(&worker, |tv| {
        assert_eq!(zero.get_or_insert_with(tv, || Zero), Ok(&mut Zero));
        assert_eq!(zero.take(tv), Ok(Some(Zero)));
        assert!(!zero.contains(tv));
        assert!(zero.replace(tv, Zero).is_ok());
        let value = aligned.get_or_insert_with(tv, || Aligned(7)).unwrap();
        assert_eq!((&raw const *value).addr() % 4096, 0);
        assert_eq!(value.0, 7);
        assert_eq!(
            large.get_or_insert_with(tv, || [3; 1 << 20]).unwrap()[1 << 19],
            3
        );
    });
}

#[test]
fn zero_sized_values_are_dropped_too() {
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    struct Zero;
    impl Drop for Zero {
        fn drop(&mut self) {
            DROPS.fetch_add(1, SeqCst);
        }
    }
    let (host, first, slot) = one_slot();
    let second = host.spawn("W#02", ThreadKind::Worker);
    run_on(&first, |tv| drop(slot.get_or_insert_with(tv, || Zero)));
    run_on(&second, |tv| drop(slot.get_or_insert_with(tv, || Zero)));
    host.shutdown();
    assert_eq!(DROPS.load(SeqCst), 2);
}

#[test]
fn a_refused_set_gives_the_value_back_and_keeps_the_old_one() {
    let (host, worker, slot) = one_slot::<String>();
    run_on(&worker, |tv| drop(slot.replace(tv, "old".into())));
    host.refuse_set(1);
    run_on(&worker, |tv| {
        let error = slot.replace(tv, "new".into()).unwrap_err();
        assert_eq!(
            format!("{error:?}"),
            "SetError(\"the host refused to store the value\")"
        );
        assert_eq!(error.to_string(), "the host refused to store the value");
        assert_eq!(error.into_value(), "new");
        assert_eq!(slot.get(tv).unwrap(), "old");
    });
    host.refuse_set(1);
    run_on(&worker, |tv| {
        assert_eq!(slot.take(tv), Err("the host refused to store the value"));
        assert_eq!(slot.get(tv).unwrap(), "old");
    });
}

#[test]
fn a_refused_insert_drops_the_value_once_and_is_an_error() {
    let count = drops();
    let (host, worker, slot) = one_slot();
    host.refuse_set(1);
    run_on(&worker, |tv| {
        let refused = slot.get_or_insert_with(tv, || Counted(Arc::clone(&count)));
        assert_eq!(refused.err(), Some("the host refused to store the value"));
        assert!(!slot.contains(tv));
    });
    assert_eq!(count.load(SeqCst), 1);
    host.shutdown();
    assert_eq!(count.load(SeqCst), 1);
}

#[test]
fn the_question_mark_converts_the_error_of_a_refused_set_to_text() {
    fn store(slot: ThreadStorage<u8>, tv: &mut ThreadVars<'_>) -> Result<(), &'static str> {
        slot.replace(tv, 1)?;
        Ok(())
    }
    let (host, worker, slot) = one_slot();
    host.refuse_set(1);
    let refused = run_on(&worker, |tv| store(slot, tv));
    assert_eq!(refused, Err("the host refused to store the value"));
}

#[test]
fn an_invalid_or_reserved_name_is_an_error_with_the_reason() {
    let thread_slot = |name: &str| ThreadStorage::<u8>::register(name).map(drop);
    let flow_slot = |name: &str| FlowStorage::<u8>::register(name).map(drop);
    let _host = host(|| {
        for (name, reason) in [
            ("", "the name is empty"),
            ("a\0b", "contains a control character"),
            ("a\nb", "contains a control character"),
            ("a\u{202e}b", "contains a control character"),
            (&"x".repeat(256), "longer than 255 bytes"),
        ] {
            for error in [thread_slot(name), flow_slot(name)] {
                let error = error.unwrap_err();
                assert!(error.contains(reason), "{name:?}: {error}");
            }
        }
        let reserved = thread_slot("threshold_cache").unwrap_err();
        assert!(reserved.contains("for itself"), "{reserved}");
        flow_slot("threshold_cache")?;
        for name in ["a", &"x".repeat(255)] {
            thread_slot(name)?;
            flow_slot(name)?;
        }
        Ok(())
    });
}

#[test]
fn a_handle_has_its_name_and_id_and_equals_only_its_copies() {
    let _host = host(|| {
        let one = ThreadStorage::<u8>::register("one")?;
        let copy = one;
        let other = ThreadStorage::<u8>::register("other")?;
        assert_eq!((one.name(), other.name()), ("one", "other"));
        assert_eq!(other.id(), one.id() + 1);
        assert_eq!(one, copy);
        assert_ne!(one, other);
        assert_eq!(std::collections::HashSet::from([one, copy, other]).len(), 2);
        assert_eq!(size_of_val(&one), 16);
        Ok(())
    });
}

#[test]
fn a_taken_name_is_refused_and_the_first_slot_stays() {
    let mut first = None;
    let host = host(|| {
        first = Some(ThreadStorage::<u8>::register("twice")?);
        let second = ThreadStorage::<u64>::register("twice").unwrap_err();
        assert!(
            second.contains("a slot of this name exists already"),
            "{second}"
        );
        Ok(())
    });
    host.expect_error("already registered");
    host.finalize();
    let worker = host.spawn("W#01", ThreadKind::Worker);
    run_on(&worker, |tv| {
        assert_eq!(first.unwrap().get_or_insert_default(tv), Ok(&mut 0))
    });
}

#[test]
fn a_slot_that_the_host_refuses_is_an_error() {
    let host = Host::new();
    host.refuse_slot(1);
    run_init(|| {
        let refused = ThreadStorage::<u8>::register("slot").unwrap_err();
        assert!(refused.contains("the host refused the slot"), "{refused}");
        ThreadStorage::<u8>::register("slot").map(drop)
    });
}

#[test]
fn registering_after_the_host_has_closed_registration_is_an_error() {
    let host = Host::new();
    host.finalize();
    run_init(|| {
        let late = ThreadStorage::<u8>::register("late").unwrap_err();
        assert!(
            late.contains("its storage registration has closed"),
            "{late}"
        );
        Ok(())
    });
}

#[test]
fn a_handle_of_another_host_finds_nothing() {
    let (first, _, slot) = one_slot::<String>();
    drop(first);
    let second = Host::builder().record_only().build();
    run_init(|| ThreadStorage::<u64>::register("other").map(drop));
    second.finalize();
    let worker = second.spawn("W#01", ThreadKind::Worker);
    run_on(&worker, |tv| {
        assert_eq!(slot.get(tv), None);
        assert_eq!(
            slot.replace(tv, "lost?".into()).unwrap_err().into_value(),
            "lost?"
        );
    });
    assert!(
        second
            .reports()
            .iter()
            .all(|report| report.kind == ReportKind::UnknownSlot)
    );
    assert!(!second.reports().is_empty());
}

#[test]
fn a_panic_in_the_closure_leaves_the_slot_empty() {
    let (_host, worker, slot) = one_slot::<u8>();
    run_on(&worker, |tv| {
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _ = slot.get_or_insert_with(tv, || panic!("no value"));
        }));
        assert!(panicked.is_err());
        assert!(!slot.contains(tv));
        assert_eq!(slot.get_or_insert_with(tv, || 1), Ok(&mut 1));
    });
}

#[test]
fn a_drop_may_use_the_library() {
    struct Logs(Arc<AtomicBool>);
    impl Drop for Logs {
        fn drop(&mut self) {
            thread::SCLogNotice!("dropped");
            // The message depends on whether another test's init runs; `outside_init.rs` checks it.
            assert!(ThreadStorage::<u8>::register("from a drop").is_err());
            self.0.store(true, SeqCst);
        }
    }
    let done = Arc::default();
    let (host, worker, slot) = one_slot();
    run_on(&worker, |tv| {
        assert!(slot.replace(tv, Logs(Arc::clone(&done))).is_ok())
    });
    host.shutdown();
    assert!(done.load(SeqCst));
    assert!(host.log().iter().any(|line| line.message == "dropped"));
}

#[test]
fn a_handle_is_copy_send_sync_and_debug_even_if_its_value_is_not_sync() {
    fn printed<H: Copy + Send + Sync + std::fmt::Debug + 'static>(handle: H) -> String {
        format!("{handle:?}")
    }
    let (_host, _, slot) = one_slot::<std::cell::Cell<u8>>();
    let text = printed(slot);
    assert!(
        text.starts_with("ThreadStorage<core::cell::Cell<u8>>("),
        "{text}"
    );
}

#[test]
fn thread_vars_returns_and_prints_its_pointer() {
    let (_host, worker, _slot) = one_slot::<u8>();
    worker.run(|tv| {
        // SAFETY: as in `run_on`.
        let vars = unsafe { ThreadVars::from_ptr(tv) };
        assert_eq!(vars.as_ptr(), tv as *const sys::ThreadVars);
        assert_eq!(format!("{vars:?}"), format!("ThreadVars({tv:?})"));
    });
}
