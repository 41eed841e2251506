//! What two hosts made of the same plugins.

use similar::TextDiff;

use crate::observations::Observations;

/// How much is the same.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Transcripts that are the same.
    pub equal: usize,
    /// Their lines.
    pub lines: usize,
    /// Each transcript that is not, with both sides.
    pub differences: Vec<String>,
}

/// Compares transcript by transcript, but for those that `left_out` names.
#[must_use]
pub fn compare(
    (left_name, left): (&str, &Observations),
    (right_name, right): (&str, &Observations),
    left_out: &[&str],
) -> Comparison {
    let mut comparison = Comparison::default();
    let mut names: Vec<&String> = left.0.keys().chain(right.0.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        if left_out.contains(&name.as_str()) {
            continue;
        }
        let side = |observations: &Observations| {
            observations
                .0
                .get(name)
                .cloned()
                .unwrap_or_else(|| "(no transcript)\n".to_owned())
        };
        let (left, right) = (side(left), side(right));
        if left == right {
            comparison.equal += 1;
            comparison.lines += left.lines().count();
            continue;
        }
        let diff = TextDiff::from_lines(&left, &right);
        let diff = diff
            .unified_diff()
            .context_radius(5)
            .header(
                &format!("{name}: {left_name}"),
                &format!("{name}: {right_name}"),
            )
            .to_string();
        comparison.differences.push(diff);
    }
    comparison
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::compare;
    use crate::observations::Observations;

    fn of(transcripts: &[(&str, &str)]) -> Observations {
        let transcripts = transcripts
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect::<BTreeMap<_, _>>();
        Observations(transcripts)
    }

    #[test]
    fn what_is_the_same_is_counted() {
        let observations = of(&[("a", "1\n2\n"), ("b", "3\n")]);
        let comparison = compare(("here", &observations), ("there", &observations), &[]);
        assert_eq!((comparison.equal, comparison.lines), (2, 3));
        assert_eq!(comparison.differences, [""; 0]);
    }

    #[test]
    fn a_difference_shows_both_sides() {
        let here = of(&[("order", "1\nfree A\n2\n"), ("same", "1\n")]);
        let there = of(&[("order", "1\nfree B\n2\n"), ("same", "1\n")]);
        let comparison = compare(("here", &here), ("there", &there), &[]);
        assert_eq!((comparison.equal, comparison.lines), (1, 1));
        assert_eq!(
            comparison.differences,
            ["--- order: here\n+++ order: there\n@@ -1,3 +1,3 @@\n 1\n-free A\n+free B\n 2\n"]
        );
    }

    #[test]
    fn a_transcript_of_one_side_only_is_a_difference() {
        let here = of(&[("a", "1\n")]);
        let there = of(&[("b", "1\n")]);
        let comparison = compare(("here", &here), ("there", &there), &[]);
        assert_eq!(comparison.differences.len(), 2);
        assert!(comparison.differences[0].contains("-1\n+(no transcript)\n"));
        assert!(comparison.differences[1].contains("-(no transcript)\n+1\n"));
    }

    #[test]
    fn nobody_asks_for_what_is_left_out() {
        let here = of(&[("a", "1\n"), ("b", "2\n")]);
        let comparison = compare(("here", &here), ("there", &of(&[("b", "2\n")])), &["a"]);
        assert_eq!((comparison.equal, comparison.differences.len()), (1, 0));
    }
}
