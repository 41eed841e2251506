//! The code of the page on `suricata_ffi::thread` in Suricata's documentation, whose API this crate
//! implements, with only the `use` lines changed.

use suricata_thread::{ThreadStorage, ThreadVars, flow, plugin};
use suricata_thread_mock::{Host, RunMode, Traffic};

mod thread_init_callback {
    use suricata_thread::SCLogNotice;
    use suricata_thread::{self as thread, ThreadVars};

    fn on_thread_init(tv: &mut ThreadVars) {
        SCLogNotice!("thread initialized: {:p}", tv.as_ptr());
    }

    pub fn register_thread_callbacks() -> Result<(), &'static str> {
        thread::register_init_callback(on_thread_init)
    }
}

mod thread_storage {
    use suricata_thread::{self as thread, ThreadStorage, ThreadVars};

    #[derive(Default)]
    pub struct ThreadState {
        pub flows: u64,
    }

    pub fn register(storage: ThreadStorage<ThreadState>) -> Result<(), &'static str> {
        thread::register_init_callback(move |tv| on_thread_init(storage, tv))
    }

    fn on_thread_init(storage: ThreadStorage<ThreadState>, tv: &mut ThreadVars) {
        let _ = storage.get_or_insert_with(tv, ThreadState::default);
    }

    pub fn on_flow_init(storage: ThreadStorage<ThreadState>, tv: &mut ThreadVars) {
        if let Some(state) = storage.get_mut(tv) {
            state.flows += 1;
        }
    }
}

#[test]
fn the_pages_code_counts_flows() {
    let host = Host::new();
    let mut storage = None;
    let init = || {
        let registered = ThreadStorage::<thread_storage::ThreadState>::register("page")?;
        storage = Some(registered);
        thread_init_callback::register_thread_callbacks()?;
        thread_storage::register(registered)?;
        flow::register_init_callback(move |tv, _, _| thread_storage::on_flow_init(registered, tv))
    };
    // SAFETY: the mock walks none of its lists meanwhile: it is driven by this thread alone.
    unsafe { plugin::run_init("page", init) };
    let storage = storage.unwrap();

    let threads = host.start(RunMode::Autofp {
        receivers: 1,
        workers: 2,
    });
    let logged = host
        .log()
        .into_iter()
        .filter(|line| line.message.starts_with("thread initialized: 0x"));
    assert_eq!(logged.count(), host.threads().len());

    let traffic = host.traffic(Traffic {
        flows: 40,
        ..Traffic::default()
    });
    for (worker, seen) in threads.workers.iter().zip(traffic.workers) {
        let flows = worker.run(|tv| {
            // SAFETY: the mock passes the thread's own `ThreadVars`, on the thread itself.
            let tv = unsafe { ThreadVars::from_ptr(tv) };
            storage.get(&tv).unwrap().flows
        });
        assert_eq!(flows, seen.flows);
    }
}
