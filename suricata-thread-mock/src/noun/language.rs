//! The languages of plugins, on which the advice in a report depends.

use std::collections::HashMap;
use std::sync::LazyLock;

use parking_lot::Mutex;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// C, or another language that calls functions as C does.
    #[cfg_attr(
        not(feature = "open"),
        allow(dead_code, reason = "only a file tells it")
    )]
    C,
    Rust,
}

/// Languages by plugin name.
static KNOWN: LazyLock<Mutex<HashMap<&'static str, Language>>> = LazyLock::new(Mutex::default);

/// Replaces the language of a namesake.
pub(crate) fn note(plugin: &'static str, language: Language) {
    KNOWN.lock().insert(plugin, language);
}

pub(crate) fn find(plugin: &str) -> Option<Language> {
    KNOWN.lock().get(plugin).copied()
}

/// Returns both texts if the language is unknown.
pub(crate) fn choose(language: Option<Language>, rust: &str, c: &str) -> String {
    match language {
        Some(Language::Rust) => capitalized(rust),
        Some(Language::C) => capitalized(c),
        None => format!("In Rust, {rust}. In C, {c}"),
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}
