//! A plugin under valgrind's memcheck.

use std::error::Error;
use std::fs;

use real_host::{Workspace, command_with_proc_in, stop_with_this_thread};

use crate::Given;

/// What is none of the plugin's doing.
const SUPPRESSIONS: &str = include_str!("libunwind.supp");

/// Runs the plugin over the capture, and reads what memcheck has to say.
pub(crate) fn check(given: &Given) -> Result<(), Box<dyn Error>> {
    let workspace = Workspace::new(given.root)?;
    let plugin = workspace.add(given.plugin)?;
    let small = given.capture(500)?;
    let capture = workspace.add(&small.file)?;
    let configuration = workspace.configure(&[&plugin])?;
    fs::write(workspace.folder().join("libunwind.supp"), SUPPRESSIONS)?;
    let mut command = command_with_proc_in(given.root);
    // `timeout` passes it on.
    stop_with_this_thread(&mut command, libc::SIGTERM);
    command
        .args([
            "timeout",
            "600",
            "valgrind",
            "--quiet",
            "--leak-check=full",
            "--show-leak-kinds=definite,indirect",
        ])
        .args([
            "--errors-for-leak-kinds=definite,indirect",
            "--num-callers=60",
            "--xml=yes",
            "--child-silent-after-fork=yes",
        ])
        .arg(format!(
            "--suppressions={}",
            workspace.seen().join("libunwind.supp").display()
        ))
        .arg(format!(
            "--xml-file={}",
            workspace.seen().join("memcheck.xml").display()
        ))
        .arg("suricata")
        .arg("-c")
        .arg(configuration)
        .arg("-l")
        .arg(workspace.seen())
        .args(["--runmode", "autofp", "-r"])
        .arg(capture);
    // What a backtrace reads of debug information are millions of numbers, some of which are like addresses in memory
    // that was lost, so that memcheck would not be sure that it was.
    command.env("RUST_BACKTRACE", "0");
    let output = command.output()?;
    if !output.status.success() {
        let printed = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "ended with {}: {printed}\n{}",
            output.status,
            workspace.log()?
        )
        .into());
    }
    let log = real_host::Log::parse(&workspace.log()?)?;
    if log.flows_processed() != small.flows {
        return Err(format!(
            "{} flows of {} were processed",
            log.flows_processed(),
            small.flows
        )
        .into());
    }
    let xml = fs::read_to_string(workspace.folder().join("memcheck.xml"))?;
    let object = format!("<obj>{}</obj>", plugin.display());
    let errors = errors(&xml).ok_or("memcheck's report is not whole")?;
    let ours: Vec<_> = errors
        .iter()
        .filter(|error| error.contains(&object))
        .collect();
    println!(
        "memcheck: {} errors and leaks, {} of them with the plugin in the stack",
        errors.len(),
        ours.len()
    );
    if ours.is_empty() {
        return Ok(());
    }
    let kinds: Vec<_> = ours
        .iter()
        .map(|error| element(error, "kind").unwrap_or("unknown"))
        .collect();
    Err(format!("{}\n{}", kinds.join(", "), ours[0]).into())
}

/// The errors in a report, or `None` where it does not have its end.
fn errors(xml: &str) -> Option<Vec<&str>> {
    xml.trim_end().strip_suffix("</valgrindoutput>")?;
    let errors = xml.split("<error>").skip(1);
    Some(
        errors
            .map(|rest| rest.split("</error>").next().unwrap_or(rest))
            .collect(),
    )
}

fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_taken_apart() {
        let xml = "<valgrindoutput><error><kind>InvalidRead</kind></error><x/><error>2</error></valgrindoutput>\n";
        let errors = errors(xml).unwrap();
        assert_eq!(errors, ["<kind>InvalidRead</kind>", "2"]);
        assert_eq!(element(errors[0], "kind"), Some("InvalidRead"));
    }

    #[test]
    fn half_a_report_is_none() {
        assert_eq!(errors("<valgrindoutput><error>"), None);
    }
}
