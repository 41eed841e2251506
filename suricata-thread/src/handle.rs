//! The handles of slots as plugins have them, of which there is one type for threads and one for flows: each
//! method names what `typed.rs` does.

/// Declares a handle for the slots of `$lent`s, which the docs call a `$owner`.
macro_rules! handle {
    ($(#[$doc:meta])* $name:ident, $lent:ident, $raw:ty, $owner:literal) => {
        $(#[$doc])*
        pub struct $name<T>(Typed<$raw, T>);

        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T> Copy for $name<T> {}

        /// Handles are equal if they are of one registration.
        impl<T> PartialEq for $name<T> {
            fn eq(&self, other: &Self) -> bool {
                self.0.index() == other.0.index()
            }
        }

        impl<T> Eq for $name<T> {}

        impl<T> Hash for $name<T> {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.0.index().hash(state);
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let (of, name, id) = (type_name::<T>(), self.name(), self.id());
                write!(f, "{}<{of}>({name:?}, {id})", stringify!($name))
            }
        }

        impl<T> $name<T> {
            /// Returns the name that the slot was registered under.
            pub fn name(&self) -> &'static str {
                self.0.name()
            }

            /// Returns the id that the host gave the slot, for its C functions.
            pub fn id(&self) -> c_int {
                self.0.id()
            }
        }

        impl<T: Send + 'static> $name<T> {
            #[doc = concat!("Registers a slot under `name`, which no other ", $owner, " slot of the host may have: start")]
            /// it with the plugin's own.
            ///
            /// Call it while the plugin's `init` runs. The host keeps the name for the life of the process.
            ///
            /// # Errors
            ///
            /// - `name` is empty, longer than 255 bytes, contains a control character, or is one that Suricata
            ///   needs for itself;
            /// - the host refused the slot: the name is taken (the host logs an error of its own), its
            ///   storage registration has closed, or it is out of memory;
            /// - the plugin's `init` is not running, or the call comes from inside a callback: see
            ///   [the crate's notes](crate#registering).
            ///
            /// On an error nothing is registered and nothing leaks.
            pub fn register(name: &str) -> Result<Self, &'static str> {
                Typed::register(name).map(Self)
            }

            #[doc = concat!("Returns the ", $owner, "'s value, if there is one.")]
            ///
            /// Costs the host's own lookup and a null check.
            #[inline]
            pub fn get<'t>(&self, owner: &'t $lent<'_>) -> Option<&'t T> {
                self.0.get(owner)
            }

            #[doc = concat!("Returns the ", $owner, "'s value, to change in place, if there is one.")]
            ///
            /// Costs the host's own lookup and a null check.
            #[inline]
            pub fn get_mut<'t>(&self, owner: &'t mut $lent<'_>) -> Option<&'t mut T> {
                self.0.get_mut(owner)
            }

            #[doc = concat!("Returns `true` if the ", $owner, " has a value.")]
            #[inline]
            pub fn contains(&self, owner: &$lent<'_>) -> bool {
                self.0.contains(owner)
            }

            #[doc = concat!("Returns the ", $owner, "'s value, inserting `init()` first if the slot is empty.")]
            ///
            /// # Errors
            ///
            /// The host refused to store the value, which is then dropped. To keep it, use
            /// [`replace`](Self::replace).
            ///
            /// # Panics
            ///
            /// Where `init` does; the slot stays empty.
            #[inline]
            pub fn get_or_insert_with<'t>(
                &self,
                owner: &'t mut $lent<'_>,
                init: impl FnOnce() -> T,
            ) -> Result<&'t mut T, &'static str> {
                self.0.get_or_insert_with(owner, init)
            }

            #[doc = concat!("Returns the ", $owner, "'s value, inserting `T::default()` first if the slot is empty.")]
            ///
            /// # Errors
            ///
            /// The host refused to store the value, which is then dropped.
            ///
            /// # Panics
            ///
            /// Where `T::default` does; the slot stays empty.
            #[inline]
            pub fn get_or_insert_default<'t>(
                &self,
                owner: &'t mut $lent<'_>,
            ) -> Result<&'t mut T, &'static str>
            where
                T: Default,
            {
                self.0.get_or_insert_default(owner)
            }

            #[doc = concat!("Returns the ", $owner, "'s value, inserting the one that `init` returns first if the slot is")]
            /// empty.
            ///
            /// # Errors
            ///
            /// - [`InsertError::Closure`]: `init` returned this error; the slot stays empty;
            /// - [`InsertError::Refused`]: the host refused to store the value, which is then dropped.
            ///
            /// # Panics
            ///
            /// Where `init` does; the slot stays empty.
            #[inline]
            pub fn get_or_try_insert_with<'t, E>(
                &self,
                owner: &'t mut $lent<'_>,
                init: impl FnOnce() -> Result<T, E>,
            ) -> Result<&'t mut T, InsertError<E>> {
                self.0.get_or_try_insert_with(owner, init)
            }

            /// Stores `value` and returns the one that was there, if any.
            ///
            /// # Errors
            ///
            /// The host refused to store `value`: it comes back in the [`SetError`], and what was stored
            /// stays.
            #[inline]
            pub fn replace(&self, owner: &mut $lent<'_>, value: T) -> Result<Option<T>, SetError<T>> {
                self.0.replace(owner, value)
            }

            /// Empties the slot and returns the value that was there, if any.
            ///
            /// # Errors
            ///
            /// The host refused to empty the slot: the value stays.
            #[inline]
            pub fn take(&self, owner: &mut $lent<'_>) -> Result<Option<T>, &'static str> {
                self.0.take(owner)
            }
        }
    };
}
pub(crate) use handle;
