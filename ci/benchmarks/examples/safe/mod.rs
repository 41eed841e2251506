//! The cases of the two safe layers, whose functions have the same names. `super` imports one of them.

use super::host::{self, State};
use super::{SCLogInfo, ThreadStorage, ThreadVars, flow, thread};
use crate::case;
use flow::{Flow, FlowStorage};

type Storage = ThreadStorage<State>;
type OfFlows = FlowStorage<State>;

/// Registers the cases.
pub fn init() -> Result<(), &'static str> {
    let storage = Storage::register("state")?;
    thread::register_init_callback(move |tv| {
        storage
            .get_or_insert_with(tv, State::default)
            .expect("a value");
    })?;
    let of_flows = OfFlows::register("state")?;
    // SAFETY of the cases: the host passes the calling thread's own, and its one flow.
    case!(c"access", storage: Storage, |tv, _flow| {
        // SAFETY: see above.
        count(*storage, &mut unsafe { ThreadVars::from_ptr(tv.cast()) });
    });
    case!(c"get_or_insert_with, of a flow", of_flows: OfFlows, |_tv, flow| {
        // SAFETY: see above.
        let mut flow = unsafe { Flow::from_ptr(flow.cast()) };
        if let Ok(state) = of_flows.get_or_insert_with(&mut flow, State::default) {
            state.calls += 1;
        }
    });
    case!(c"access of a flow", of_flows: OfFlows, |_tv, flow| {
        // SAFETY: see above.
        let mut flow = unsafe { Flow::from_ptr(flow.cast()) };
        if let Some(state) = of_flows.get_mut(&mut flow) {
            state.calls += 1;
        }
    });
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
    case!(c"get_or_insert_with, filled", storage: Storage, |tv, _flow| {
        // SAFETY: see above.
        let mut tv = unsafe { ThreadVars::from_ptr(tv.cast()) };
        if let Ok(state) = storage.get_or_insert_with(&mut tv, State::default) {
            state.calls += 1;
        }
    });
    let _none = ();
    case!(c"log below the host's level", _none: (), |tv, _flow| {
        SCLogInfo!("called for {tv:p}");
    });
    Ok(())
}

#[inline]
fn count(storage: Storage, tv: &mut ThreadVars) {
    if let Some(state) = storage.get_mut(tv) {
        state.calls += 1;
    }
}
