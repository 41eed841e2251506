//! Registering while no plugin's init runs.

use std::sync::mpsc::{Sender, channel};

use suricata_thread::{self as thread, ThreadStorage, flow, plugin};
use suricata_thread_mock::{Host, ThreadKind};

#[test]
fn registering_outside_of_init_is_an_error_and_drops_the_callback() {
    let host = Host::new();
    let outside = "registering is possible only while the plugin's init runs";
    let kept = std::sync::Arc::new(());
    let errors = || {
        let kept = [(); 4].map(|()| std::sync::Arc::clone(&kept));
        let [a, b, c, d] = kept;
        [
            ThreadStorage::<u8>::register("outside").map(drop),
            thread::register_init_callback(move |_| drop(std::sync::Arc::clone(&a))),
            flow::register_init_callback(move |_, _, _| drop(std::sync::Arc::clone(&b))),
            flow::register_update_callback(move |_, _, _| drop(std::sync::Arc::clone(&c))),
            flow::register_finish_callback(move |_, _| drop(std::sync::Arc::clone(&d))),
        ]
    };
    for result in errors() {
        assert!(result.unwrap_err().starts_with(outside), "{result:?}");
    }

    struct RegistersInDrop(Sender<&'static str>);
    impl Drop for RegistersInDrop {
        fn drop(&mut self) {
            let error = ThreadStorage::<u8>::register("drop").unwrap_err();
            self.0.send(error).unwrap();
        }
    }
    let (sender, receiver) = channel();
    // SAFETY: only this thread drives the mock, so the mock walks none of its lists meanwhile.
    unsafe {
        plugin::run_init("tested", || {
            let slot = ThreadStorage::register("inside")?;
            thread::register_init_callback(move |tv| {
                let error = ThreadStorage::<u8>::register("callback").unwrap_err();
                sender.send(error).unwrap();
                let value = || RegistersInDrop(sender.clone());
                assert!(slot.get_or_insert_with(tv, value).is_ok());
            })
        })
    };
    host.finalize();
    host.spawn("W#01", ThreadKind::Worker);
    host.shutdown();
    assert!(host.log().is_empty(), "{:?}", host.log());
    let refused: Vec<_> = receiver.try_iter().collect();
    assert_eq!(refused.len(), 2, "{refused:?}");
    for error in refused {
        assert!(error.starts_with(outside), "{error}");
    }

    for result in errors() {
        assert!(result.unwrap_err().starts_with(outside), "{result:?}");
    }
    assert_eq!(std::sync::Arc::strong_count(&kept), 1);
}

#[test]
fn the_init_of_another_host_does_not_allow_registering_on_this_host() {
    let host = Host::new();
    let (begin, begun) = channel();
    let (end, ends) = channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let _other = Host::new();
            let init = || {
                begin.send(()).unwrap();
                ends.recv().unwrap();
                ThreadStorage::<u8>::register("there").map(drop)
            };
            plugin::load_in_mock("tested", init).unwrap();
        });
        begun.recv().unwrap();
        let refused = ThreadStorage::<u8>::register("here").unwrap_err();
        end.send(()).unwrap();
        assert!(
            refused.contains("only while the plugin's init runs"),
            "{refused}"
        );
    });
    host.shutdown();
}
