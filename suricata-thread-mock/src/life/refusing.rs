//! Failures on demand.

use crate::life::host::Host;

impl Host {
    /// Refuses the `n`-th registration of a thread or flow callback from now, as if memory had run
    /// out.
    ///
    /// 1 is the next one; 0 refuses none. A later call replaces `n`. `suricata-thread` registers
    /// two callbacks before those of a plugin: to refuse the first one of `init`, pass 3 before
    /// [`Host::load`], or 1 inside `init`.
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use suricata_thread_mock::Host;
    /// # use plugin::register_thread_callback as register;
    /// let host = Host::new();
    /// host.refuse_callback(2);
    /// assert_eq!([register(), register(), register()], [true, false, true]);
    /// ```
    pub fn refuse_callback(&self, n: u64) {
        self.state.faults.callback.set(n);
    }

    /// Refuses the `n`-th registration of a slot from now that would succeed, as if memory had run
    /// out.
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use suricata_thread_mock::Host;
    /// let host = Host::new();
    /// host.refuse_slot(2);
    /// assert!(plugin::register_slot(c"flows") >= 0);
    /// assert_eq!(plugin::register_slot(c"packets"), -1);
    /// assert!(plugin::register_slot(c"bytes") >= 0);
    /// ```
    pub fn refuse_slot(&self, n: u64) {
        self.state.faults.slot.set(n);
    }

    /// Refuses the `n`-th set of a slot from now that would succeed.
    ///
    /// ```
    /// # mod plugin { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/plugin.rs")); }
    /// # use suricata_thread_mock::{Host, ThreadKind};
    /// let host = Host::new();
    /// let slot = plugin::register_slot(c"flows");
    /// host.finalize();
    /// let worker = host.spawn("W#01", ThreadKind::Worker);
    /// host.refuse_set(1);
    /// assert!(!worker.run(|tv| plugin::set(tv, slot, 7)));
    /// assert!(worker.run(|tv| plugin::set(tv, slot, 7)));
    /// ```
    pub fn refuse_set(&self, n: u64) {
        self.state.faults.set.set(n);
    }
}
