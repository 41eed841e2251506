//! The callbacks of a host.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use crate::noun::event::{FlowFinish, FlowInit, FlowUpdate, List, ThreadInit};

#[derive(Default)]
pub(crate) struct Lists {
    pub(crate) thread_init: List<ThreadInit>,
    pub(crate) flow_init: List<FlowInit>,
    pub(crate) flow_update: List<FlowUpdate>,
    pub(crate) flow_finish: List<FlowFinish>,
}

#[derive(Default)]
pub(crate) struct Callbacks {
    pub(crate) lists: Arc<Lists>,
    /// Registrations in progress, slots included.
    under_way: AtomicUsize,
}

/// Never freed, as in Suricata: plugins rely on it.
static KEPT: Mutex<Vec<Arc<Lists>>> = Mutex::new(Vec::new());

impl Callbacks {
    pub(crate) fn count(&self) -> usize {
        let lists = &self.lists;
        lists.thread_init.len()
            + lists.flow_init.len()
            + lists.flow_update.len()
            + lists.flow_finish.len()
    }

    pub(crate) fn keep_for_ever(&self) {
        if self.count() > 0 {
            KEPT.lock().push(Arc::clone(&self.lists));
        }
    }

    pub(crate) fn begin_registration(&self) -> bool {
        self.under_way.fetch_add(1, Ordering::SeqCst) == 0
    }

    pub(crate) fn end_registration(&self) {
        self.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}
