//! A slot that holds one `T` for each of its owners, threads or flows.

use std::any::type_name;
use std::ffi::{CString, c_int, c_void};
use std::marker::PhantomData;
use std::mem;

use crate::host::{self, FreeFn};
use crate::owner::{GetFn, Lent, Owner, SetFn};
use crate::record::{Name, Record};
use crate::registration::{Registering, note_refused};
use crate::set_error::{self, InsertError, SetError};
use crate::slot::{self, Slot};
use crate::text::is_dangerous;
use crate::{host_thread, panic, plugin_name};

/// The handle of a slot.
pub(crate) struct Typed<O: Owner, T> {
    // The packet path calls it through this pointer, which costs what a call of the host by name does.
    get: GetFn<O>,
    id: O::Id,
    slot: slot::Index,
    // `fn(T) -> T` makes the handle invariant in `T`, and `Send` and `Sync` whatever `T` is: the
    // handle holds no `T`.
    _slot_of: PhantomData<fn(T) -> T>,
}

impl<O: Owner, T> Clone for Typed<O, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O: Owner, T> Copy for Typed<O, T> {}

impl<O: Owner, T> Typed<O, T> {
    pub(crate) fn name(&self) -> &'static str {
        slot::get(self.slot).name
    }

    pub(crate) fn id(&self) -> c_int {
        O::number(self.id)
    }

    pub(crate) fn index(&self) -> slot::Index {
        self.slot
    }
}

impl<O: Owner, T: Send + 'static> Typed<O, T> {
    #[inline]
    pub(crate) fn register(name: &str) -> Result<Self, &'static str> {
        // SAFETY: `free::<T>` frees what the methods below store, and they store nothing else (R1).
        let registered = unsafe { register_slot::<O>(name, free::<T>, type_name::<T>) };
        let (get, id, slot) =
            registered.inspect_err(|_| note_refused(|| format!("the slot {name:?}")))?;
        Ok(Self {
            get,
            id,
            slot,
            _slot_of: PhantomData,
        })
    }

    #[inline]
    pub(crate) fn get<'t>(&self, owner: &'t impl Lent<Raw = O>) -> Option<&'t T> {
        // SAFETY: `owner` is live, with room for every slot, and used by this thread alone (H2, H11, R2). The slot
        // is null or points to a boxed `T` (H3, R1), and the borrow of `owner` keeps it from being replaced
        // or freed.
        unsafe { (self.get)(owner.raw(), self.id).cast::<T>().as_ref() }
    }

    #[inline]
    pub(crate) fn get_mut<'t>(&self, owner: &'t mut impl Lent<Raw = O>) -> Option<&'t mut T> {
        // SAFETY: as in `get`; the mutable borrow of `owner` makes this the only reference.
        unsafe { self.slot(owner).as_mut() }
    }

    #[inline]
    pub(crate) fn contains(&self, owner: &impl Lent<Raw = O>) -> bool {
        self.get(owner).is_some()
    }

    #[inline]
    pub(crate) fn get_or_insert_with<'t>(
        &self,
        owner: &'t mut impl Lent<Raw = O>,
        init: impl FnOnce() -> T,
    ) -> Result<&'t mut T, &'static str> {
        // Not by `get_or_try_insert_with`, which would move a large value about once more.
        let value = self.slot(owner);
        if value.is_null() {
            return self.insert_with(owner, init);
        }
        // SAFETY: not null, and otherwise as in `get_mut`.
        Ok(unsafe { &mut *value })
    }

    #[inline]
    pub(crate) fn get_or_insert_default<'t>(
        &self,
        owner: &'t mut impl Lent<Raw = O>,
    ) -> Result<&'t mut T, &'static str>
    where
        T: Default,
    {
        self.get_or_insert_with(owner, T::default)
    }

    #[inline]
    pub(crate) fn get_or_try_insert_with<'t, E>(
        &self,
        owner: &'t mut impl Lent<Raw = O>,
        init: impl FnOnce() -> Result<T, E>,
    ) -> Result<&'t mut T, InsertError<E>> {
        let value = self.slot(owner);
        if value.is_null() {
            return self.try_insert_with(owner, init);
        }
        // SAFETY: not null, and otherwise as in `get_mut`.
        Ok(unsafe { &mut *value })
    }

    #[inline]
    pub(crate) fn replace(
        &self,
        owner: &mut impl Lent<Raw = O>,
        value: T,
    ) -> Result<Option<T>, SetError<T>> {
        let old = self.slot(owner);
        self.set(owner, self.to_store(value))
            .map_err(SetError::new)?;
        // SAFETY: `set` has put another pointer in the place of `old`.
        Ok(unsafe { unbox(old) })
    }

    #[inline]
    pub(crate) fn take(&self, owner: &mut impl Lent<Raw = O>) -> Result<Option<T>, &'static str> {
        let old = self.slot(owner);
        if old.is_null() {
            return Ok(None);
        }
        // SAFETY: null is what an empty slot holds.
        if !unsafe { self.store(owner, std::ptr::null_mut()) } {
            return Err(set_error::REFUSED);
        }
        // SAFETY: the slot no longer holds `old`.
        Ok(unsafe { unbox(old) })
    }

    fn slot(&self, owner: &mut impl Lent<Raw = O>) -> *mut T {
        // SAFETY: `owner` is live, with room for every slot, and used by this thread alone (H2, H11, R2).
        unsafe { (self.get)(owner.raw(), self.id) }.cast()
    }

    #[cold]
    #[inline(never)]
    fn insert_with<'t>(
        &self,
        owner: &'t mut impl Lent<Raw = O>,
        init: impl FnOnce() -> T,
    ) -> Result<&'t mut T, &'static str> {
        self.insert(owner, self.to_store(init()))
    }

    #[cold]
    #[inline(never)]
    fn try_insert_with<'t, E>(
        &self,
        owner: &'t mut impl Lent<Raw = O>,
        init: impl FnOnce() -> Result<T, E>,
    ) -> Result<&'t mut T, InsertError<E>> {
        let value = init().map_err(InsertError::Closure)?;
        let inserted = self.insert(owner, self.to_store(value));
        inserted.map_err(|_refused| InsertError::Refused)
    }

    /// Stores `value` in the slot, which is empty.
    fn insert<'t>(
        &self,
        owner: &'t mut impl Lent<Raw = O>,
        value: Box<Stored<T>>,
    ) -> Result<&'t mut T, &'static str> {
        let value = self
            .set(owner, value)
            .map_err(|_refused| set_error::REFUSED)?;
        // SAFETY: just stored, and otherwise as in `get_mut`.
        Ok(unsafe { &mut *value })
    }

    fn to_store(self, value: T) -> Box<Stored<T>> {
        let slot = slot::get(self.slot);
        Box::new(Stored { value, slot })
    }

    /// Stores `value` over what the slot holds; returns it if the host refuses.
    fn set(&self, owner: &mut impl Lent<Raw = O>, value: Box<Stored<T>>) -> Result<*mut T, T> {
        let value = Box::into_raw(value);
        // SAFETY: `value` is what `free::<T>` frees.
        if unsafe { self.store(owner, value) } {
            Ok(value.cast())
        } else {
            // SAFETY: a box until a moment ago, and the host has not taken it.
            Err(unsafe { Box::from_raw(value) }.value)
        }
    }

    /// Puts `value` into the slot; returns `false` if the host refuses.
    ///
    /// # Safety
    ///
    /// `value` is null, or what `free::<T>` may free.
    unsafe fn store(&self, owner: &mut impl Lent<Raw = O>, value: *mut Stored<T>) -> bool {
        let set = slot::get(self.slot).set;
        // SAFETY: `register_slot::<O>` made it of a `SetFn<O>`.
        let set = unsafe { mem::transmute::<unsafe extern "C" fn(), SetFn<O>>(set) };
        // SAFETY: `owner` as in `slot`, and the caller's promise.
        unsafe { set(owner.raw_mut(), self.id, value.cast()) == 0 }
    }
}

/// What a slot points to. The value comes first, so a pointer to this is also one to the value.
#[repr(C)]
struct Stored<T> {
    value: T,
    slot: &'static Slot,
}

/// The part of [`Typed::register`] that does not depend on the value's type.
///
/// # Safety
///
/// `free` frees whatever is stored in the slot.
unsafe fn register_slot<O: Owner>(
    name: &str,
    free: FreeFn,
    of_type: Name,
) -> Result<(GetFn<O>, O::Id, slot::Index), &'static str> {
    if name.is_empty() {
        return Err(O::ERRORS.empty_name);
    }
    if name.len() > 255 {
        return Err(O::ERRORS.long_name);
    }
    if name.chars().any(|c| c.is_control() || is_dangerous(c)) {
        return Err(O::ERRORS.control_in_name);
    }
    if O::HOSTS_SLOTS.contains(&name) {
        return Err(O::ERRORS.hosts_name);
    }
    let c_name = CString::new(name)
        .map_err(|_| O::ERRORS.control_in_name)?
        .into_raw();
    let register = || {
        let Registering { generation, .. } = &Registering::begin()?;
        let (get, set) = O::access(*generation).ok_or(host::LACKING)?;
        // SAFETY: `c_name` is a C string, and stays one: it is taken back only where the host has
        // refused it (H5). `free` by the caller's promise; `Registering` sees to time and order (R4).
        let id = unsafe { O::register(*generation, c_name, free) };
        let id = id.ok_or(host::LACKING)?;
        if O::number(id) < 0 {
            return Err(O::ERRORS.refused);
        }
        let slot = slot::add(Slot {
            name: String::from(name).leak(),
            // SAFETY: function pointers are alike; `store` makes it a `SetFn<O>` again before it is called.
            set: unsafe { mem::transmute::<SetFn<O>, unsafe extern "C" fn()>(set) },
            record: Record::new(plugin_name::get(), "drop of a stored value", of_type),
        });
        Ok((get, id, slot))
    };
    register().inspect_err(|_| {
        // SAFETY: `into_raw` above made it, and the host keeps no name that it refused (H5).
        drop(unsafe { CString::from_raw(c_name) });
    })
}

/// Moves the value that a slot held out of its box.
///
/// # Safety
///
/// `ptr` is null, or was stored by `Typed::<_, T>::set` and is in no slot any more.
unsafe fn unbox<T>(ptr: *mut T) -> Option<T> {
    if ptr.is_null() {
        return None;
    }
    // SAFETY: the caller's promise; the value is the first field of what was boxed.
    Some(unsafe { Box::from_raw(ptr.cast::<Stored<T>>()) }.value)
}

/// The slot's free function.
unsafe extern "C" fn free<T>(value: *mut c_void) {
    host_thread::mark();
    // SAFETY: a boxed `Stored<T>` (R1), once, never null; the host forgets the pointer, and nobody
    // else uses the value: its thread has been joined, or its flow is locked (H4, H11).
    let stored = unsafe { Box::from_raw(value.cast::<Stored<T>>()) };
    let record = &stored.slot.record;
    panic::contain(record, || drop(stored));
}
