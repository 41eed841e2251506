use std::any::type_name;
use std::ffi::{c_char, c_int, c_uint, c_void};
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::flow::Flow;
use crate::handle::handle;
use crate::host::{FreeFn, functions};
use crate::owner::{Errors, GetFn, Lent, Owner, SetFn, errors};
use crate::set_error::{InsertError, SetError};
use crate::sys::v9::SCFlowStorageId as FlowId;
use crate::sys::{self, Generation};
use crate::typed::Typed;

handle! {
    /// A slot that holds one `T` for each flow.
    ///
    /// The handle is a number: copy it into the callbacks that need it. Every flow starts with the slot
    /// empty. A value lives in the flow's own storage, reached through the [`Flow`] that a callback is
    /// given, so no lock is taken: the host has locked the flow.
    ///
    /// # Who drops a value
    ///
    /// The host drops it at the end of every flow, on whichever thread retires the flow: a worker or a
    /// flow recycler. [How flows end](crate::flow#how-flows-end) says when that is. Hence `T: Send`. To act on
    /// the end of a flow, implement [`Drop`].
    ///
    /// The flow is locked while its callbacks and the drop run, and in a flow init callback a part of the
    /// flow table is, too. So none of them should wait for anything: not for a lock that is held for long,
    /// a file or the network. A slow flow init stalls other workers.
    ///
    /// A panic while the host drops a value is logged at error level and goes no further. See
    /// [the crate's notes](crate#panics).
    ///
    /// The slots of flows and of threads may have the same names. Handles are invariant in `T`, for the
    /// reason that [`ThreadStorage`](crate::ThreadStorage#variance) gives.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, RunMode, Traffic};
    /// use suricata_thread::flow::{self, FlowStorage};
    /// use suricata_thread::{SCLogError, SCLogNotice};
    ///
    /// struct Seen {
    ///     packets: u64,
    /// }
    ///
    /// impl Drop for Seen {
    ///     fn drop(&mut self) {
    ///         SCLogNotice!("my-plugin: a flow had {} packets", self.packets);
    ///     }
    /// }
    ///
    /// fn init() -> Result<(), &'static str> {
    ///     let seen = FlowStorage::<Seen>::register("my-plugin")?;
    ///     flow::register_update_callback(move |_tv, flow, _packet| {
    ///         match seen.get_or_insert_with(flow, || Seen { packets: 0 }) {
    ///             Ok(seen) => seen.packets += 1,
    ///             Err(error) => SCLogError!("my-plugin: a packet is not counted: {error}"),
    ///         }
    ///     })
    /// }
    /// # let host = Host::new();
    /// # // SAFETY: the host takes registrations now.
    /// # unsafe { suricata_thread::plugin::run_init("my-plugin", init) };
    /// # host.start(RunMode::Single);
    /// # host.traffic(Traffic { flows: 3, ..Traffic::default() });
    /// # host.shutdown();
    /// # let log = host.log();
    /// # let ended = log.iter().filter(|line| line.message.starts_with("my-plugin: a flow had"));
    /// # assert_eq!(ended.count(), 3);
    /// ```
    FlowStorage, Flow, sys::Flow, "flow"
}

impl Owner for sys::Flow {
    type Id = FlowId;
    const ERRORS: Errors = errors!("flow storage", "ends, or does without its own,");
    // Those that Suricata registers after the plugins, some where configured, and ends or does without where the name
    // is taken; as of 8.0.8 and 9.0.0-dev. It has `bypass_counters` before them, and refuses that itself.
    const HOSTS_SLOTS: &'static [&'static str] =
        &["tag", "expectation", "flowrate", "macset", "bypassedlist"];

    fn number(id: FlowId) -> c_int {
        id.id
    }

    fn access(generation: Generation) -> Option<(GetFn<Self>, SetFn<Self>)> {
        match generation {
            Generation::V8 => functions::FlowGetStorageById.zip(functions::FlowSetStorageById),
            Generation::V9 => functions::SCFlowGetStorageById.zip(functions::SCFlowSetStorageById),
            _ => None,
        }
    }

    unsafe fn register(
        generation: Generation,
        name: *const c_char,
        free: FreeFn,
    ) -> Option<FlowId> {
        // Without an alloc function 8.0 takes no other size.
        const SIZE: c_uint = size_of::<*mut c_void>() as c_uint;
        match generation {
            // SAFETY: the caller's promise.
            Generation::V8 => unsafe {
                Some(functions::FlowStorageRegister?(
                    name,
                    SIZE,
                    None,
                    Some(free),
                ))
            },
            // SAFETY: the caller's promise.
            Generation::V9 => unsafe { Some(functions::SCFlowStorageRegister?(name, Some(free))) },
            _ => None,
        }
    }
}

// SAFETY: one pointer; `Flow::from_ptr` asks for the rest.
unsafe impl Lent for Flow<'_> {
    type Raw = sys::Flow;

    fn raw(&self) -> *const sys::Flow {
        self.as_ptr()
    }

    fn raw_mut(&mut self) -> *mut sys::Flow {
        self.as_mut_ptr()
    }
}
