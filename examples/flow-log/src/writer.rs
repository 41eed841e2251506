//! A thread that writes lines to a file.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::thread::{Builder, JoinHandle};

/// The number of lines that can wait for the disk. Further ones are refused.
pub const QUEUE: usize = 65_536;

enum Message {
    Line(String),
    /// Writes all earlier lines to the file, and sends the result.
    Flush(Sender<io::Result<()>>),
}

/// A handle to the thread. Its drop waits for the thread to end.
pub struct Writer {
    /// `None` while the writer is dropped.
    messages: Option<SyncSender<Message>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread, which appends to the file at `path`.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be opened or the thread can't be started.
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

    /// Sends a line to the thread, without waiting.
    ///
    /// # Errors
    ///
    /// Returns an error if the line is lost: the queue is full, or the thread has ended.
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

    /// Waits until all lines sent before are in the file.
    ///
    /// # Errors
    ///
    /// Returns an error if some of them could not be written.
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
        // The thread ends when the last sender is dropped.
        self.messages = None;
        if let Some(thread) = self.thread.take() {
            // If the thread panicked, `flush` has returned an error.
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
                // The receiver may be gone.
                let _ = answer.send(flushed);
            }
        }
    }
}
