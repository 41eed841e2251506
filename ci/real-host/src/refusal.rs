//! Judges runs of a plugin that the host must refuse: one built for another API generation.

use capture::Expectation;

use crate::log::Level;
use crate::suricata::Run;

/// Checks that a plugin built for 9.0 was refused in the way in which 8.0 refuses it: a notice that names a missing
/// function, after which the host goes on without the plugin and reads the whole capture.
///
/// Returns the text of that notice.
///
/// # Errors
///
/// Each difference from what is expected, as a sentence.
pub fn check<'a>(run: &'a Run, expectation: &Expectation) -> Result<&'a str, Vec<String>> {
    let mut problems = Vec::new();
    if !run.status.success() {
        problems.push(format!("the host ended with {}", run.status));
    }
    let flows = run.log.flows_processed();
    if flows != expectation.total.flows {
        problems.push(format!(
            "the host did not go on: it processed {flows} flows of {}",
            expectation.total.flows
        ));
    }

    let file = run.plugin.display().to_string();
    let opening = format!("Failed to open {file} as a plugin: ");
    let mut notice = None;
    for line in &run.log.lines {
        if line.level == Level::Notice && line.message.starts_with(&opening) && notice.is_none() {
            notice = Some(line.message.as_str());
        } else if line.message.contains(&file) || line.message.starts_with("Initializing plugin") {
            problems.push(format!("the plugin is more than refused: {line}"));
        }
    }
    match notice {
        None => problems.push(format!("no notice says \"{opening}…\"")),
        Some(notice) => {
            // Any of the functions that only 9.0 has, whichever the dynamic linker looks for first.
            let symbol = notice
                .rsplit_once("undefined symbol: ")
                .map(|(_, symbol)| symbol);
            if !symbol
                .is_some_and(|symbol| symbol.starts_with("SCThread") && symbol.contains("Storage"))
            {
                problems.push(format!(
                    "refused for another reason than a function of 9.0: {notice}"
                ));
            }
        }
    }
    match notice {
        Some(notice) if problems.is_empty() => Ok(notice),
        _ => Err(problems),
    }
}
