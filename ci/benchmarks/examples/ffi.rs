//! The measured plugin that uses `suricata-ffi`.

mod host;

use std::ffi::c_void;

use host::{Kind, Names, State};
use suricata_ffi::thread::{self, ThreadStorage, ThreadVars};
use suricata_ffi::{SCLogInfo, flow, plugin};

type Storage = ThreadStorage<State>;

/// The plugin's entry point.
#[unsafe(no_mangle)]
pub extern "C" fn SCPluginRegister() -> *mut suricata_sys::sys::SCPlugin {
    let plugin = plugin::Plugin {
        name: "bench-ffi",
        version: env!("CARGO_PKG_VERSION"),
        license: "MIT OR Apache-2.0",
        author: "The suricata-thread developers",
        init: call_init,
    };
    plugin.into_raw()
}

unsafe extern "C" fn call_init() {
    plugin::init();
    init().expect("nothing is refused");
}

fn init() -> Result<(), &'static str> {
    let slots = (0..host::slots())
        .map(|i| Storage::register(&format!("ffi-slot-{i}")))
        .collect::<Result<Vec<_>, _>>()?;
    let storage = *slots.last().ok_or("no slots")?;
    thread::register_init_callback(move |tv| {
        for slot in &slots {
            slot.get_or_insert_with(tv, State::default)
                .expect("a slot for each value");
        }
    })?;

    host::case(c"access", Kind::SameThread, access, storage);

    host::next(c"thread init, empty");
    thread::register_init_callback(|_| {})?;
    host::next(c"thread init, one access");
    thread::register_init_callback(move |tv| count(storage, tv))?;
    host::next(c"flow init, empty");
    flow::register_init_callback(|_, _, _| {})?;
    host::next(c"flow init, one access");
    flow::register_init_callback(move |tv, _, _| count(storage, tv))?;
    host::next(c"flow update, empty");
    flow::register_update_callback(|_, _, _| {})?;
    host::next(c"flow update, one access");
    flow::register_update_callback(move |tv, _, _| count(storage, tv))?;

    host::case(
        c"get_or_insert_with, filled",
        Kind::SameThread,
        insert,
        storage,
    );
    host::case(
        c"get_or_insert_with, empty",
        Kind::NewThreads,
        insert,
        storage,
    );
    let names = Names::new("ffi", host::REGISTRATIONS);
    host::case(c"register", Kind::InInit, register, names);
    host::case(c"log below the host's level", Kind::SameThread, log, ());
    Ok(())
}

#[inline]
fn count(storage: Storage, tv: &mut ThreadVars) {
    if let Some(state) = storage.get_mut(tv) {
        state.calls += 1;
    }
}

unsafe extern "C" fn access(tv: *mut c_void, _: *mut c_void, _: *mut c_void, user: *mut c_void) {
    // SAFETY: the host passes the calling thread's own, and what the case was made with.
    let (mut tv, storage) = unsafe { (ThreadVars::from_ptr(tv.cast()), &*user.cast::<Storage>()) };
    count(*storage, &mut tv);
}

unsafe extern "C" fn insert(tv: *mut c_void, _: *mut c_void, _: *mut c_void, user: *mut c_void) {
    // SAFETY: as in `access`.
    let (mut tv, storage) = unsafe { (ThreadVars::from_ptr(tv.cast()), &*user.cast::<Storage>()) };
    if let Ok(state) = storage.get_or_insert_with(&mut tv, State::default) {
        state.calls += 1;
    }
}

unsafe extern "C" fn register(_: *mut c_void, _: *mut c_void, _: *mut c_void, user: *mut c_void) {
    // SAFETY: what the case was made with.
    let names = unsafe { &*user.cast::<Names>() };
    let name = names.next().to_str().expect("ASCII");
    Storage::register(name).expect("a name of its own");
}

unsafe extern "C" fn log(tv: *mut c_void, _: *mut c_void, _: *mut c_void, _: *mut c_void) {
    SCLogInfo!("called for {tv:p}");
}
