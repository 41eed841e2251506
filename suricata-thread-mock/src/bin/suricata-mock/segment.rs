//! TCP segments.

pub(crate) const FIN: u8 = 1;
pub(crate) const SYN: u8 = 2;
pub(crate) const RST: u8 = 4;
pub(crate) const ACK: u8 = 16;

/// Kinds of options.
const END: u8 = 0;
const PADDING: u8 = 1;
const SCALE: u8 = 3;

pub(crate) struct Segment<'a> {
    header: &'a [u8],
    pub(crate) payload: &'a [u8],
}

impl<'a> Segment<'a> {
    /// `header` has at least 20 bytes.
    pub(crate) fn new(header: &'a [u8], payload: &'a [u8]) -> Self {
        Self { header, payload }
    }

    pub(crate) fn has(&self, flag: u8) -> bool {
        self.header[13] & flag != 0
    }

    pub(crate) fn opens(&self) -> bool {
        self.header[13] & (SYN | ACK | RST | FIN) == SYN
    }

    pub(crate) fn sequence(&self) -> u32 {
        self.number(4)
    }

    pub(crate) fn acknowledged(&self) -> u32 {
        self.number(8)
    }

    pub(crate) fn window(&self) -> u32 {
        self.number(12) & 0xffff
    }

    /// Returns the sequence number after the payload.
    pub(crate) fn end(&self) -> u32 {
        let length = u32::try_from(self.payload.len()).unwrap_or(u32::MAX);
        self.sequence().wrapping_add(length)
    }

    /// Returns the window scale of a SYN.
    pub(crate) fn scale(&self) -> Option<u8> {
        let mut options = self.header.get(20..)?;
        loop {
            options = match options {
                [] | [END, ..] => return None,
                [PADDING, rest @ ..] => rest,
                [SCALE, 3, scale, ..] => return Some((*scale).min(14)),
                [_, length, ..] if *length > 1 => options.get(usize::from(*length)..)?,
                _ => return None,
            };
        }
    }

    fn number(&self, at: usize) -> u32 {
        let bytes = &self.header[at..at + 4];
        u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    }
}
