//! Types whose layout only the host knows: a plugin has pointers to them.

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
    /// A thread of the host, with its storage. The layout depends on the host's version and build options.
    ThreadVars;
    /// A flow: the packets between two endpoints that belong together.
    Flow;
    /// A packet.
    Packet;
}
