//! A thread that writes lines to a file.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::thread::{Builder, JoinHandle};

/// So many lines wait for the disk at most; further ones are refused.
pub const QUEUE: usize = 65_536;

enum Message {
    Line(String),
    /// Everything before is to be in the file, and the answer says whether it is.
    Flush(Sender<io::Result<()>>),
}

/// The thread. It ends, and is waited for, when this is dropped.
pub struct Writer {
    /// `None` while this is dropped.
    messages: Option<SyncSender<Message>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread, which appends to the file at `path`.
    ///
    /// # Errors
    ///
    /// The file can't be opened, or the thread can't be started.
    pub fn start(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let (sender, receiver) = sync_channel(QUEUE);
        let thread = Builder::new()
            .name("flow-log".into())
            .spawn(move || write_all(BufWriter::new(file), &receiver))?;
        Ok(Self {
            messages: Some(sender),
            thread: Some(thread),
        })
    }

    /// Hands over a line, without waiting.
    ///
    /// # Errors
    ///
    /// The line is lost: too many others wait.
    pub fn write(&self, line: String) -> Result<(), &'static str> {
        let sent = self
            .messages
            .as_ref()
            .map(|m| m.try_send(Message::Line(line)));
        match sent {
            Some(Ok(())) => Ok(()),
            Some(Err(TrySendError::Full(_))) => Err("the disk is too slow"),
            Some(Err(TrySendError::Disconnected(_))) | None => Err("the writing thread has ended"),
        }
    }

    /// Waits until all lines that were handed over before are in the file.
    ///
    /// # Errors
    ///
    /// Some of them could not be written.
    pub fn flush(&self) -> io::Result<()> {
        let (answer, answered) = channel();
        if let Some(messages) = &self.messages {
            let _ = messages.send(Message::Flush(answer));
        }
        let ended = |_| Err(io::Error::other("the writing thread has ended"));
        answered.recv().unwrap_or_else(ended)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // The thread ends when there is nobody left who could send.
        self.messages = None;
        if let Some(thread) = self.thread.take() {
            // Its panic was printed; `flush` has said what it means.
            let _ = thread.join();
        }
    }
}

fn write_all(mut file: BufWriter<File>, messages: &Receiver<Message>) {
    let mut written = Ok(());
    for message in messages {
        match message {
            Message::Line(line) if written.is_ok() => written = writeln!(file, "{line}"),
            Message::Line(_) => {}
            Message::Flush(answer) => {
                let flushed = written.and_then(|()| file.flush());
                written = Ok(());
                // Nobody waits where the host is gone already.
                let _ = answer.send(flushed);
            }
        }
    }
}
