//! Child processes: where they run, how they are stopped, and that they do not outlive who has started them.

use std::ffi::c_int;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};

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

/// Has the kernel send the command's process `signal` when the thread ends that starts it, so that the process does not
/// go on where this one was killed.
pub fn stop_with_this_thread(command: &mut Command, signal: c_int) {
    let stop = move || {
        // SAFETY: takes two numbers; with this option, it changes nothing but an attribute of the calling process.
        match unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    };
    // SAFETY: between fork and exec, the closure makes one system call and allocates nothing.
    unsafe { command.pre_exec(stop) };
}

/// Sends `child` a signal.
///
/// # Errors
///
/// The signal cannot be sent.
pub fn signal(child: &Child, signal: c_int) -> io::Result<()> {
    let pid = libc::pid_t::try_from(child.id()).map_err(io::Error::other)?;
    // SAFETY: takes two numbers; the number is the child's own until it is waited for, which takes `&mut Child`.
    match unsafe { libc::kill(pid, signal) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
