//! The public handles of slots, one type for threads and one for flows. `typed.rs` has the code.

/// Declares the handle `$name` for slots of `$lent`, which the docs call a `$owner`.
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

        /// Handles are equal if they come from the same registration.
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
                let (value, name, id) = (type_name::<T>(), self.name(), self.id());
                write!(f, "{}<{value}>({name:?}, {id})", stringify!($name))
            }
        }

        impl<T> $name<T> {
            /// Returns the name of the slot.
            pub fn name(&self) -> &'static str {
                self.0.name()
            }

            /// Returns the id of the slot in the host's C API.
            ///
            /// C code must not use the slot: what it holds is private to this crate.
            pub fn id(&self) -> c_int {
                self.0.id()
            }
        }

        impl<T: Send + 'static> $name<T> {
            #[doc = concat!("Registers a slot for one value of each ", $owner, ", under a unique name.")]
            ///
            /// Begin `name` with the plugin's name. The slot lives as long as the process.
            ///
            /// # Errors
            ///
            /// Registers nothing and returns an error if:
            ///
            /// - `name` is empty, longer than 255 bytes, or reserved for one of Suricata's own slots;
            /// - `name` contains a control character, a line separator or a bidirectional override;
            /// - the host refuses the slot, because the name is taken, storage registration has closed, or memory is
            ///   short;
            /// - no host is running the plugin's `init`, or the call comes from [inside a callback](crate#registering).
            pub fn register(name: &str) -> Result<Self, &'static str> {
                Typed::register(name).map(Self)
            }

            #[doc = concat!("Returns a reference to the ", $owner, "'s value, if there is one.")]
            #[inline]
            pub fn get<'t>(&self, owner: &'t $lent<'_>) -> Option<&'t T> {
                self.0.get(owner)
            }

            #[doc = concat!("Returns a mutable reference to the ", $owner, "'s value, if there is one.")]
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
            /// Returns an error if the host refuses to store the value, which is then dropped. To keep it, use
            /// [`replace`](Self::replace).
            ///
            /// # Panics
            ///
            /// Panics if `init` panics; the slot stays empty.
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
            /// Returns an error if the host refuses to store the value, which is then dropped.
            ///
            /// # Panics
            ///
            /// Panics if `T::default` panics; the slot stays empty.
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

            #[doc = concat!("Returns the ", $owner, "'s value, inserting `init()?` first if the slot is empty.")]
            ///
            /// # Errors
            ///
            /// - [`InsertError::Closure`]: `init` returned this error; the slot stays empty.
            /// - [`InsertError::Refused`]: the host refuses to store the value, which is then dropped.
            ///
            /// # Panics
            ///
            /// Panics if `init` panics; the slot stays empty.
            #[inline]
            pub fn get_or_try_insert_with<'t, E>(
                &self,
                owner: &'t mut $lent<'_>,
                init: impl FnOnce() -> Result<T, E>,
            ) -> Result<&'t mut T, InsertError<E>> {
                self.0.get_or_try_insert_with(owner, init)
            }

            /// Stores `value` and returns the previous one, if any.
            ///
            /// # Errors
            ///
            /// Returns a [`SetError`] that holds `value` if the host refuses to store it. The previous value stays.
            #[inline]
            pub fn replace(&self, owner: &mut $lent<'_>, value: T) -> Result<Option<T>, SetError<T>> {
                self.0.replace(owner, value)
            }

            #[doc = concat!("Takes the ", $owner, "'s value, if any, leaving the slot empty.")]
            ///
            /// # Errors
            ///
            /// Returns an error if the host refuses to empty the slot. The value stays.
            #[inline]
            pub fn take(&self, owner: &mut $lent<'_>) -> Result<Option<T>, &'static str> {
                self.0.take(owner)
            }
        }
    };
}
pub(crate) use handle;
