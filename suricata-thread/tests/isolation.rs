//! Many hosts in one process at the same time, as in tests that run in parallel.

mod common;

use std::sync::Mutex;

use common::{assert_no_errors, run_init};
use suricata_thread::{self as thread, ThreadStorage, ThreadVars};
use suricata_thread_mock::{Generation, Host, ReportKind, RunMode, Traffic};

/// A plugin's handle. The type of its values depends on the life.
#[derive(Clone, Copy)]
enum Handle {
    Number(ThreadStorage<u64>),
    Text(ThreadStorage<String>),
}

/// The number and handle of the life that registered last.
static HANDLE: Mutex<Option<(u64, Handle)>> = Mutex::new(None);

impl Handle {
    fn register(life: u64) -> Result<Self, &'static str> {
        Ok(if life % 2 == 0 {
            Self::Number(ThreadStorage::register("the same name")?)
        } else {
            Self::Text(ThreadStorage::register("the same name")?)
        })
    }

    fn insert(self, tv: &mut ThreadVars<'_>, life: u64) {
        match self {
            Self::Number(slot) => *slot.get_or_insert_with(tv, || 0).unwrap() = life,
            Self::Text(slot) => *slot.get_or_insert_default(tv).unwrap() = life.to_string(),
        }
    }

    /// Returns the number of the life that stored the value.
    fn find(self, tv: &ThreadVars<'_>) -> Option<u64> {
        match self {
            Self::Number(slot) => slot.get(tv).copied(),
            Self::Text(slot) => slot.get(tv).map(|text| text.parse().unwrap()),
        }
    }
}

/// Runs the host with the number `life`, and a plugin, from start to shutdown.
fn one_life(life: u64) {
    // Hosts of all generations run at the same time.
    let generation = Generation::ALL[(life / 2) as usize % Generation::ALL.len()];
    let host = Host::builder().generation(generation).record_only().build();
    run_init(|| {
        assert_eq!(thread::generation(), Some(generation));
        let handle = Handle::register(life)?;
        *HANDLE.lock().unwrap() = Some((life, handle));
        thread::register_init_callback(move |tv| handle.insert(tv, life))?;
        thread::flow::register_init_callback(move |tv, _, _| {
            assert_eq!(handle.find(tv), Some(life));
        })
    });
    let threads = host.start(RunMode::Autofp {
        receivers: 1,
        workers: 2,
    });
    host.traffic(Traffic {
        flows: 10,
        packets_per_flow: 2,
        ..Traffic::default()
    });
    let (latest, handle) = HANDLE.lock().unwrap().unwrap();
    let found = threads.workers[0].run(|tv| {
        // SAFETY: the mock passes the worker's own `ThreadVars`, on the worker.
        handle.find(&unsafe { ThreadVars::from_ptr(tv) })
    });
    assert_eq!(found, (latest == life).then_some(life));
    host.shutdown();
    assert_no_errors(&host);
    let reports = host.reports();
    if latest == life {
        assert_eq!(reports, []);
    } else {
        assert_eq!(reports.len(), 1, "{reports:#?}");
        let kind = reports[0].kind;
        assert!(
            matches!(kind, ReportKind::UnknownSlot | ReportKind::OtherGeneration),
            "{kind:?}"
        );
        assert_eq!(reports[0].times, 1);
    }
}

#[test]
fn two_hundred_hosts_in_parallel_never_see_values_of_each_other() {
    std::thread::scope(|scope| {
        for life in 0..200 {
            scope.spawn(move || one_life(life));
        }
    });
}
