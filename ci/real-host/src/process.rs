//! Child processes: where they run.

use std::path::Path;
use std::process::Command;

/// A command in the root folder `root`; the program and its arguments are still to be added.
pub fn command_in(root: &Path) -> Command {
    if root == Path::new("/") {
        return Command::new("env");
    }
    let mut command = Command::new("chroot");
    command.arg(root);
    command
}

/// The same with /proc in that folder, which valgrind needs, mounted for this command alone.
pub fn command_with_proc_in(root: &Path) -> Command {
    if root == Path::new("/") {
        return Command::new("env");
    }
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "sh", "-c"])
        .arg("mount -t proc proc \"$0/proc\" && exec chroot \"$0\" \"$@\"")
        .arg(root);
    command
}
