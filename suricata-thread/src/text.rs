//! Texts for the host: bounded, on one line, and without what could forge another.

use std::ffi::c_char;
use std::fmt::{self, Write as _};

/// The longest text, in bytes as JSON: some Suricatas read past a buffer where a line of a log in JSON has more than
/// 12,800 bytes, with what the host adds.
pub(crate) const LONGEST: usize = 12_000;

/// One line for the host, with a NUL at the end and none before, cut if it is too long. Characters that could turn or forge
/// a line are escaped, because a text may come from the network.
pub(crate) struct CText {
    bytes: Vec<u8>,
    /// In bytes as JSON.
    room: usize,
    missing: usize,
}

impl CText {
    pub(crate) fn new(longest: usize, text: fmt::Arguments<'_>) -> Self {
        let mut new = Self {
            bytes: Vec::new(),
            room: longest.saturating_sub(50),
            missing: 0,
        };
        let is_whole = new.write_fmt(text).is_ok();
        if new.missing > 0 {
            let note = format!(" … ({} bytes more)", new.missing);
            new.bytes.extend_from_slice(note.as_bytes());
        }
        if !is_whole {
            let note = " (cut short: an argument's Display returned an error)";
            new.bytes.extend_from_slice(note.as_bytes());
        }
        new.bytes.push(0);
        new
    }

    pub(crate) fn as_ptr(&self) -> *const c_char {
        self.bytes.as_ptr().cast()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the text with a line break in place of the NUL.
    pub(crate) fn into_line(mut self) -> Vec<u8> {
        self.bytes.pop();
        self.bytes.push(b'\n');
        self.bytes
    }

    /// Appends `c` as `escaped`, all of it or nothing.
    fn push(&mut self, c: char, escaped: &str) {
        let length = length_in_json(escaped.as_bytes());
        if length > self.room {
            self.missing += c.len_utf8();
            return;
        }
        self.room -= length;
        self.bytes.extend_from_slice(escaped.as_bytes());
    }
}

/// Returns how long `bytes` can be in a log in JSON, which may escape all but ASCII.
pub(crate) fn length_in_json(bytes: &[u8]) -> usize {
    let length = |byte: &u8| match byte {
        b'"' | b'\\' | b'\t' => 2,
        // A character of several bytes is one escape of 6, or two where it has four bytes.
        0x80..=0xbf => 0,
        0xf0.. => 12,
        byte if byte.is_ascii_graphic() || *byte == b' ' => 1,
        _ => 6,
    };
    bytes.iter().map(length).sum()
}

/// Returns `text` as it is logged, cut to `longest` bytes as JSON: for a part of a message that must leave room.
#[cold]
pub(crate) fn shortened(longest: usize, text: fmt::Arguments<'_>) -> String {
    let mut text = CText::new(longest, text);
    text.bytes.pop();
    String::from_utf8(text.bytes).unwrap_or_default()
}

impl fmt::Write for CText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for (at, c) in text.char_indices() {
            if self.missing > 0 {
                // Counted, but not looked at: a text of many megabytes may follow, on the packet path.
                self.missing += text.len() - at;
                break;
            }
            match c {
                '\0' => self.push(c, "\\0"),
                '\n' | '\r' => self.push(c, &c.escape_default().to_string()),
                _ if is_dangerous(c) => self.push(c, &c.escape_unicode().to_string()),
                _ => self.push(c, c.encode_utf8(&mut [0; 4])),
            }
        }
        Ok(())
    }
}

/// Returns `true` if a terminal or a reader could take the character for the end of a line, or read on in another
/// order because of it.
pub(crate) fn is_dangerous(c: char) -> bool {
    let is_bidirectional = matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    let ends_line = matches!(c, '\u{2028}' | '\u{2029}');
    c.is_control() && c != '\t' || ends_line || is_bidirectional
}
