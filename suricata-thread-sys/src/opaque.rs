//! Types whose layout only the host knows. A plugin only has pointers to them.

use core::marker::{PhantomData, PhantomPinned};

macro_rules! opaque {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[repr(C)]
        pub struct $name {
            _data: [u8; 0],
            _marker: PhantomData<(*mut u8, PhantomPinned)>,
        }
    )*};
}

opaque! {
    /// A thread of the host, with its storage.
    ThreadVars;
    /// A flow: the packets of one conversation between two endpoints.
    Flow;
    /// A packet of the host.
    Packet;
}
