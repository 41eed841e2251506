//! The OS thread of a thread of a host, from its start to the end of its storage.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use crate::calling::handles::{self, Handle};
use crate::calling::{belonging, callbacks, context, kernel_name, thread_storage, waiting};
use crate::noun::event::Event;
use crate::noun::job::Job;
use crate::noun::thread_kind::{Stage, ThreadKind};
use crate::noun::token;
use crate::state::cells::Cells;
use crate::state::host::HostState;
use crate::state::threads::ThreadState;

/// Suricata's default on Linux, on which plugins may rely.
const STACK: usize = 8 << 20;

/// The error names the thread that the system refused.
#[track_caller]
pub(crate) fn spawn(host: &Arc<HostState>, name: &str, kind: ThreadKind) -> io::Result<Handle> {
    assert!(
        !name.contains('\0'),
        "a thread's name cannot contain NUL: {name:?}"
    );
    let Some(_creating) = host.threads.begin_creation() else {
        panic!("thread `{name}` was created after the host was shut down");
    };
    let cells = Cells::of_thread(token::new(), name, host.slots.table());
    let handle = Handle {
        host: Arc::clone(host),
        thread: Arc::new(ThreadState::new(cells, kind)),
    };
    let thread = &handle.thread;
    handles::insert(handle.clone());
    callbacks::run(host, Some(thread), Event::ThreadInit);
    let (jobs, todo) = mpsc::channel();
    // Unnamed, since Rust knows no names of Suricata's threads.
    let os_thread = thread::Builder::new().stack_size(STACK);
    let started = os_thread.spawn({
        let handle = handle.clone();
        move || {
            let Handle { host, thread } = &handle;
            belonging::enter(host);
            context::set_worker(thread.cells.token, thread.name());
            kernel_name::replace(thread.name());
            handles::own(handle.clone());
            work(&todo);
            // `join` has let it end, and its caller keeps the host until the thread is gone.
            context::note_end(host)
        }
    });
    let os_thread = match started {
        Ok(os_thread) => os_thread,
        Err(e) => {
            // Values that the callbacks stored are freed with the host.
            *thread.stage.lock() = Stage::Joined(thread::current().id());
            host.threads.list.lock().push(Arc::clone(thread));
            let message = format!("the system refused thread `{name}`: {e}");
            return Err(io::Error::new(e.kind(), message));
        }
    };
    // From here on only the OS thread uses the storage, in its jobs.
    *thread.stage.lock() = Stage::Running(os_thread.thread().id());
    *thread.os_thread.lock() = Some(os_thread);
    *thread.jobs.lock() = Some(jobs);
    host.threads.list.lock().push(Arc::clone(thread));
    Ok(handle)
}

fn work(todo: &Receiver<Job>) {
    for job in todo {
        job.run();
    }
}

#[track_caller]
pub(crate) fn join(thread: &ThreadState, call: &str) {
    let _waiting = waiting::wait_for(thread.cells.token, call, thread.name());
    let mut os_thread = thread.os_thread.lock();
    let Some(handle) = os_thread.take() else {
        return;
    };
    drop(thread.jobs.lock().take());
    if handle.join().is_err() {
        // Not a plugin's: jobs catch panics, and one in the destructor of a thread-local ends the
        // process.
        eprintln!(
            "suricata-thread-mock: thread `{}` ended by a panic of the mock's own",
            thread.name()
        );
    }
    *thread.stage.lock() = Stage::Joined(thread::current().id());
}

/// If another thread is freeing it, waits for that. It is never this thread, since free functions
/// must not drive the host.
#[track_caller]
pub(crate) fn free(host: &Arc<HostState>, thread: &ThreadState, call: &'static str) {
    if thread.kind == ThreadKind::Command {
        leave(host, thread);
        return;
    }
    {
        let mut stage = thread.stage.lock();
        match *stage {
            Stage::Joined(_) => *stage = Stage::Freeing(thread::current().id()),
            Stage::Freeing(_) | Stage::Freed => {
                while *stage != Stage::Freed {
                    thread.freed.wait(&mut stage);
                }
                return;
            }
            Stage::Created(_) | Stage::Running(_) | Stage::Left(_) => {
                drop(stage);
                panic!(
                    "thread `{}` is running: join it before it is freed",
                    thread.name()
                );
            }
        }
    }
    thread_storage::free_all(call, host, thread);
    thread_storage::report_left(call, host, thread);
    *thread.stage.lock() = Stage::Freed;
    thread.freed.notify_all();
}

fn leave(host: &HostState, thread: &ThreadState) {
    {
        let mut stage = thread.stage.lock();
        if let Stage::Joined(id) = *stage {
            *stage = Stage::Left(id);
        }
    }
    host.threads.leave(thread);
}
