//! The run modes that a Suricata offers.

/// A way to read packets and spread them over threads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunMode {
    /// Where packets come from, as the host names it: `PCAP_FILE`, …
    pub input: String,
    /// What `--runmode` takes: `single`, `autofp`, …
    pub name: String,
}

/// The run modes for files, from the table that `suricata --list-runmodes` prints.
pub fn file_run_modes(table: &str) -> Vec<RunMode> {
    let mut modes = Vec::new();
    let mut input = "";
    for row in table.lines().filter_map(|line| line.strip_prefix('|')) {
        let mut cells = row.split('|').map(str::trim);
        let (Some(of_input), Some(name)) = (cells.next(), cells.next()) else {
            continue; // a rule between rows
        };
        // Only the first row of an input names it.
        if !of_input.is_empty() {
            input = of_input;
        }
        if input.contains("FILE") {
            modes.push(RunMode {
                input: input.to_owned(),
                name: name.to_owned(),
            });
        }
    }
    modes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_modes_of_file_inputs_are_found_in_the_table() {
        let table = "\
------ Runmodes ------
| RunMode Type      | Custom Mode       | Description\x20
|----------------------------------------------------
| PCAP_DEV          | single            | live
|                   ---------------------------------
|                   | workers           | live, more
|----------------------------------------------------
| PCAP_FILE         | single            | one
|                   ---------------------------------
|                   | autofp            | more
|----------------------------------------------------
| ERF_FILE(DISABLED) | single            | one
|----------------------------------------------------
| LIB               | live              | other
|----------------------------------------------------
";
        let modes: Vec<_> = file_run_modes(table)
            .into_iter()
            .map(|mode| (mode.input, mode.name))
            .collect();
        let expected = [
            ("PCAP_FILE", "single"),
            ("PCAP_FILE", "autofp"),
            ("ERF_FILE(DISABLED)", "single"),
        ];
        assert_eq!(
            modes,
            expected.map(|(input, name)| (input.to_owned(), name.to_owned()))
        );
    }
}
