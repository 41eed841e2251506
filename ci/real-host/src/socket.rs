//! The socket of a Suricata in unix-socket mode.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::suricata::Error;

/// How long the host may take to listen, or to answer.
const LIMIT: Duration = Duration::from_secs(60);

/// The socket over which a host is told what to read.
pub struct Socket(BufReader<UnixStream>);

impl Socket {
    /// Connects to the socket `path` as soon as the host listens, whose process is `host`.
    ///
    /// # Errors
    ///
    /// The host has ended, does not listen in time, or speaks another protocol.
    pub fn connect(host: &mut Child, path: &Path) -> Result<Self, Error> {
        let start = Instant::now();
        let stream = loop {
            match UnixStream::connect(path) {
                Ok(stream) => break stream,
                Err(error) if start.elapsed() > LIMIT => {
                    return Err(format!("no connection to the host's socket: {error}").into());
                }
                Err(_) => {}
            }
            if let Some(status) = host.try_wait()? {
                return Err(format!("the host ended before it listened, with {status}").into());
            }
            sleep(Duration::from_millis(10));
        };
        stream.set_read_timeout(Some(LIMIT))?;
        let mut socket = Self(BufReader::new(stream));
        socket.ask(&json!({"version": "0.2"}))?;
        Ok(socket)
    }

    /// Has the host read a capture, and write to a folder; both are as the host sees them.
    ///
    /// # Errors
    ///
    /// The host does not answer, or with an error.
    pub fn read(&mut self, capture: &Path, folder: &Path) -> Result<(), Error> {
        self.ask(&json!({
            "command": "pcap-file",
            "arguments": {"filename": capture, "output-dir": folder},
        }))?;
        Ok(())
    }

    /// Whether the host has read all that it was told to.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read).
    pub fn is_idle(&mut self) -> Result<bool, Error> {
        let waiting = self.ask(&json!({"command": "pcap-file-number"}))?;
        let current = self.ask(&json!({"command": "pcap-current"}))?;
        Ok(waiting == 0 && current == "None")
    }

    /// Has the host end.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read).
    pub fn shut_down(mut self) -> Result<(), Error> {
        self.ask(&json!({"command": "shutdown"}))?;
        Ok(())
    }

    /// Sends a command and returns the answer's `message`.
    fn ask(&mut self, command: &Value) -> Result<Value, Error> {
        // In one piece: the host takes what one read gives it for the whole command.
        self.0
            .get_mut()
            .write_all(format!("{command}\n").as_bytes())?;
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        let answer: Value = serde_json::from_str(&line)
            .map_err(|error| format!("{command} was answered with \"{line}\": {error}"))?;
        if answer["return"] != "OK" {
            return Err(format!("{command} was answered with {answer}").into());
        }
        Ok(answer["message"].clone())
    }
}
