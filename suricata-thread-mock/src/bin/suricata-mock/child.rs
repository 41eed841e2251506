//! Running plugins in a child process, so that an `_exit` in one of them is noticed.

use std::io::ErrorKind;
use std::process::ExitCode;

use crate::outcome::Failure;

/// The process has no other thread, and nothing else to do afterwards.
pub(crate) fn run(work: impl FnOnce() -> ExitCode) -> Result<ExitCode, Failure> {
    let system = |resource: &str| {
        let e = std::io::Error::last_os_error();
        Failure::Call(format!("the system refused {resource}: {e}"))
    };
    let mut ends = [0; 2];
    // SAFETY: there is room for two ends.
    if unsafe { libc::pipe(ends.as_mut_ptr()) } != 0 {
        return Err(system("a pipe"));
    }
    let [done, says_done] = ends;
    // SAFETY: no other thread runs, so that the child has all that it needs. A caller that ignores
    // SIGCHLD would make the kernel drop the child's status.
    let child = unsafe {
        libc::signal(libc::SIGCHLD, libc::SIG_DFL);
        libc::fork()
    };
    if child < 0 {
        return Err(system("a process"));
    }
    if child == 0 {
        #[cfg(target_os = "linux")]
        // SAFETY: it takes a signal.
        unsafe {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL)
        };
        let status = work();
        // SAFETY: one byte is there.
        unsafe { libc::write(says_done, [1_u8].as_ptr().cast(), 1) };
        return Ok(status);
    }
    let mut status = 0;
    // SAFETY: the child is this process's.
    while unsafe { libc::waitpid(child, &mut status, 0) } < 0 {
        if std::io::Error::last_os_error().kind() != ErrorKind::Interrupted {
            return Err(system("the status of a process"));
        }
    }
    // SAFETY: the end for writing is not needed here, and the byte has room.
    let is_done = unsafe {
        libc::close(says_done);
        let mut byte = 0_u8;
        // A process that the plugin started may hold the pipe open.
        libc::fcntl(done, libc::F_SETFL, libc::O_NONBLOCK);
        libc::read(done, (&raw mut byte).cast(), 1) == 1
    };
    if libc::WIFSIGNALED(status) {
        let signal = libc::WTERMSIG(status);
        return Err(Failure::Plugin(format!("signal {signal} ended the run")));
    }
    let code = libc::WEXITSTATUS(status);
    if !is_done {
        return Err(Failure::Plugin(format!(
            "the run ended with status {code} before it was done: by the cause above, or by _exit in \
             plugin code"
        )));
    }
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}
