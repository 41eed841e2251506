//! What the host accepts as a slot, which ids it gives, and how the storage grows.

use std::ffi::CStr;

use crate::api::{self, Registered};
use crate::transcript::sequence;
use crate::value;

const SCENARIO: &str = "registration";

/// As long as no name of a host's own.
const LONG: &CStr = c"conformance: a name that is a good deal longer than a name of a slot needs to be, and longer than what fits into a buffer of 64, of 128, and even of 256 bytes, should a host have such a thing; it goes on for a while, so as to be sure of that, and it ends here, at last";

/// Tries all of it.
pub fn init() {
    let first = api::register(Some(c"conformance: registration"), Some(value::free));
    let before = api::storage_size();
    let id = |slot: Registered| match (slot, first) {
        (Err(id), _) => format!("refused ({id})"),
        (Ok(slot), Ok(first)) => format!("the first id + {}", slot.id() - first.id()),
        (Ok(_), Err(_)) => "accepted".to_owned(),
    };
    let attempt = |what: &str, slot: Registered| {
        let grown = api::storage_size() - before;
        sequence(
            SCENARIO,
            format_args!("{what}: {}, {grown} more bytes", id(slot)),
        );
    };
    let free = Some(value::free as api::Free);

    sequence(SCENARIO, format_args!("accepted: {}", first.is_ok()));
    attempt(
        "a second name",
        api::register(Some(c"conformance: second"), free),
    );
    attempt("no name", api::register(None, free));
    attempt("an empty name", api::register(Some(c""), free));
    attempt(
        "no free function",
        api::register(Some(c"conformance: no free function"), None),
    );
    attempt(
        "the same name with no free function",
        api::register(Some(c"conformance: registration"), None),
    );
    attempt(
        "the name refused for its free function",
        api::register(Some(c"conformance: no free function"), free),
    );
    attempt(
        "a name that is taken",
        api::register(Some(c"conformance: taken"), free),
    );
    attempt(
        "the same name",
        api::register(Some(c"conformance: taken"), free),
    );
    attempt(
        "the same name again",
        api::register(Some(c"conformance: taken"), free),
    );
    attempt(
        "another case",
        api::register(Some(c"Conformance: Taken"), free),
    );
    attempt("a space", api::register(Some(c" "), free));
    attempt("not UTF-8", api::register(Some(c"conformance: \xff"), free));
    attempt("a long name", api::register(Some(LONG), free));
}
