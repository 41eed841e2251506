//! What the plugin `census` says.

use std::fmt;

use real_host::Log;

/// One line of the plugin's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Census {
    pub(crate) inserted: u64,
    pub(crate) dropped: u64,
    /// The values that are stored, replaced and taken while packets flow.
    pub(crate) stored: u64,
    pub(crate) released: u64,
    pub(crate) flows: u64,
    /// The values that were not dropped yet: number, and which thread made it.
    pub(crate) alive: Vec<String>,
}

impl fmt::Display for Census {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            inserted,
            dropped,
            stored,
            released,
            flows,
            alive,
        } = self;
        write!(
            f,
            "{inserted} inserted, {dropped} dropped, {stored} stored, {released} released, {flows} flows"
        )?;
        if !alive.is_empty() {
            write!(f, ", never dropped: value {}", alive.join(", value "))?;
        }
        Ok(())
    }
}

/// The last line of the plugin's.
///
/// # Errors
///
/// There is none, or it cannot be understood; or the plugin logged an error.
pub(crate) fn last(log: &Log) -> Result<Census, String> {
    let complaints = log.complaints_about(&["census"]);
    if !complaints.is_empty() {
        return Err(format!("the plugin complains: {complaints:?}"));
    }
    let line = log
        .messages()
        .filter(|message| message.starts_with("census: "))
        .last()
        .ok_or("the plugin says nothing")?;
    parse(line).ok_or_else(|| format!("cannot understand \"{line}\""))
}

/// Parses `census: 6 inserted, 5 dropped, 90 stored, 90 released, 400 flows, alive: 1 (created by US)`.
fn parse(line: &str) -> Option<Census> {
    let (counts, alive) = line.strip_prefix("census: ")?.split_once(", alive: ")?;
    let mut counts = counts.split(", ");
    let mut count = |unit: &str| counts.next()?.strip_suffix(unit)?.parse().ok();
    Some(Census {
        inserted: count(" inserted")?,
        dropped: count(" dropped")?,
        stored: count(" stored")?,
        released: count(" released")?,
        flows: count(" flows")?,
        alive: alive
            .split(", ")
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_understood() {
        let census =
            parse("census: 6 inserted, 5 dropped, 90 stored, 89 released, 400 flows, alive: 1 (made by US)").unwrap();
        assert_eq!((census.inserted, census.dropped, census.flows), (6, 5, 400));
        assert_eq!((census.stored, census.released), (90, 89));
        assert_eq!(
            census.to_string(),
            "6 inserted, 5 dropped, 90 stored, 89 released, 400 flows, never dropped: value 1 (made by US)"
        );
        assert_eq!(
            parse("census: 1 inserted, 1 dropped, 1 stored, 1 released, 2 flows, alive: ")
                .unwrap()
                .alive,
            [""; 0]
        );
    }

    #[test]
    fn another_line_is_not() {
        for line in [
            "census: 6 inserted",
            "census: 6 inserted, x dropped, 1 stored, 1 released, 1 flows, alive: ",
            "6",
        ] {
            assert_eq!(parse(line), None, "{line}");
        }
    }
}
