//! A map with numbers as keys.

use rustc_hash::FxHashMap;

/// Keeps neighbouring numbers together in memory, since packets of neighbouring flows come
/// together.
pub(crate) struct Numbered<T> {
    in_order: Vec<Option<T>>,
    others: FxHashMap<u64, T>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self {
            in_order: Vec::new(),
            others: FxHashMap::default(),
        }
    }
}

impl<T> Numbered<T> {
    pub(crate) fn get(&self, number: u64) -> Option<&T> {
        let in_order = self.in_order.get(index(number));
        let found = in_order.and_then(Option::as_ref);
        found.or_else(|| self.others.get(&number))
    }

    pub(crate) fn insert(&mut self, number: u64, new: T) {
        if index(number) == self.in_order.len() {
            self.in_order.push(Some(new));
        } else {
            self.others.insert(number, new);
        }
    }

    pub(crate) fn remove(&mut self, number: u64) -> Option<T> {
        let in_order = self.in_order.get_mut(index(number));
        let found = in_order.and_then(Option::take);
        found.or_else(|| self.others.remove(&number))
    }

    pub(crate) fn into_values(self) -> Vec<T> {
        let in_order = self.in_order.into_iter().flatten();
        in_order.chain(self.others.into_values()).collect()
    }
}

/// Returns an index that no vector has if `number` is too large.
fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
