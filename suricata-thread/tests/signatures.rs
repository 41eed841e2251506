//! Names, bounds and results agree with the documentation of `suricata_ffi::thread`, so a plugin's code can move from
//! one crate to the other.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use suricata_thread::{ThreadStorage, ThreadVars, register_init_callback};
use suricata_thread_mock::ThreadKind;

#[test]
fn the_methods_have_the_documented_signatures() {
    type Get<T> = for<'t> fn(&ThreadStorage<T>, &'t ThreadVars<'_>) -> Option<&'t T>;
    type GetMut<T> = for<'t> fn(&ThreadStorage<T>, &'t mut ThreadVars<'_>) -> Option<&'t mut T>;
    type GetOrInsertWith<T> = for<'t> fn(
        &ThreadStorage<T>,
        &'t mut ThreadVars<'_>,
        fn() -> T,
    ) -> Result<&'t mut T, &'static str>;
    type Callback = fn(&mut ThreadVars<'_>);
    let _: fn(&str) -> Result<ThreadStorage<u64>, &'static str> = ThreadStorage::register;
    let _: Get<u64> = ThreadStorage::get;
    let _: GetMut<u64> = ThreadStorage::get_mut;
    let _: GetOrInsertWith<u64> = ThreadStorage::get_or_insert_with;
    let _: fn(Callback) -> Result<(), &'static str> = register_init_callback;
}

static CALLS: AtomicUsize = AtomicUsize::new(0);

fn count_call(_: &mut ThreadVars) {
    CALLS.fetch_add(1, SeqCst);
}

#[test]
fn a_callback_is_a_function_or_a_closure_that_owns_a_handle() {
    fn with_handle(handle: ThreadStorage<u64>) -> impl Fn(&mut ThreadVars<'_>) {
        move |tv| {
            assert_eq!(handle.get(tv), None);
            *handle.get_or_insert_with(tv, || 6).unwrap() += 1;
            assert_eq!(handle.get_mut(tv), Some(&mut 7));
        }
    }
    let host = common::host(|| {
        register_init_callback(count_call)?;
        register_init_callback(with_handle(ThreadStorage::register("signatures")?))
    });
    host.finalize();
    for name in ["W#01", "W#02"] {
        host.spawn(name, ThreadKind::Worker);
    }
    assert_eq!(CALLS.load(SeqCst), 2);
    common::assert_no_errors(&host);
}
