#![no_main]

use std::sync::Once;

use libfuzzer_sys::fuzz_target;
use model::{Fault, Op, Setup};

fuzz_target!(|sequence: (Setup, Vec<Op>)| {
    // libFuzzer's panic hook ends the process, at planned panics too. A panic that leaves this closure does so anyway.
    static WITHOUT_ITS_HOOK: Once = Once::new();
    WITHOUT_ITS_HOOK.call_once(|| drop(std::panic::take_hook()));
    let (setup, ops) = sequence;
    model::run(&setup, &ops, Fault::None);
});
