fn init() -> Result<(), &'static str> {
    let threads = ThreadStorage::<OfThread>::register("census")?;
    let flows = FlowStorage::<OfFlow>::register("census")?;
    thread::register_init_callback(move |tv| {
        if let Err(error) = threads.get_or_insert_with(tv, OfThread::default) {
            SCLogError!("census: a thread is not counted: {error}");
        }
    })?;
    flow::register_init_callback(move |tv, flow, _packet| {
        if let Some(thread) = threads.get_mut(tv) {
            thread.flows += 1;
        }
        let port = flow.destination_port();
        let new = || OfFlow {
            port,
            packets: 0,
            finished: false,
        };
        if let Err(error) = flows.get_or_insert_with(flow, new) {
            SCLogError!("census: a flow is not counted: {error}");
        }
    })?;
    flow::register_update_callback(move |tv, flow, _packet| {
        if let Some(thread) = threads.get_mut(tv) {
            thread.packets += 1;
        }
        if let Some(flow) = flows.get_mut(flow) {
            flow.packets += 1;
        }
    })?;
    flow::register_finish_callback(move |_tv, flow| {
        if let Some(flow) = flows.get_mut(flow) {
            flow.finished = true;
        }
    })?;
    eve::register_callback(|_tv, _packet, flow, record| {
        record.set_uint("census_of_flow", flow.is_some().into())?;
        Ok(())
    })
}

#[derive(Default)]
struct OfThread {
    flows: u64,
    packets: u64,
}

/// Runs when the thread has ended.
impl Drop for OfThread {
    fn drop(&mut self) {
        let (flows, packets) = (self.flows, self.packets);
        SCLogNotice!("census: a thread began {flows} flows, and had {packets} packets");
    }
}

struct OfFlow {
    port: u16,
    packets: u64,
    finished: bool,
}

/// Runs when the flow ends.
impl Drop for OfFlow {
    fn drop(&mut self) {
        let (port, packets) = (self.port, self.packets);
        let finished = if self.finished {
            ", and was finished"
        } else {
            ""
        };
        SCLogNotice!("census: a flow to port {port} had {packets} packets{finished}");
    }
}
