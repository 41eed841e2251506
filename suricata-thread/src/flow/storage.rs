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
    /// Use it like a [`ThreadStorage`](crate::ThreadStorage), with a [`Flow`] in place of the `ThreadVars`. The slot is
    /// empty when a flow begins. A flow slot and a thread slot may have the same name.
    ///
    /// The host drops a value at the [end of every flow](crate::flow#how-flows-end), on the thread that ends the
    /// flow: a worker or a flow recycler. Hence `T` must be [`Send`]. To run code at the end of a flow, implement
    /// [`Drop`] for `T`.
    ///
    /// The host holds the flow's lock during callbacks and drops. So no other lock is needed, and neither should wait
    /// for a file, the network, or a lock that is held for long.
    ///
    /// ```
    /// # use suricata_thread_mock::{Host, RunMode, Traffic};
    /// use suricata_thread::flow::{self, FlowStorage};
    /// use suricata_thread::{SCLogInfo, log_limited};
    ///
    /// struct Seen {
    ///     packets: u64,
    /// }
    ///
    /// impl Drop for Seen {
    ///     fn drop(&mut self) {
    ///         SCLogInfo!("my-plugin: a flow had {} packets", self.packets);
    ///     }
    /// }
    ///
    /// fn init() -> Result<(), &'static str> {
    ///     let seen = FlowStorage::<Seen>::register("my-plugin")?;
    ///     flow::register_update_callback(move |_tv, flow, _packet| {
    ///         match seen.get_or_insert_with(flow, || Seen { packets: 0 }) {
    ///             Ok(seen) => seen.packets += 1,
    ///             Err(error) => log_limited!(Error, "my-plugin: a packet is not counted: {error}"),
    ///         }
    ///     })
    /// }
    /// # let host = Host::new();
    /// # suricata_thread::plugin::load_in_mock("my-plugin", init).unwrap();
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
    // Suricata registers these after the plugins, some only if configured. If a name is taken, it ends or does without;
    // as of 8.0.8 and 9.0.0-dev. `bypass_counters` it has before the plugins, and refuses by itself.
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
