//! Holds no code: `tests/fail` has what must not compile, `tests/pass` the nearest that must.
