//! What the figures should be, and whether they are.

use crate::contenders::{FFI, OURS, RAW, of};
use crate::growth::Point;
use crate::report::Results;
use crate::suricata::PerPacket;
use crate::table::thousands;

pub struct Goal {
    pub what: String,
    pub goal: String,
    pub result: String,
    pub reached: bool,
    /// Why not, where that is known.
    pub why_not: &'static str,
}

pub const DISPATCHES: [&str; 6] = [
    "thread init, empty",
    "thread init, one access",
    "flow init, empty",
    "flow init, one access",
    "flow update, empty",
    "flow update, one access",
];

/// Instructions that a dispatch may take more than that of `suricata-ffi`.
const DISPATCH: f64 = 8.0;
/// Instructions of a log macro below the host's level.
const LOG: f64 = 10.0;
/// Instructions a packet in a real host, more than the plugin in C takes.
const PACKET: f64 = 8.0;
/// The same as a part of what the host spends on a packet.
const PART: f64 = 0.001;
/// What a value costs may vary with the allocator's state, but not grow.
const LINEAR: f64 = 1.05;

const FILLED: &str = "the arguments must outlive the host's lookup, for the case that a value is to be inserted: two \
    registers saved, loaded and restored. `suricata-ffi` and code in Rust without any safe layer take one fewer, and \
    C one more. `get_mut`, which inserts nothing, does not pay for it";
const WEAK: &str = "one file is for 8.0 and 9.0, so the host's function is referred to weakly: the address of the word, the \
    word, a test and a branch are four instructions more than a call by name";
const SIZE: &str = "no panic reaches the host, and each is logged with the place that it came from: the panic hook, \
    the log of a panic, and the guard that refuses late registration are code that `suricata-ffi` does not have. It \
    is there once per plugin";

const WHOLE: &str = "the plugin in C, which calls the raw API and does nothing else, is as far from it: most are the \
    host's own instructions, for its list of callbacks and for the lookup";

/// All goals, with the results.
pub fn all(results: &Results) -> Vec<Goal> {
    let count = |contender, case: &str| of(&results.counts, contender)[case];
    let mut goals = Vec::new();

    for (contender, text) in [
        (&RAW, "the raw C call with its null check"),
        (&FFI, "`suricata-ffi`"),
    ] {
        let ours = count(&OURS, "access");
        let theirs = count(contender, "access");
        goals.push(Goal {
            what: "one access, `get_mut`".into(),
            goal: format!("no instruction more than {text}"),
            result: format!("{ours:.0}, and {theirs:.0}"),
            reached: ours <= theirs,
            why_not: "",
        });
    }
    for case in DISPATCHES {
        let more = count(&OURS, case) - count(&FFI, case);
        goals.push(Goal {
            what: format!("dispatch of {case}"),
            goal: format!("at most {DISPATCH} instructions more than `suricata-ffi`"),
            result: format!("{more:+.0}"),
            reached: more <= DISPATCH,
            why_not: "",
        });
    }
    let filled = count(&OURS, "get_or_insert_with, filled");
    let access = count(&OURS, "access");
    goals.push(Goal {
        what: "`get_or_insert_with`, filled".into(),
        goal: "what `get_mut` costs".into(),
        result: format!("{filled:.0}, and {access:.0}"),
        reached: filled <= access,
        why_not: FILLED,
    });
    let log = count(&OURS, "log below the host's level");
    goals.push(Goal {
        what: "a log macro below the host's level".into(),
        goal: format!("at most {LOG} instructions"),
        result: format!("{log:.0}"),
        reached: log <= LOG,
        why_not: WEAK,
    });
    goals.extend(growth(&results.growth.points));
    goals.extend(suricata(results));
    goals.extend(author(results));
    goals
}

fn growth(points: &[Point]) -> Vec<Goal> {
    let range = |figure: &dyn Fn(&Point) -> f64| {
        let figures = points.iter().map(figure);
        figures.fold((f64::MAX, f64::MIN), |(low, high), f| {
            (low.min(f), high.max(f))
        })
    };
    let (low, high) = range(&|point| point.grown.access);
    let flat = Goal {
        what: "one access, with 1 to 1,000 threads or slots".into(),
        goal: "flat".into(),
        result: format!("{low:.0} to {high:.0} instructions"),
        reached: low == high,
        why_not: "",
    };
    let per_value = |point: &Point| point.grown.start_up as f64 / point.values();
    let one = points.iter().find(|point| point.values() == 1.0);
    let one = one.map_or(f64::NAN, per_value);
    let (low, high) = range(&per_value);
    let linear = Goal {
        what: "start-up, with 1 to 1,000 threads and 1 to 100 slots".into(),
        goal: "linear".into(),
        result: format!(
            "a value takes {one:.0} instructions alone, {low:.0} to {high:.0} among others"
        ),
        reached: high <= one * LINEAR,
        why_not: "",
    };
    let as_values = |point: &Point| {
        let values = point.values();
        point.start_up.allocated as f64 == values
            && point.start_up.freed == 0
            && point.shut_down.allocated == 0
            && point.shut_down.freed as f64 == values
    };
    let allocations = Goal {
        what: "allocations per value".into(),
        goal: "one at start-up, freed at shut-down, and none else".into(),
        result: if points.iter().all(as_values) {
            "so in all cases"
        } else {
            "not so"
        }
        .into(),
        reached: points.iter().all(as_values),
        why_not: "",
    };
    vec![flat, linear, allocations]
}

const MORE: &str = "at each flow's first packet a callback of the crate's own notes that the thread is the host's, \
    for only those may use the host's log; the flow update alone takes one instruction more than in C";

fn suricata(results: &Results) -> Vec<Goal> {
    let measured = &results.suricata;
    let more = measured.ours.callbacks - measured.c.callbacks;
    let part = |instructions: f64| instructions / measured.none.whole;
    let whole = |plugin: &PerPacket| plugin.callbacks - measured.none.callbacks;
    let (ours, c) = (whole(&measured.ours), whole(&measured.c));
    let what = format!(
        "flow update with one access in Suricata {}",
        measured.version
    );
    let percent = PART * 100.0;
    vec![
        Goal {
            what: what.clone(),
            goal: format!("at most {PACKET} instructions a packet more than the plugin in C"),
            result: format!("{more:+.0}"),
            reached: more <= PACKET,
            why_not: "",
        },
        Goal {
            what: format!("{what}, more than in C"),
            goal: format!("at most {percent} % of what Suricata spends on a packet"),
            result: format!("{:.2} %", part(more) * 100.0),
            reached: part(more) <= PART,
            why_not: MORE,
        },
        Goal {
            what: format!("{what}, more than without a plugin"),
            goal: format!("at most {percent} % of what Suricata spends on a packet"),
            result: format!(
                "{:.2} %, and {:.2} % in C: {ours:.0} and {c:.0} of {} instructions",
                part(ours) * 100.0,
                part(c) * 100.0,
                thousands(measured.none.whole)
            ),
            reached: part(ours) <= PART,
            why_not: WHOLE,
        },
    ]
}

fn author(results: &Results) -> Vec<Goal> {
    let (ours, ffi) = (&results.author.ours, &results.author.ffi);
    let own = |name: &String| name.starts_with("suricata-thread");
    vec![
        Goal {
            what: "the stripped release plugin".into(),
            goal: "no bigger than with `suricata-ffi`".into(),
            result: format!(
                "{} and {} bytes ({:+.1} %)",
                thousands(ours.size as f64),
                thousands(ffi.size as f64),
                (ours.size as f64 / ffi.size as f64 - 1.0) * 100.0
            ),
            reached: ours.size <= ffi.size,
            why_not: SIZE,
        },
        Goal {
            what: "crates that come with it".into(),
            goal: "no run-time dependency but libc".into(),
            result: ours.crates.join(", "),
            reached: ours.crates.iter().all(own),
            why_not: "",
        },
    ]
}
