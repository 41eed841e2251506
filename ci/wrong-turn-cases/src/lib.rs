//! What a page says of error messages, held against what was really said.

/// The messages that `page` explains: what stands as code in its headings.
pub fn messages(page: &str) -> Vec<&str> {
    let headings = page.lines().filter(|line| line.starts_with("# "));
    headings
        .flat_map(|heading| heading.split('`').skip(1).step_by(2))
        .collect()
}

/// Whether a line of `said` has the words of `message` in it, anything standing for each `…`.
pub fn is_in(message: &str, said: &str) -> bool {
    said.lines().any(|line| {
        let mut rest = Some(line);
        for words in message.split('…').map(str::trim) {
            rest = rest.and_then(|rest| rest.split_once(words).map(|(_, rest)| rest));
        }
        rest.is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_messages_of_a_page_are_the_code_in_its_headings() {
        let page = "Words.\n\n# `one … two`, or `three`\n\nSays `no message`.\n\n# In words\n";
        assert_eq!(messages(page), ["one … two", "three"]);
    }

    #[test]
    fn a_message_is_found_in_one_line_and_in_order() {
        assert!(is_in("one … two", "zero\nErr: one 1 two 2\n"));
        assert!(is_in("one", "one"));
        assert!(!is_in("one … two", "two one"));
        assert!(!is_in("one … two", "one\ntwo"));
        assert!(!is_in("three", "one two"));
    }
}
