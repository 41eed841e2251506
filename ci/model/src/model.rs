//! What must come of a sequence.

use std::collections::BTreeMap;

use crate::op::{Action, Boundary, Fate, Kind, Make, Op, Payload, SLOTS, Work};
use crate::value::{NO_NUMBER, NO_SIZE, Seen};

/// What an action gives back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A value, if there was one.
    Value(Option<Seen>),
    /// Yes or no.
    Is(bool),
    /// The host refused to store.
    Refused,
    /// The closure's own error.
    OwnError,
    /// A panic that the callback caught itself.
    Caught,
}

/// Concrete work for one thread: numbers of values are chosen.
pub(crate) type Job = Vec<(Action, bool, u64)>;

/// An operation with the threads chosen, by their place in the order of creation.
#[derive(Debug, Clone, Default)]
pub(crate) enum Step {
    #[default]
    Nothing,
    Spawn(Kind, Job),
    /// First, no set is to be refused any more.
    Together(Vec<(usize, Job)>),
    Callback(Boundary, usize, Job),
    Join(usize),
    Free(usize),
    RefuseSet(u64),
}

#[derive(Debug, Clone)]
struct Value {
    number: u64,
    mark: u32,
    fate: Fate,
}

impl Value {
    fn seen(&self) -> Seen {
        (self.number, self.mark)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Running,
    Joined,
    Freed,
}

#[derive(Debug, Clone)]
struct Thread {
    kind: Kind,
    stage: Stage,
    slots: [Option<Value>; SLOTS],
}

/// So many error lines does this leave in the host's log.
struct Panicked {
    lines: usize,
}

fn panicked(payload: Payload) -> Panicked {
    Panicked {
        lines: if payload == Payload::Bomb { 2 } else { 1 },
    }
}

/// A plain model of a host with a plugin.
#[derive(Debug, Clone, Default)]
pub struct Model {
    threads: Vec<Thread>,
    /// The set to refuse, counted from the next one, which is 1.
    refuse_set: u64,
    next_number: u64,
    /// How often each value was dropped.
    pub(crate) drops: BTreeMap<u64, u64>,
    /// Error lines in the host's log.
    pub(crate) errors: usize,
    /// Calls of the second callbacks, which do nothing else than to count.
    pub(crate) calls: usize,
    /// The last operation, for the real thing to do.
    pub(crate) step: Step,
    /// What it gives back, thread by thread.
    pub(crate) outcomes: Vec<Vec<Outcome>>,
}

impl Model {
    /// One operation.
    pub fn apply(&mut self, op: &Op) {
        self.outcomes.clear();
        self.step = match op {
            Op::Spawn(kind, work) => {
                let job = self.job(work);
                self.threads.push(Thread {
                    kind: *kind,
                    stage: Stage::Running,
                    slots: Default::default(),
                });
                self.callback(self.threads.len() - 1, &job);
                Step::Spawn(*kind, job)
            }
            Op::Callback(number, boundary, work) => {
                let job = self.job(work);
                match self.choose(*number, Stage::Running) {
                    Some(thread) => {
                        self.callback(thread, &job);
                        Step::Callback(*boundary, thread, job)
                    }
                    None => Step::Nothing,
                }
            }
            Op::Together(works) => {
                // Whose set would be refused is a matter of luck.
                self.refuse_set = 0;
                Step::Together(self.together(works))
            }
            Op::Join(number) => match self.choose(*number, Stage::Running) {
                Some(thread) => {
                    self.threads[thread].stage = Stage::Joined;
                    Step::Join(thread)
                }
                None => Step::Nothing,
            },
            Op::Free(number) => match self.choose(*number, Stage::Joined) {
                Some(thread) => {
                    self.free(thread);
                    Step::Free(thread)
                }
                None => Step::Nothing,
            },
            Op::RefuseSet(after) => {
                self.refuse_set = u64::from(*after);
                Step::RefuseSet(self.refuse_set)
            }
        };
    }

    /// The end of the host.
    pub fn shutdown(&mut self) {
        for thread in 0..self.threads.len() {
            self.free(thread);
        }
    }

    /// How many values the host never frees.
    pub(crate) fn left(&self) -> usize {
        self.threads
            .iter()
            .flat_map(|thread| &thread.slots)
            .flatten()
            .count()
    }

    fn together(&mut self, works: &[(u8, Work)]) -> Vec<(usize, Job)> {
        let mut jobs: Vec<(usize, Job)> = Vec::new();
        for (number, work) in works {
            let job = self.job(work);
            let chosen = self.choose(*number, Stage::Running);
            // One callback at a time runs on a thread.
            let idle = chosen.filter(|thread| jobs.iter().all(|(busy, _)| busy != thread));
            if let Some(thread) = idle {
                self.callback(thread, &job);
                jobs.push((thread, job));
            }
        }
        jobs
    }

    fn choose(&self, number: u8, stage: Stage) -> Option<usize> {
        let of_stage: Vec<usize> = (0..self.threads.len())
            .filter(|&thread| self.threads[thread].stage == stage)
            .collect();
        of_stage
            .get(usize::from(number) % of_stage.len().max(1))
            .copied()
    }

    fn job(&mut self, work: &Work) -> Job {
        let mut number = || {
            self.next_number += 1;
            self.next_number
        };
        work.0
            .iter()
            .map(|(action, caught)| (*action, *caught, number()))
            .collect()
    }

    fn callback(&mut self, thread: usize, job: &Job) {
        let mut outcomes = Vec::new();
        for (action, caught, number) in job {
            match self.action(thread, *action, *number) {
                Ok(outcome) => outcomes.push(outcome),
                Err(_) if *caught => outcomes.push(Outcome::Caught),
                Err(panicked) => {
                    self.errors += panicked.lines;
                    break;
                }
            }
        }
        self.calls += 1;
        self.outcomes.push(outcomes);
    }

    fn action(&mut self, thread: usize, action: Action, number: u64) -> Result<Outcome, Panicked> {
        let slot = match action {
            Action::Get(slot)
            | Action::GetMut(slot)
            | Action::Contains(slot)
            | Action::Insert(slot, _, _)
            | Action::Replace(slot, _)
            | Action::Take(slot) => usize::from(slot) % SLOTS,
            Action::Panic(payload) => return Err(panicked(payload)),
        };
        let new = |fate| {
            if slot == NO_SIZE {
                Value {
                    number: NO_NUMBER,
                    mark: 0,
                    fate: Fate::Quiet,
                }
            } else {
                Value {
                    number,
                    mark: 0,
                    fate,
                }
            }
        };
        let seen = self.threads[thread].slots[slot].as_ref().map(Value::seen);
        match action {
            Action::Get(_) => Ok(Outcome::Value(seen)),
            Action::Contains(_) => Ok(Outcome::Is(seen.is_some())),
            Action::GetMut(_) => {
                if let Some(value) = &mut self.threads[thread].slots[slot] {
                    value.mark += u32::from(slot != NO_SIZE);
                }
                Ok(Outcome::Value(
                    self.threads[thread].slots[slot].as_ref().map(Value::seen),
                ))
            }
            Action::Insert(..) if seen.is_some() => Ok(Outcome::Value(seen)),
            Action::Insert(_, Make::TryErr, _) => Ok(Outcome::OwnError),
            Action::Insert(
                _,
                Make::Panic(payload) | Make::DefaultPanics(payload) | Make::TryPanics(payload),
                _,
            ) => Err(panicked(payload)),
            Action::Insert(_, Make::With | Make::Default | Make::TryOk, fate) => {
                let value = new(fate);
                if self.refuses() {
                    self.drop(value)?;
                    return Ok(Outcome::Refused);
                }
                let seen = value.seen();
                self.threads[thread].slots[slot] = Some(value);
                Ok(Outcome::Value(Some(seen)))
            }
            Action::Replace(_, fate) => {
                let value = new(fate);
                if self.refuses() {
                    self.drop(value)?;
                    return Ok(Outcome::Refused);
                }
                if let Some(old) = self.threads[thread].slots[slot].replace(value) {
                    self.drop(old)?;
                }
                Ok(Outcome::Value(seen))
            }
            Action::Take(_) => {
                if seen.is_none() {
                    return Ok(Outcome::Value(None));
                }
                if self.refuses() {
                    return Ok(Outcome::Refused);
                }
                if let Some(old) = self.threads[thread].slots[slot].take() {
                    self.drop(old)?;
                }
                Ok(Outcome::Value(seen))
            }
            Action::Panic(_) => unreachable!("answered above"),
        }
    }

    /// Whether the host refuses this set.
    fn refuses(&mut self) -> bool {
        let refuses = self.refuse_set == 1;
        self.refuse_set = self.refuse_set.saturating_sub(1);
        refuses
    }

    fn drop(&mut self, value: Value) -> Result<(), Panicked> {
        *self.drops.entry(value.number).or_default() += 1;
        match value.fate {
            Fate::Panics(payload) => Err(panicked(payload)),
            Fate::Quiet | Fate::UsesLibrary => Ok(()),
        }
    }

    fn free(&mut self, thread: usize) {
        if matches!(self.threads[thread].kind, Kind::Command) {
            return;
        }
        self.threads[thread].stage = Stage::Freed;
        for slot in 0..SLOTS {
            let left = self.threads[thread].slots[slot].take();
            if let Some(Err(panicked)) = left.map(|value| self.drop(value)) {
                self.errors += panicked.lines;
            }
        }
    }
}
