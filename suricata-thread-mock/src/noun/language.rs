//! In which language a plugin is written, on which depends what a report advises.

use std::collections::HashMap;
use std::sync::LazyLock;

use parking_lot::Mutex;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// Or C++, or another one that calls the functions as C does.
    #[cfg_attr(
        not(feature = "open"),
        allow(dead_code, reason = "only of a file is it known")
    )]
    C,
    Rust,
}

/// By the names of plugins. For the process, as the plugins.
static KNOWN: LazyLock<Mutex<HashMap<&'static str, Language>>> = LazyLock::new(Mutex::default);

/// Notes the language of a plugin; that of the last one with this name counts.
pub(crate) fn note(plugin: &'static str, language: Language) {
    KNOWN.lock().insert(plugin, language);
}

/// The language of a plugin, where that is known.
pub(crate) fn of(plugin: &str) -> Option<Language> {
    KNOWN.lock().get(plugin).copied()
}

/// Of what to do about something, what is for this language, or both by name.
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
