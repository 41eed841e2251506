//! Random sequences, and proof that they find faults.

use model::{Fault, Model, Op, Real, Setup, run};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

struct Reference;

impl ReferenceStateMachine for Reference {
    type State = (Setup, Model);
    type Transition = Op;

    fn init_state() -> BoxedStrategy<Self::State> {
        any::<Setup>()
            .prop_map(|setup| {
                let model = Model::new(&setup);
                (setup, model)
            })
            .boxed()
    }

    fn transitions(_: &Self::State) -> BoxedStrategy<Op> {
        any::<Op>().boxed()
    }

    fn apply((setup, mut model): Self::State, op: &Op) -> Self::State {
        model.apply(op);
        (setup, model)
    }
}

struct Test;

impl StateMachineTest for Test {
    type SystemUnderTest = Real;
    type Reference = Reference;

    fn init_test((setup, model): &(Setup, Model)) -> Real {
        let real = Real::new(setup, Fault::None);
        real.compare(model);
        real
    }

    fn apply(mut real: Real, (_, model): &(Setup, Model), _: Op) -> Real {
        real.step(model);
        real
    }

    fn teardown(real: Real, (_, mut model): (Setup, Model)) {
        model.shutdown();
        real.shutdown(&model);
    }
}

prop_state_machine! {
    // PROPTEST_CASES sets how many sequences are run. A sequence that failed is kept beside this file, shrunk, and is
    // run again before any other.
    #[test]
    fn every_sequence_does_what_the_model_says(sequential 1..60 => Test);
}

/// The shortest sequence that shows the fault.
fn shrunk(fault: Fault) -> (Setup, Vec<Op>) {
    let config = Config {
        failure_persistence: None,
        cases: 2_000,
        ..Config::default()
    };
    // The same sequences each time: how far one can be shrunk is a matter of luck.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let sequences = (any::<Setup>(), prop::collection::vec(any::<Op>(), 1..60));
    let found = TestRunner::new_with_rng(config, rng).run(&sequences, |(setup, ops)| {
        run(&setup, &ops, fault);
        Ok(())
    });
    match found {
        Err(TestError::Fail(_, sequence)) => sequence,
        other => panic!("{fault:?} is not found: {other:?}"),
    }
}

/// The fault is found, shrunk to `most` operations, and shows again when what is left is run again.
fn assert_found(fault: Fault, most: usize) {
    let (setup, ops) = shrunk(fault);
    assert!(ops.len() <= most, "shrunk to {ops:#?}");
    let again = std::panic::catch_unwind(|| run(&setup, &ops, fault));
    assert!(again.is_err(), "does not replay: {setup:?} {ops:#?}");
    run(&setup, &ops, Fault::None);
}

#[test]
fn a_lost_value_is_found_shrunk_and_replayed() {
    assert_found(Fault::TakenValueIsNotDropped, 15);
}

#[test]
fn a_wrong_result_is_found_shrunk_and_replayed() {
    assert_found(Fault::CaughtPanicIsReportedAsDone, 15);
}
