//! The plugin `census` in a host that is stopped half way.

use std::error::Error;

use crate::census::{self, Census};
use crate::host::{Host, Mode};
use crate::{Capture, Given};

/// The plugin says where it is each time it has counted so many flows.
const STEP: u32 = 5_000;

/// Stops the host with each signal in the middle of a capture.
pub(crate) fn check(given: &Given) -> Result<(), Box<dyn Error>> {
    let (small, large) = (given.capture(STEP - 1_000)?, given.capture(80 * STEP)?);
    for (name, signal) in [("SIGINT", libc::SIGINT), ("SIGTERM", libc::SIGTERM)] {
        let said = stop(given, &large, signal).map_err(|error| format!("{name}: {error}"))?;
        println!("{name} in the middle of {} flows: {said}", large.flows);
        let what = format!("{name} in unix-socket mode");
        let said = stop_with_socket(given, [&small, &large], signal)
            .map_err(|error| format!("{what}: {error}"))?;
        println!(
            "{what}, in the middle of the second capture, whose threads the host then never frees: {said}"
        );
    }
    Ok(())
}

/// Every value is dropped.
fn stop(given: &Given, large: &Capture, signal: libc::c_int) -> Result<Census, Box<dyn Error>> {
    let host = Host::start(given.root, Some(given.plugin), &Mode::Capture(&large.file))?;
    let census = stopped(host, large.flows, signal)?;
    if census.inserted == 0
        || census.dropped != census.inserted
        || census.stored == 0
        || census.released != census.stored
        || !census.alive.is_empty()
    {
        return Err(format!("drops do not equal inserts: {census}").into());
    }
    Ok(census)
}

/// Every value of the first capture is dropped. The unix manager is never freed, and the threads of a capture that is
/// being read are not freed either when the host ends.
fn stop_with_socket(
    given: &Given,
    captures: [&Capture; 2],
    signal: libc::c_int,
) -> Result<Census, Box<dyn Error>> {
    let mut host = Host::start(given.root, Some(given.plugin), &Mode::Socket)?;
    let mut socket = host.connect()?;
    let folder = host.folder().to_owned();
    for capture in captures {
        let file = host.add(&capture.file)?;
        host.wait_until("the end of the capture before", |_| Ok(socket.is_idle()?))?;
        socket.read(&file, &folder)?;
    }
    let census = stopped(
        host,
        captures.iter().map(|capture| capture.flows).sum(),
        signal,
    )?;
    let of_a_capture = census.dropped;
    let never_freed: Vec<u64> = std::iter::once(1)
        .chain(of_a_capture + 2..=census.inserted)
        .collect();
    let alive: Vec<Option<u64>> = census
        .alive
        .iter()
        .map(|value| value.split(' ').next()?.parse().ok())
        .collect();
    if of_a_capture == 0
        || census.inserted != 1 + 2 * of_a_capture
        || alive != never_freed.into_iter().map(Some).collect::<Vec<_>>()
    {
        return Err(format!(
            "not the values of the unix manager and of the second capture only: {census}"
        )
        .into());
    }
    Ok(census)
}

/// Sends the signal once packets flow, and returns what the plugin said at last.
fn stopped(mut host: Host, flows: u64, signal: libc::c_int) -> Result<Census, Box<dyn Error>> {
    host.wait_until("packets", |host| {
        Ok(host.log()?.contains(&format!(" {STEP} flows")))
    })?;
    host.signal(signal)?;
    let (status, log) = host.end()?;
    let census = census::last(&log)?;
    if !status.success() {
        return Err(format!("the host ended with {status}; {census}").into());
    }
    if census.flows >= flows {
        return Err(format!("not stopped half way: {} flows of {flows}", census.flows).into());
    }
    Ok(census)
}
