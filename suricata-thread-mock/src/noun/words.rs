//! Descriptions of running plugin code, kept for the life of the process, since signal handlers and
//! other threads read them.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::panic::Location;
use std::sync::LazyLock;

use parking_lot::Mutex;

static TEXTS: LazyLock<Mutex<HashSet<&'static str>>> = LazyLock::new(Mutex::default);

/// Returns a copy that is never freed; names are few.
pub(crate) fn intern(text: &str) -> &'static str {
    let mut texts = TEXTS.lock();
    if let Some(known) = texts.get(text) {
        return known;
    }
    let new: &'static str = Box::leak(text.into());
    texts.insert(new);
    new
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum PluginCode {
    /// The entry point or `Init`, which may register things.
    Loading,
    /// A callback, an alloc or a free function.
    Callback,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Code {
    pub(crate) kind: PluginCode,
    /// Such as "flow init callback".
    pub(crate) name: &'static str,
    pub(crate) plugin: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) code: Code,
    pub(crate) thread: &'static str,
    pub(crate) host: &'static Location<'static>,
}

/// Made before a signal handler needs it.
pub(crate) struct Words {
    pub(crate) code: Code,
    pub(crate) line: String,
}

const REMEMBERED: usize = 16;

static WORDS: LazyLock<Mutex<HashMap<Place, &'static Words>>> = LazyLock::new(Mutex::default);

thread_local! {
    static LAST: RefCell<Vec<(Place, &'static Words)>> = const { RefCell::new(Vec::new()) };
}

impl Place {
    /// Compares texts by address, which is fast.
    #[inline]
    fn is(&self, other: &Self) -> bool {
        let same = |one: &'static str, other: &'static str| std::ptr::eq(one, other);
        let plugin = |place: &Self| place.code.plugin.map(std::ptr::from_ref);
        same(self.code.name, other.code.name)
            && plugin(self) == plugin(other)
            && self.code.kind == other.code.kind
            && same(self.thread, other.thread)
            && std::ptr::eq(self.host, other.host)
    }

    #[inline]
    pub(crate) fn words(self) -> &'static Words {
        let remembered = LAST.try_with(|last| {
            let last = last.borrow();
            let mut known = last.iter().filter(|(place, _)| place.is(&self));
            known.next().map(|(_, words)| *words)
        });
        if let Ok(Some(words)) = remembered {
            return words;
        }
        let words = *WORDS
            .lock()
            .entry(self)
            .or_insert_with(|| Box::leak(Box::new(self.in_words())));
        // Fails in destructors of thread-locals.
        let _ = LAST.try_with(|last| {
            let mut last = last.borrow_mut();
            if last.len() == REMEMBERED {
                last.clear();
            }
            last.push((self, words));
        });
        words
    }

    fn in_words(self) -> Words {
        let plugin = match self.code.plugin {
            Some(plugin) => format!(" of plugin `{plugin}`"),
            None => String::new(),
        };
        let line = format!(
            "{}{plugin} on thread `{}` (host built at {}:{})",
            self.code.name,
            self.thread,
            self.host.file(),
            self.host.line()
        );
        let code = self.code;
        Words { code, line }
    }
}
