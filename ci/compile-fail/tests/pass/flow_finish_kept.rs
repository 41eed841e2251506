//! The nearest neighbour: a `ThreadVars` can't be kept beyond a flow finish callback.

use suricata_thread_mock as _;
use suricata_thread::ThreadVars;

fn lend(_: &mut ThreadVars<'_>) {}

fn main() {
    let _ = suricata_thread::flow::register_finish_callback(|tv, _| lend(tv));
}
