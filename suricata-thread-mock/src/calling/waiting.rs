//! Threads that wait for one another, and would do so forever.

use std::collections::HashMap;
use std::sync::LazyLock;

use parking_lot::Mutex;

use crate::calling::context;

/// The thread that each thread waits for: only one, since a thread runs one job at a time.
static WAITS: LazyLock<Mutex<HashMap<usize, usize>>> = LazyLock::new(Mutex::default);

pub(crate) struct Waiting(Option<usize>);

/// Notes a wait. Panics if the other thread waits for this one.
#[track_caller]
pub(crate) fn wait_for(for_token: usize, call: &str, name: &str) -> Waiting {
    let Some(me) = context::worker() else {
        return Waiting(None);
    };
    let mut waits = WAITS.lock();
    let mut at = for_token;
    loop {
        if at == me {
            drop(waits);
            panic!(
                "{call} on thread `{name}` was called by a job on thread `{}`, which would wait \
                 for itself for ever",
                context::os_thread_name()
            );
        }
        match waits.get(&at) {
            Some(&next) => at = next,
            None => break,
        }
    }
    waits.insert(me, for_token);
    Waiting(Some(me))
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(me) = self.0 {
            WAITS.lock().remove(&me);
        }
    }
}
