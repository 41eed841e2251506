//! The socket of a Suricata in unix-socket mode.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::host::Life;

/// The time for Suricata to answer.
const LIMIT: Duration = Duration::from_secs(60);

/// The file of the socket, in the folder of a run.
pub(crate) const FILE: &str = "socket";

/// A connection that sends commands to Suricata.
pub(crate) struct Socket(BufReader<UnixStream>);

impl Socket {
    /// Connects as soon as Suricata listens.
    pub(crate) fn connect(life: &mut Life) -> Result<Self> {
        let mut stream = None;
        life.wait_until("socket", |life| {
            stream = UnixStream::connect(life.folder.path(FILE)).ok();
            Ok(stream.is_some())
        })?;
        let stream = stream.context("connected")?;
        stream.set_read_timeout(Some(LIMIT))?;
        let mut socket = Self(BufReader::new(stream));
        socket.ask(&json!({ "version": "0.2" }))?;
        Ok(socket)
    }

    /// Waits until Suricata has read a capture to the end. The path is as Suricata sees it.
    pub(crate) fn read(&mut self, life: &mut Life, capture: &str) -> Result<()> {
        let arguments = json!({ "filename": capture, "output-dir": life.folder.seen("") });
        self.ask(&json!({ "command": "pcap-file", "arguments": arguments }))?;
        life.wait_until("end of the capture", |_| self.is_idle())
    }

    /// Returns `true` if it has read all captures.
    fn is_idle(&mut self) -> Result<bool> {
        let waiting = self.ask(&json!({ "command": "pcap-file-number" }))?;
        let current = self.ask(&json!({ "command": "pcap-current" }))?;
        Ok(waiting == 0 && current == "None")
    }

    /// Ends Suricata.
    pub(crate) fn shut_down(mut self) -> Result<()> {
        self.ask(&json!({ "command": "shutdown" })).map(drop)
    }

    /// Sends a command and returns the answer's `message`.
    fn ask(&mut self, command: &Value) -> Result<Value> {
        // In one piece, since Suricata takes the bytes of one read for the whole command.
        let line = format!("{command}\n");
        self.0.get_mut().write_all(line.as_bytes())?;
        let mut answer = String::new();
        self.0.read_line(&mut answer)?;
        let json: Value = serde_json::from_str(&answer).with_context(|| answer.clone())?;
        ensure!(json["return"] == "OK", "{command}: {answer}");
        Ok(json["message"].clone())
    }
}
