//! The name of the current test.

use std::backtrace::Backtrace;

pub(crate) enum TestName {
    Known(String),
    /// The calls of a test on the main thread. `find` resolves them, which is slow.
    Within(Box<Backtrace>),
    Unknown,
}

impl TestName {
    pub(crate) fn current() -> Self {
        match std::thread::current().name() {
            // The harness names its threads after their tests.
            Some(name) if name != "main" => return Self::Known(name.to_owned()),
            Some(_) => {}
            None => return Self::Unknown,
        }
        if let Some(name) = std::env::var("NEXTEST_TEST_NAME").ok().or_else(only_one) {
            return Self::Known(name);
        }
        if cfg!(miri) || !is_single_threaded() {
            return Self::Unknown;
        }
        Self::Within(Box::new(Backtrace::force_capture()))
    }

    /// Returns the name if it needs no backtrace, which signal handlers cannot take.
    pub(crate) fn known(&self) -> Option<&str> {
        match self {
            Self::Known(name) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn find(&self) -> Option<String> {
        match self {
            Self::Known(name) => Some(name.clone()),
            Self::Within(calls) => test_in(&calls.to_string()),
            Self::Unknown => None,
        }
    }
}

/// Some runners start a process for each test with `--exact NAME`.
fn only_one() -> Option<String> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--exact") {
        return None;
    }
    let mut names = arguments.into_iter().filter(|a| !a.starts_with('-'));
    names.next().filter(|_| names.next().is_none())
}

/// The harness then runs tests on the main thread.
fn is_single_threaded() -> bool {
    let arguments: Vec<_> = std::env::args().collect();
    arguments
        .iter()
        .any(|argument| argument == "--test-threads=1")
        || arguments
            .windows(2)
            .any(|two| two == ["--test-threads", "1"])
        || std::env::var("RUST_TEST_THREADS").is_ok_and(|threads| threads == "1")
}

/// Returns the last function before those of the harness, without its crate.
fn test_in(calls: &str) -> Option<String> {
    let functions = calls.lines().filter_map(|line| {
        let (number, function) = line.trim_start().split_once(": ")?;
        number.parse::<u32>().ok().map(|_| function)
    });
    let mut last = None;
    for function in functions {
        if function.contains("__rust_begin_short_backtrace") {
            break;
        }
        if !function.contains("FnOnce") {
            last = Some(function);
        }
    }
    let (_crate, path) = last?.split_once("::")?;
    Some(path.trim_end_matches("::{{closure}}").to_owned())
}

#[cfg(test)]
mod tests {
    use super::test_in;

    #[test]
    fn a_test_is_found_below_the_functions_of_the_harness() {
        let calls = "   0: my::helper\n             at ./tests/my.rs:1:1\n   \
            1: my::part::hangs\n   2: my::part::hangs::{{closure}}\n   \
            3: core::ops::function::FnOnce::call_once\n   \
            4: test::__rust_begin_short_backtrace::<X>\n   5: main\n";
        assert_eq!(test_in(calls).as_deref(), Some("part::hangs"));
        assert_eq!(test_in("   0: main\n"), None);
    }
}
