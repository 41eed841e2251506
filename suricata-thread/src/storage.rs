use std::any::type_name;
use std::ffi::{CString, c_int, c_void};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use crate::host::{self, FreeFn, GetFn};
use crate::panic::{Name, Record};
use crate::registration::{Registering, note_refused};
use crate::set_error::{InsertError, REFUSED_SET, SetError};
use crate::slot::{self, Slot};
use crate::sys::v9::SCThreadStorageId as ThreadId;
use crate::{ThreadVars, host_thread, panic, plugin_name};

const EMPTY_NAME: &str = "thread storage: the name is empty; give each slot a name of its own";
const LONG_NAME: &str =
    "thread storage: the name is longer than 255 bytes; give the slot a shorter one";
const CONTROL_IN_NAME: &str = "thread storage: the name contains a control character, such as a NUL or a \
    line break; the host logs the name as it is, so leave them out";
const HOSTS_NAME: &str = "thread storage: Suricata registers a slot of this name for itself, after its \
    plugins, and does not start where the name is taken; start the name with the plugin's own";

/// The slots of threads that Suricata registers for itself, as of 8.0.8 and 9.0.0-dev.
const HOSTS_SLOTS: [&str; 1] = ["threshold_cache"];
const REFUSED_SLOT: &str = "thread storage: the host refused the slot; either a slot of this name \
    exists already (the host's log says so), or its storage registration has closed, or it is out \
    of memory";

/// A slot that holds one `T` for each thread of the host.
///
/// The handle is a number: copy it into the callbacks that need it. Every thread starts with the
/// slot empty. A value lives in the thread's own storage, reached through the
/// [`ThreadVars`] that a callback is given, so no lock is taken and none is needed.
///
/// # Whose thread
///
/// A value is made by the callback that inserts it. In a thread init callback that is the thread
/// which *creates* the new one (the main thread; in unix-socket mode the unix manager); in a flow
/// callback it is the thread itself. It is then used on its own thread, and dropped by the thread
/// that takes the thread down after joining it (the main thread; in unix-socket mode the unix
/// manager), slot after slot in the order of registration. Hence `T: Send`, but not `Sync`.
///
/// A few threads of the host are never taken down (those that serve commands, such as the unix
/// manager); a value that they hold is not dropped.
///
/// # Panics in `Drop`
///
/// A panic while the host drops a value is logged at error level and goes no further. See
/// [the crate's notes](crate#panics).
///
/// # Variance
///
/// The handle is invariant in `T`. Were it covariant, a slot of `for<'a> fn(&'a str)` could be
/// taken for one of `fn(&'static str)`, and reading from one what went into the other would hand
/// out references to freed memory.
///
/// ```compile_fail,E0308
/// # use suricata_thread::ThreadStorage;
/// fn as_static(slot: ThreadStorage<for<'a> fn(&'a str)>) -> ThreadStorage<fn(&'static str)> {
///     slot
/// }
/// ```
pub struct ThreadStorage<T> {
    // The packet path calls it through this pointer, which costs what a call of the host by name does.
    get: GetFn,
    id: ThreadId,
    slot: slot::Index,
    // `fn(T) -> T` makes the handle invariant in `T`, and `Send` and `Sync` whatever `T` is: the
    // handle holds no `T`.
    _slot_of: PhantomData<fn(T) -> T>,
}

impl<T> Clone for ThreadStorage<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ThreadStorage<T> {}

/// Handles are equal if they are of one registration.
impl<T> PartialEq for ThreadStorage<T> {
    fn eq(&self, other: &Self) -> bool {
        self.slot == other.slot
    }
}

impl<T> Eq for ThreadStorage<T> {}

impl<T> Hash for ThreadStorage<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.slot.hash(state);
    }
}

impl<T> fmt::Debug for ThreadStorage<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, id) = (self.name(), self.id());
        write!(f, "ThreadStorage<{}>({name:?}, {id})", type_name::<T>())
    }
}

impl<T> ThreadStorage<T> {
    /// Returns the name that the slot was registered under.
    pub fn name(&self) -> &'static str {
        slot::get(self.slot).name
    }

    /// Returns the id that the host gave the slot, for its C functions.
    pub fn id(&self) -> c_int {
        self.id.id
    }
}

impl<T: Send + 'static> ThreadStorage<T> {
    /// Registers a slot under `name`, which no other slot of the host may have: start it with the
    /// plugin's own.
    ///
    /// Call it while the plugin's `init` runs. The host keeps the name for the life of the process.
    ///
    /// # Errors
    ///
    /// - `name` is empty, longer than 255 bytes, contains a control character, or is one that Suricata
    ///   needs for itself (`threshold_cache`);
    /// - the host refused the slot: the name is taken (the host logs an error of its own), its
    ///   storage registration has closed, or it is out of memory;
    /// - the plugin's `init` is not running, or the call comes from inside a callback: see
    ///   [the crate's notes](crate#registering).
    ///
    /// On an error nothing is registered and nothing leaks.
    ///
    /// ```
    /// # use suricata_thread::{SCLogError, ThreadStorage};
    /// fn init() -> Result<(), &'static str> {
    ///     let flows = ThreadStorage::<u64>::register("my-plugin: flows")?;
    ///     suricata_thread::register_init_callback(move |tv| {
    ///         if let Err(error) = flows.get_or_insert_default(tv) {
    ///             SCLogError!("my-plugin: {error}");
    ///         }
    ///     })
    /// }
    /// # let host = suricata_thread_mock::Host::new();
    /// # // SAFETY: the host takes registrations now.
    /// # unsafe { suricata_thread::plugin::run_init("my-plugin", init) };
    /// # host.start(suricata_thread_mock::RunMode::Single);
    /// # host.shutdown();
    /// # let message = host.log().pop().unwrap().message;
    /// # assert!(message.starts_with("Threads created"), "{message}");
    /// ```
    pub fn register(name: &str) -> Result<Self, &'static str> {
        // SAFETY: `free::<T>` frees what the methods below store, and they store nothing else (R1).
        let registered = unsafe { register_slot(name, free::<T>, type_name::<T>) };
        if registered.is_err() {
            note_refused(|| format!("the slot {name:?}"));
        }
        let (get, id, slot) = registered?;
        Ok(Self {
            get,
            id,
            slot,
            _slot_of: PhantomData,
        })
    }

    /// The calling thread's value, if there is one.
    ///
    /// Costs the host's own lookup and a null check.
    ///
    /// ```
    /// # use suricata_thread::{ThreadStorage, ThreadVars};
    /// fn flows_so_far(flows: ThreadStorage<u64>, tv: &ThreadVars) -> u64 {
    ///     flows.get(tv).copied().unwrap_or(0)
    /// }
    /// # fn init() -> Result<(), &'static str> {
    /// #     let slot = ThreadStorage::<u64>::register("my-plugin")?;
    /// #     suricata_thread::flow::register_init_callback(move |tv, _flow, _packet| {
    /// #         assert_eq!(flows_so_far(slot, tv), 0);
    /// #         slot.replace(tv, 7).unwrap();
    /// #         assert_eq!(flows_so_far(slot, tv), 7);
    /// #         suricata_thread::SCLogNotice!("all as it should be");
    /// #     })
    /// # }
    /// # use suricata_thread_mock::{Host, RunMode, Traffic};
    /// # let host = Host::new();
    /// # // SAFETY: the host takes registrations now.
    /// # unsafe { suricata_thread::plugin::run_init("my-plugin", init) };
    /// # host.start(RunMode::Single);
    /// # host.traffic(Traffic { flows: 1, ..Traffic::default() });
    /// # host.shutdown();
    /// # assert_eq!(host.log().pop().unwrap().message, "all as it should be");
    /// ```
    pub fn get<'t>(&self, tv: &'t ThreadVars<'_>) -> Option<&'t T> {
        // SAFETY: `tv` is live, with room for every slot, and used by this thread alone (H2, R2). The slot
        // is null or points to a boxed `T` (H3, R1), and the borrow of `tv` keeps it from being replaced
        // or freed.
        unsafe { (self.get)(tv.as_ptr(), self.id).cast::<T>().as_ref() }
    }

    /// The calling thread's value, to change in place, if there is one.
    ///
    /// Costs the host's own lookup and a null check.
    ///
    /// ```
    /// # use suricata_thread::{ThreadStorage, ThreadVars};
    /// fn on_flow_init(flows: ThreadStorage<u64>, tv: &mut ThreadVars) {
    ///     if let Some(flows) = flows.get_mut(tv) {
    ///         *flows += 1;
    ///     }
    /// }
    /// # fn init() -> Result<(), &'static str> {
    /// #     let slot = ThreadStorage::<u64>::register("my-plugin")?;
    /// #     suricata_thread::flow::register_init_callback(move |tv, _flow, _packet| {
    /// #         on_flow_init(slot, tv);
    /// #         assert_eq!(slot.get(tv), None);
    /// #         slot.replace(tv, 7).unwrap();
    /// #         on_flow_init(slot, tv);
    /// #         assert_eq!(slot.get(tv), Some(&8));
    /// #         suricata_thread::SCLogNotice!("all as it should be");
    /// #     })
    /// # }
    /// # use suricata_thread_mock::{Host, RunMode, Traffic};
    /// # let host = Host::new();
    /// # // SAFETY: the host takes registrations now.
    /// # unsafe { suricata_thread::plugin::run_init("my-plugin", init) };
    /// # host.start(RunMode::Single);
    /// # host.traffic(Traffic { flows: 1, ..Traffic::default() });
    /// # host.shutdown();
    /// # assert_eq!(host.log().pop().unwrap().message, "all as it should be");
    /// ```
    pub fn get_mut<'t>(&self, tv: &'t mut ThreadVars<'_>) -> Option<&'t mut T> {
        // SAFETY: as in `get`; the mutable borrow of `tv` makes this the only reference.
        unsafe { self.slot(tv).as_mut() }
    }

    /// Whether the calling thread has a value.
    ///
    /// ```
    /// # use suricata_thread::{ThreadStorage, ThreadVars};
    /// fn is_counted(flows: ThreadStorage<u64>, tv: &ThreadVars) -> bool {
    ///     flows.contains(tv)
    /// }
    /// # fn init() -> Result<(), &'static str> {
    /// #     let slot = ThreadStorage::<u64>::register("my-plugin")?;
    /// #     suricata_thread::flow::register_init_callback(move |tv, _flow, _packet| {
    /// #         assert!(!is_counted(slot, tv));
    /// #         slot.replace(tv, 7).unwrap();
    /// #         assert!(is_counted(slot, tv));
    /// #         suricata_thread::SCLogNotice!("all as it should be");
    /// #     })
    /// # }
    /// # use suricata_thread_mock::{Host, RunMode, Traffic};
    /// # let host = Host::new();
    /// # // SAFETY: the host takes registrations now.
    /// # unsafe { suricata_thread::plugin::run_init("my-plugin", init) };
    /// # host.start(RunMode::Single);
    /// # host.traffic(Traffic { flows: 1, ..Traffic::default() });
    /// # host.shutdown();
    /// # assert_eq!(host.log().pop().unwrap().message, "all as it should be");
    /// ```
    pub fn contains(&self, tv: &ThreadVars<'_>) -> bool {
        self.get(tv).is_some()
    }

    /// The calling thread's value; where there is none, what `init` returns, now stored.
    ///
    /// # Errors
    ///
    /// The host refused to store the value, which is then dropped. To keep it, use
    /// [`replace`](Self::replace).
    ///
    /// # Panics
    ///
    /// Where `init` does; the slot stays empty.
    ///
    /// ```
    /// # use suricata_thread::{ThreadStorage, ThreadVars};
    /// fn on_flow_init(sizes: ThreadStorage<Vec<u32>>, tv: &mut ThreadVars) -> Result<(), &'static str> {
    ///     sizes.get_or_insert_with(tv, || Vec::with_capacity(1024))?.push(0);
    ///     Ok(())
    /// }
    /// # fn init() -> Result<(), &'static str> {
    /// #     let slot = ThreadStorage::<Vec<u32>>::register("my-plugin")?;
    /// #     suricata_thread::flow::register_init_callback(move |tv, _flow, _packet| {
    /// #         on_flow_init(slot, tv).unwrap();
    /// #         on_flow_init(slot, tv).unwrap();
    /// #         assert_eq!(slot.get(tv), Some(&vec![0, 0]));
    /// #         suricata_thread::SCLogNotice!("all as it should be");
    /// #     })
    /// # }
    /// # use suricata_thread_mock::{Host, RunMode, Traffic};
    /// # let host = Host::new();
    /// # // SAFETY: the host takes registrations now.
    /// # unsafe { suricata_thread::plugin::run_init("my-plugin", init) };
    /// # host.start(RunMode::Single);
    /// # host.traffic(Traffic { flows: 1, ..Traffic::default() });
    /// # host.shutdown();
    /// # assert_eq!(host.log().pop().unwrap().message, "all as it should be");
    /// ```
    pub fn get_or_insert_with<'t>(
        &self,
        tv: &'t mut ThreadVars<'_>,
        init: impl FnOnce() -> T,
    ) -> Result<&'t mut T, &'static str> {
        // Not by `get_or_try_insert_with`, which would move a large value about once more.
        let value = self.slot(tv);
        if value.is_null() {
            return self.insert_with(tv, init);
        }
        // SAFETY: not null, and otherwise as in `get_mut`.
        Ok(unsafe { &mut *value })
    }

    /// The calling thread's value; where there is none, `T::default()`, now stored.
    ///
    /// # Errors
    ///
    /// The host refused to store the value, which is then dropped.
    ///
    /// # Panics
    ///
    /// Where `T::default` does; the slot stays empty.
    ///
    /// ```
    /// # use suricata_thread::{ThreadStorage, ThreadVars};
    /// fn on_flow_init(flows: ThreadStorage<u64>, tv: &mut ThreadVars) -> Result<(), &'static str> {
    ///     *flows.get_or_insert_default(tv)? += 1;
    ///     Ok(())
    /// }
    /// # fn init() -> Result<(), &'static str> {
    /// #     let slot = ThreadStorage::<u64>::register("my-plugin")?;
    /// #     suricata_thread::flow::register_init_callback(move |tv, _flow, _packet| {
    /// #         on_flow_init(slot, tv).unwrap();
    /// #         on_flow_init(slot, tv).unwrap();
    /// #         assert_eq!(slot.get(tv), Some(&2));
    /// #         suricata_thread::SCLogNotice!("all as it should be");
    /// #     })
    /// # }
    /// # use suricata_thread_mock::{Host, RunMode, Traffic};
    /// # let host = Host::new();
    /// # // SAFETY: the host takes registrations now.
    /// # unsafe { suricata_thread::plugin::run_init("my-plugin", init) };
    /// # host.start(RunMode::Single);
    /// # host.traffic(Traffic { flows: 1, ..Traffic::default() });
    /// # host.shutdown();
    /// # assert_eq!(host.log().pop().unwrap().message, "all as it should be");
    /// ```
    pub fn get_or_insert_default<'t>(
        &self,
        tv: &'t mut ThreadVars<'_>,
    ) -> Result<&'t mut T, &'static str>
    where
        T: Default,
    {
        self.get_or_insert_with(tv, T::default)
    }

    /// The calling thread's value; where there is none, what `init` returns, if that is `Ok`, now
    /// stored.
    ///
    /// # Errors
    ///
    /// - [`InsertError::Closure`]: `init` returned this error; the slot stays empty;
    /// - [`InsertError::Refused`]: the host refused to store the value, which is then dropped.
    ///
    /// # Panics
    ///
    /// Where `init` does; the slot stays empty.
    ///
    /// ```
    /// # use suricata_thread::{ThreadStorage, ThreadVars};
    /// use std::{error::Error, fs::File};
    ///
    /// fn open(file: ThreadStorage<File>, tv: &mut ThreadVars) -> Result<(), Box<dyn Error>> {
    ///     file.get_or_try_insert_with(tv, || File::open("/var/lib/my-plugin/state"))?;
    ///     Ok(())
    /// }
    /// # fn init() -> Result<(), &'static str> {
    /// #     let slot = ThreadStorage::<File>::register("my-plugin")?;
    /// #     suricata_thread::flow::register_init_callback(move |tv, _flow, _packet| {
    /// #         assert!(open(slot, tv).is_err(), "there is no such file");
    /// #         assert!(!slot.contains(tv));
    /// #         suricata_thread::SCLogNotice!("all as it should be");
    /// #     })
    /// # }
    /// # use suricata_thread_mock::{Host, RunMode, Traffic};
    /// # let host = Host::new();
    /// # // SAFETY: the host takes registrations now.
    /// # unsafe { suricata_thread::plugin::run_init("my-plugin", init) };
    /// # host.start(RunMode::Single);
    /// # host.traffic(Traffic { flows: 1, ..Traffic::default() });
    /// # host.shutdown();
    /// # assert_eq!(host.log().pop().unwrap().message, "all as it should be");
    /// ```
    pub fn get_or_try_insert_with<'t, E>(
        &self,
        tv: &'t mut ThreadVars<'_>,
        init: impl FnOnce() -> Result<T, E>,
    ) -> Result<&'t mut T, InsertError<E>> {
        let value = self.slot(tv);
        if value.is_null() {
            return self.try_insert_with(tv, init);
        }
        // SAFETY: not null, and otherwise as in `get_mut`.
        Ok(unsafe { &mut *value })
    }

    /// Stores `value` and returns the one that was there, if any.
    ///
    /// # Errors
    ///
    /// The host refused to store `value`: it comes back in the [`SetError`], and what was stored
    /// stays.
    ///
    /// ```
    /// # use suricata_thread::{ThreadStorage, ThreadVars};
    /// fn restart(flows: ThreadStorage<u64>, tv: &mut ThreadVars) -> Result<u64, &'static str> {
    ///     Ok(flows.replace(tv, 0)?.unwrap_or(0))
    /// }
    /// # fn init() -> Result<(), &'static str> {
    /// #     let slot = ThreadStorage::<u64>::register("my-plugin")?;
    /// #     suricata_thread::flow::register_init_callback(move |tv, _flow, _packet| {
    /// #         assert_eq!(restart(slot, tv), Ok(0));
    /// #         *slot.get_mut(tv).unwrap() = 7;
    /// #         assert_eq!(restart(slot, tv), Ok(7));
    /// #         assert_eq!(slot.get(tv), Some(&0));
    /// #         suricata_thread::SCLogNotice!("all as it should be");
    /// #     })
    /// # }
    /// # use suricata_thread_mock::{Host, RunMode, Traffic};
    /// # let host = Host::new();
    /// # // SAFETY: the host takes registrations now.
    /// # unsafe { suricata_thread::plugin::run_init("my-plugin", init) };
    /// # host.start(RunMode::Single);
    /// # host.traffic(Traffic { flows: 1, ..Traffic::default() });
    /// # host.shutdown();
    /// # assert_eq!(host.log().pop().unwrap().message, "all as it should be");
    /// ```
    pub fn replace(&self, tv: &mut ThreadVars<'_>, value: T) -> Result<Option<T>, SetError<T>> {
        let old = self.slot(tv);
        self.set(tv, self.to_store(value)).map_err(SetError::new)?;
        // SAFETY: `set` has put another pointer in the place of `old`.
        Ok(unsafe { unbox(old) })
    }

    /// Empties the slot and returns the value that was there, if any.
    ///
    /// # Errors
    ///
    /// The host refused to empty the slot: the value stays.
    ///
    /// ```
    /// # use suricata_thread::{ThreadStorage, ThreadVars};
    /// fn finish(flows: ThreadStorage<u64>, tv: &mut ThreadVars) -> Result<u64, &'static str> {
    ///     Ok(flows.take(tv)?.unwrap_or(0))
    /// }
    /// # fn init() -> Result<(), &'static str> {
    /// #     let slot = ThreadStorage::<u64>::register("my-plugin")?;
    /// #     suricata_thread::flow::register_init_callback(move |tv, _flow, _packet| {
    /// #         assert_eq!(finish(slot, tv), Ok(0));
    /// #         slot.replace(tv, 7).unwrap();
    /// #         assert_eq!(finish(slot, tv), Ok(7));
    /// #         assert!(!slot.contains(tv));
    /// #         suricata_thread::SCLogNotice!("all as it should be");
    /// #     })
    /// # }
    /// # use suricata_thread_mock::{Host, RunMode, Traffic};
    /// # let host = Host::new();
    /// # // SAFETY: the host takes registrations now.
    /// # unsafe { suricata_thread::plugin::run_init("my-plugin", init) };
    /// # host.start(RunMode::Single);
    /// # host.traffic(Traffic { flows: 1, ..Traffic::default() });
    /// # host.shutdown();
    /// # assert_eq!(host.log().pop().unwrap().message, "all as it should be");
    /// ```
    pub fn take(&self, tv: &mut ThreadVars<'_>) -> Result<Option<T>, &'static str> {
        let old = self.slot(tv);
        if old.is_null() {
            return Ok(None);
        }
        // SAFETY: null is what an empty slot holds.
        if !unsafe { self.store(tv, std::ptr::null_mut()) } {
            return Err(REFUSED_SET);
        }
        // SAFETY: the slot no longer holds `old`.
        Ok(unsafe { unbox(old) })
    }

    fn slot(&self, tv: &mut ThreadVars<'_>) -> *mut T {
        // SAFETY: `tv` is live, with room for every slot, and used by this thread alone (H2, R2).
        unsafe { (self.get)(tv.as_ptr(), self.id) }.cast()
    }

    #[cold]
    #[inline(never)]
    fn insert_with<'t>(
        &self,
        tv: &'t mut ThreadVars<'_>,
        init: impl FnOnce() -> T,
    ) -> Result<&'t mut T, &'static str> {
        self.insert(tv, self.to_store(init()))
    }

    #[cold]
    #[inline(never)]
    fn try_insert_with<'t, E>(
        &self,
        tv: &'t mut ThreadVars<'_>,
        init: impl FnOnce() -> Result<T, E>,
    ) -> Result<&'t mut T, InsertError<E>> {
        let value = init().map_err(InsertError::Closure)?;
        let inserted = self.insert(tv, self.to_store(value));
        inserted.map_err(|_refused| InsertError::Refused)
    }

    /// Stores `value` in the slot, which is empty.
    fn insert<'t>(
        &self,
        tv: &'t mut ThreadVars<'_>,
        value: Box<Stored<T>>,
    ) -> Result<&'t mut T, &'static str> {
        let value = self.set(tv, value).map_err(|_refused| REFUSED_SET)?;
        // SAFETY: just stored, and otherwise as in `get_mut`.
        Ok(unsafe { &mut *value })
    }

    fn to_store(self, value: T) -> Box<Stored<T>> {
        let slot = slot::get(self.slot);
        Box::new(Stored { value, slot })
    }

    /// Has the host store `value` over whatever the slot holds; gives it back where refused.
    fn set(&self, tv: &mut ThreadVars<'_>, value: Box<Stored<T>>) -> Result<*mut T, T> {
        let value = Box::into_raw(value);
        // SAFETY: `value` is what `free::<T>` frees.
        if unsafe { self.store(tv, value) } {
            Ok(value.cast())
        } else {
            // SAFETY: a box until a moment ago, and the host has not taken it.
            Err(unsafe { Box::from_raw(value) }.value)
        }
    }

    /// Makes the slot hold `value`; returns `false` if the host refuses.
    ///
    /// # Safety
    ///
    /// `value` is null, or what `free::<T>` may free.
    unsafe fn store(&self, tv: &mut ThreadVars<'_>, value: *mut Stored<T>) -> bool {
        let set = slot::get(self.slot).set;
        // SAFETY: `tv` as in `slot`, and the caller's promise.
        unsafe { set(tv.as_mut_ptr(), self.id, value.cast()) == 0 }
    }
}

/// What is behind a stored pointer. The value comes first, so that the pointer is one to it.
#[repr(C)]
struct Stored<T> {
    value: T,
    slot: &'static Slot,
}

/// The part of [`ThreadStorage::register`] that does not depend on the value's type.
///
/// # Safety
///
/// `free` frees whatever is stored in the slot.
unsafe fn register_slot(
    name: &str,
    free: FreeFn,
    of_type: Name,
) -> Result<(GetFn, ThreadId, slot::Index), &'static str> {
    if name.is_empty() {
        return Err(EMPTY_NAME);
    }
    if name.len() > 255 {
        return Err(LONG_NAME);
    }
    if name.chars().any(char::is_control) {
        return Err(CONTROL_IN_NAME);
    }
    if HOSTS_SLOTS.contains(&name) {
        return Err(HOSTS_NAME);
    }
    let c_name = CString::new(name).map_err(|_| CONTROL_IN_NAME)?.into_raw();
    let register = || {
        let Registering { generation, .. } = &Registering::begin()?;
        let get = host::get_fn(*generation).ok_or(host::LACKING)?;
        let set = host::set_fn(*generation).ok_or(host::LACKING)?;
        // SAFETY: `c_name` is a C string, and stays one: it is taken back only where the host has
        // refused it (H5). `free` by the caller's promise; `Registering` sees to time and order (R4).
        let id = unsafe { host::register_slot(*generation, c_name, free) };
        let id = id.ok_or(host::LACKING)?;
        if id.id < 0 {
            return Err(REFUSED_SLOT);
        }
        let slot = slot::add(Slot {
            name: String::from(name).leak(),
            set,
            record: Record::new(plugin_name::get(), "drop of a stored value", of_type),
        });
        Ok((get, id, slot))
    };
    let registered = register();
    if registered.is_err() {
        // SAFETY: `into_raw` above made it, and the host keeps no name that it refused (H5).
        drop(unsafe { CString::from_raw(c_name) });
    }
    registered
}

/// The value that a slot held, moved out of its box.
///
/// # Safety
///
/// `ptr` is null, or was stored by `ThreadStorage::<T>::set` and is in no slot any more.
unsafe fn unbox<T>(ptr: *mut T) -> Option<T> {
    if ptr.is_null() {
        return None;
    }
    // SAFETY: the caller's promise; the value is the first field of what was boxed.
    Some(unsafe { Box::from_raw(ptr.cast::<Stored<T>>()) }.value)
}

/// What the host calls for each value left when a thread's storage is freed.
unsafe extern "C" fn free<T>(value: *mut c_void) {
    host_thread::mark();
    // SAFETY: a boxed `Stored<T>` (R1), once, never null; the host forgets the pointer, and the thread that
    // used the value has been joined (H4).
    let stored = unsafe { Box::from_raw(value.cast::<Stored<T>>()) };
    let record = &stored.slot.record;
    panic::contain(record, || drop(stored));
}
