//! Tests that safe code can't copy a value of one of the host's types, move it out of a pin or send it
//! to another thread. The compiler checks it: if a type has the trait, both implementations fit, and
//! `check` is ambiguous.

use suricata_thread_sys::common::{SCLogLevel, SCThreadInitCallbackFn, StorageFreeFn};
use suricata_thread_sys::{Flow, Packet, ThreadVars};

macro_rules! assert_not {
    ($trait:ident: $($type:ty),*) => {$(
        const _: fn() = || {
            struct HasTheTrait;
            trait Ambiguous<A> {
                fn check() {}
            }
            impl<T> Ambiguous<()> for T {}
            impl<T: $trait> Ambiguous<HasTheTrait> for T {}
            <$type as Ambiguous<_>>::check();
        };
    )*};
}

assert_not!(Send: ThreadVars, Flow, Packet);
assert_not!(Sync: ThreadVars, Flow, Packet);
assert_not!(Unpin: ThreadVars, Flow, Packet);
assert_not!(Copy: ThreadVars, Flow, Packet);
assert_not!(Clone: ThreadVars, Flow, Packet);
assert_not!(Default: ThreadVars, Flow, Packet);

#[test]
fn the_types_take_no_room_that_rust_could_read() {
    assert_eq!(size_of::<ThreadVars>(), 0);
    assert_eq!(size_of::<Flow>(), 0);
    assert_eq!(size_of::<Packet>(), 0);
}

#[test]
fn a_level_that_has_no_name_is_a_value_like_any_other() {
    let level = SCLogLevel(42);
    assert_ne!(level, SCLogLevel::SC_LOG_DEBUG);
    assert_eq!(level.0, 42);
}

#[test]
fn a_callback_that_is_absent_is_a_null_pointer() {
    assert_eq!(size_of::<StorageFreeFn>(), size_of::<*const ()>());
    assert_eq!(size_of::<SCThreadInitCallbackFn>(), size_of::<*const ()>());
}
