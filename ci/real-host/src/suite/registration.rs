//! The slots that the host accepts, their ids, and the size of the storage, in `Init` and after the
//! registration has closed.

use std::ffi::CStr;

use super::api::{self, Registered, Slot, on_thread_init};
use super::{free, say, threads};

const SCENARIO: &str = "registration";

/// A name longer than any of a host's own.
const LONG: &CStr = c"conformance: a name that is a good deal longer than a name of a slot needs to be, and longer than what fits into a buffer of 64, of 128, and even of 256 bytes, should a host have such a thing; it goes on for a while, so as to be sure of that, and it ends here, at last";

pub(super) fn init() {
    let free = Some(free as unsafe extern "C" fn(_));
    let first = api::register(Some(c"conformance: registration"), free);
    say!(Sequence, "accepted: {}", first.is_ok());
    let before = api::storage_size();
    for (case, name, free) in [
        ("a second name", Some(c"conformance: second"), free),
        ("no name", None, free),
        ("an empty name", Some(c""), free),
        ("no free function", Some(c"conformance: no free"), None),
        ("no free, taken", Some(c"conformance: registration"), None),
        ("refused before", Some(c"conformance: no free"), free),
        ("a name that is taken", Some(c"conformance: taken"), free),
        ("the same name", Some(c"conformance: taken"), free),
        ("the same name again", Some(c"conformance: taken"), free),
        ("another case", Some(c"Conformance: Taken"), free),
        ("a space", Some(c" "), free),
        ("not UTF-8", Some(c"conformance: \xff"), free),
        ("a long name", Some(LONG), free),
    ] {
        let id = relative(api::register(name, free), first);
        let grown = api::storage_size() - before;
        say!(Sequence, "{case}: {id}, {grown} more bytes");
    }
    on_thread_init(move |tv| {
        let (before, number) = (api::storage_size(), threads::number(tv));
        for (case, name, free) in [
            ("a new name", Some(c"conformance: too late"), free),
            ("a name that is taken", Some(c"conformance: second"), free),
            ("no name", None, free),
            ("no free function", Some(c"conformance: too late"), None),
        ] {
            let id = relative(api::register(name, free), first);
            let grown = api::storage_size() - before;
            say!(Thread(number), "late: {case}: {id}, {grown} more bytes");
        }
    });
}

/// Describes an id, compared with that of the first slot.
pub(super) fn relative(slot: Registered, first: Registered) -> String {
    match (slot, first) {
        (Err(id), _) => format!("refused ({id})"),
        (Ok(Slot(id)), Ok(Slot(first))) => format!("the first id + {}", id - first),
        (Ok(_), Err(_)) => "accepted".to_owned(),
    }
}
