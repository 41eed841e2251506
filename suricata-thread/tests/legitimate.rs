//! The mock reports nothing that a plugin may do.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use common::{Counted, assert_no_errors, host};
use suricata_thread::{self as thread, ThreadStorage, ThreadVars, flow};
use suricata_thread_mock::{RunMode, ThreadKind, Traffic};

/// A zero-sized type with another alignment than `()`.
#[repr(align(4096))]
#[derive(Default)]
struct Aligned;

#[derive(Clone, Copy)]
struct Slots {
    unit: ThreadStorage<()>,
    second_unit: ThreadStorage<()>,
    aligned: ThreadStorage<Aligned>,
    list: ThreadStorage<Vec<u64>>,
    counted: ThreadStorage<Counted>,
}

impl Slots {
    fn register() -> Result<Self, &'static str> {
        Ok(Self {
            unit: ThreadStorage::register("unit")?,
            second_unit: ThreadStorage::register("second unit")?,
            aligned: ThreadStorage::register("aligned")?,
            list: ThreadStorage::register("list")?,
            counted: ThreadStorage::register("counted")?,
        })
    }

    /// Inserts, replaces and takes values in every slot.
    fn use_all(&self, tv: &mut ThreadVars<'_>, drops: &Arc<AtomicUsize>, made: &AtomicUsize) {
        let counted = || {
            made.fetch_add(1, SeqCst);
            Counted(Arc::clone(drops))
        };
        self.unit.get_or_insert_default(tv).unwrap();
        assert!(self.unit.replace(tv, ()).unwrap().is_some());
        self.second_unit.get_or_insert_default(tv).unwrap();
        self.second_unit.take(tv).unwrap().unwrap();
        self.aligned.get_or_insert_default(tv).unwrap();
        assert!(self.aligned.replace(tv, Aligned).unwrap().is_some());
        let list = self.list.get_or_insert_default(tv).unwrap();
        list.push(1);
        if list.len() > 9 {
            let list = self.list.take(tv).unwrap().unwrap();
            self.list.replace(tv, list[5..].to_vec()).unwrap();
        }
        self.counted.get_or_insert_with(tv, counted).unwrap();
        drop(self.counted.replace(tv, counted()).unwrap());
        drop(self.counted.take(tv).unwrap());
        self.counted.get_or_insert_with(tv, counted).unwrap();
    }
}

#[test]
fn a_plugin_that_uses_the_whole_api_in_unix_socket_mode_causes_no_report() {
    const ROUNDS: usize = 3;
    const FLOWS: u64 = 200;
    let (drops, made) = (common::drops(), Arc::new(AtomicUsize::new(0)));
    let calls = Arc::new(AtomicUsize::new(0));
    let host = host(|| {
        let slots = Slots::register()?;
        let use_slots = {
            let (drops, made, calls) = (drops.clone(), made.clone(), calls.clone());
            move |tv: &mut ThreadVars<'_>| {
                calls.fetch_add(1, SeqCst);
                slots.use_all(tv, &drops, &made);
            }
        };
        let [on_init, on_update, on_finish] = [(); 3].map(|()| use_slots.clone());
        thread::register_init_callback(use_slots)?;
        flow::register_init_callback(move |tv, _, _| on_init(tv))?;
        flow::register_update_callback(move |tv, _, _| on_update(tv))?;
        flow::register_finish_callback(move |tv, _| on_finish(tv))
    });
    host.finalize();
    let manager = host.spawn("US", ThreadKind::Command);
    for _ in 0..ROUNDS {
        let threads = manager.run(|_| {
            host.start(RunMode::Autofp {
                receivers: 1,
                workers: 4,
            })
        });
        let traffic = host.traffic(Traffic {
            flows: FLOWS,
            packets_per_flow: 5,
            ..Traffic::default()
        });
        assert_eq!((traffic.flows, traffic.finished), (FLOWS, FLOWS / 5 * 2));
        manager.run(|_| threads.stop());
        assert_eq!(
            made.load(SeqCst),
            drops.load(SeqCst) + 1,
            "only the manager has a value left"
        );
    }
    host.shutdown();
    host.verify();
    assert_no_errors(&host);
    assert_eq!(host.reports(), []);
    let per_round = FLOWS as usize * (1 + 5) + FLOWS as usize / 5 * 2;
    assert_eq!(
        calls.load(SeqCst),
        host.threads().len() + ROUNDS * per_round
    );
    let left: Vec<_> = host
        .left_values()
        .into_iter()
        .map(|left| (left.thread, left.slot))
        .collect();
    let expected = ["unit", "aligned", "list", "counted"].map(|s| ("US".to_owned(), s.to_owned()));
    assert_eq!(left, expected, "a taken value is not left");
}
