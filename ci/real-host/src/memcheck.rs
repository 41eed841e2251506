//! Runs plugins in Suricata under valgrind's memcheck.

use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::build;
use crate::host::Suricata;

/// Errors that plugins don't cause.
const SUPPRESSIONS: &str = include_str!("libunwind.supp");

/// Checks that no error or leak has a plugin in its stack.
pub(crate) fn check(suricata: &Suricata) -> Result<()> {
    let plugins = build::plugins("release")?;
    let example = build::example("flow-counter")?;
    for plugin in [
        example,
        plugins.join("libcensus.so"),
        plugins.join("libpanics.so"),
    ] {
        let folder = suricata.folder()?;
        let plugin = folder.add(&plugin)?;
        folder.configure(std::slice::from_ref(&plugin), json!({}))?;
        let (capture, _) = folder.capture(500)?;
        fs::write(folder.path("suppressions"), SUPPRESSIONS)?;
        let wrapper = format!(
            "valgrind --quiet --leak-check=full --show-leak-kinds=definite,indirect \
             --errors-for-leak-kinds=definite,indirect --child-silent-after-fork=yes --xml=yes \
             --num-callers=60 --suppressions={} --xml-file={}",
            folder.seen("suppressions"),
            folder.seen("memcheck.xml")
        );
        let wrapper: Vec<_> = wrapper.split_whitespace().collect();
        let arguments = ["--runmode", "autofp", "-r", &capture];
        let run = suricata.start(folder, &wrapper, &arguments, &[])?.end()?;
        let xml = fs::read_to_string(run.life.folder.path("memcheck.xml"))?;
        let xml = xml.trim_end().strip_suffix("</valgrindoutput>");
        let xml = xml.context("memcheck's report is incomplete")?;
        let object = format!("<obj>{plugin}</obj>");
        let errors: Vec<_> = xml.split("<error>").skip(1).collect();
        match errors.iter().find(|error| error.contains(&object)) {
            Some(error) => bail!("{plugin}: {error}"),
            None => println!("{plugin}: causes none of {} errors", errors.len()),
        }
    }
    Ok(())
}
