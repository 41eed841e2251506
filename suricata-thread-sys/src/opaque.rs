//! Types whose layout only the host knows. A plugin has pointers to them, and can neither make,
//! copy, move nor send one: what is behind the pointer is the host's, and its threads' own.

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
    /// What the host keeps for one of its threads, its storage slots among it. The layout changes
    /// with the version and the build options of the host.
    ThreadVars;
    /// A flow: the packets between two endpoints that belong together.
    Flow;
    /// A packet.
    Packet;
}
