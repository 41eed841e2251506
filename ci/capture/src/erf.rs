//! The ERF record format, as far as Ethernet frames need it.

use std::time::Duration;

/// Record type: Ethernet.
const TYPE_ETHERNET: u8 = 2;

/// Flag: records are as long as their frames need.
const VARYING_LENGTH: u8 = 4;

/// Bytes before the frame: header, and the two bytes that Ethernet records have after it.
const OVERHEAD: usize = 18;

/// The record of a frame seen `time` after the Unix epoch.
///
/// The time is a little-endian fixed-point number, seconds in the high half; the lengths are big-endian.
pub(crate) fn record(time: Duration, frame: &[u8]) -> Vec<u8> {
    let fraction = (u64::from(time.subsec_nanos()) << 32) / 1_000_000_000;
    let timestamp = time.as_secs() << 32 | fraction;
    let length = |bytes: usize| {
        u16::try_from(bytes)
            .expect("frames are small")
            .to_be_bytes()
    };

    let mut record = Vec::with_capacity(OVERHEAD + frame.len());
    record.extend(timestamp.to_le_bytes());
    record.extend([TYPE_ETHERNET, VARYING_LENGTH]);
    record.extend(length(OVERHEAD + frame.len()));
    record.extend([0, 0]); // records lost before this one
    record.extend(length(frame.len()));
    record.extend([0, 0]); // offset and padding
    record.extend(frame);
    record
}
