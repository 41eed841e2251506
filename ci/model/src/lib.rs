//! Random sequences of operations on `suricata-thread`, run on the mock and on a plain model of what must come of them.
//!
//! - [`Op`] is what `proptest` generates;
//! - [`Model`] says what a sequence must lead to, with nothing but vectors and maps;
//! - [`Real`] does it, through nothing but the public API, in callbacks that the mock runs;
//! - [`run`] compares the two after each operation: results, which values were dropped, error lines in the host's
//!   log, callbacks run.

mod model;
mod op;
mod real;
mod value;

pub use model::Model;
pub use op::{Action, Boundary, Fate, Kind, Make, Op, Payload, Work};
pub use real::Real;

/// Runs a sequence on the model and on the real thing.
///
/// # Panics
///
/// Where the two differ, and where the mock reports a misuse of the host's C API.
pub fn run(ops: &[Op]) {
    let mut model = Model::default();
    let mut real = Real::new();
    real.compare(&model);
    for op in ops {
        model.apply(op);
        real.step(&model);
    }
    model.shutdown();
    real.shutdown(&model);
}
