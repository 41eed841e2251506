//! What happens with many threads and many slots.

use crate::Result;
use crate::contenders::{ALL, OURS};
use crate::host::{Allocations, Grown, Host};

/// Our figures with some number of threads and slots.
pub struct Point {
    pub threads: u32,
    pub slots: u32,
    pub grown: Grown,
    pub start_up: Allocations,
    pub shut_down: Allocations,
}

impl Point {
    /// How many values there are.
    pub fn values(&self) -> f64 {
        f64::from(self.threads) * f64::from(self.slots)
    }
}

pub struct Growth {
    pub points: Vec<Point>,
    /// Instructions of one access by [`THREADS`], in the order of [`ALL`].
    pub access_by_threads: Vec<Vec<f64>>,
}

pub const THREADS: [u32; 4] = [1, 10, 100, 1000];

/// Threads and slots: up to 1,000 threads with up to 100 slots, and up to 1,000 slots.
const POINTS: [(u32, u32); 13] = [
    (1, 1),
    (10, 1),
    (100, 1),
    (1000, 1),
    (1, 10),
    (10, 10),
    (100, 10),
    (1000, 10),
    (1, 100),
    (10, 100),
    (100, 100),
    (1000, 100),
    (1, 1000),
];

pub fn measure(host: &Host) -> Result<Growth> {
    let points = POINTS
        .iter()
        .map(|&(threads, slots)| {
            let [start_up, shut_down] = host.allocations(&OURS, threads, slots)?;
            let grown = host.grow(&OURS, threads, slots)?;
            Ok(Point {
                threads,
                slots,
                grown,
                start_up,
                shut_down,
            })
        })
        .collect::<Result<_>>()?;
    let access = |plugin| {
        let by_threads = THREADS
            .iter()
            .map(|&threads| Ok(host.grow(plugin, threads, 1)?.access));
        by_threads.collect()
    };
    let access_by_threads = ALL.iter().map(access).collect::<Result<_>>()?;
    Ok(Growth {
        points,
        access_by_threads,
    })
}
