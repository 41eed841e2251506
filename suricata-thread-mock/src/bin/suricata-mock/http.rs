//! Whether HTTP requests are answered, if segments begin with requests and answers.

const METHODS: [&[u8]; 8] = [
    b"GET ",
    b"POST ",
    b"HEAD ",
    b"PUT ",
    b"DELETE ",
    b"OPTIONS ",
    b"CONNECT ",
    b"PATCH ",
];

#[derive(Default)]
pub(crate) struct Exchange {
    requests: u32,
    /// Answers with a known end.
    complete: u32,
    is_seen: bool,
    body: Body,
}

#[derive(Default)]
enum Body {
    #[default]
    None,
    Bytes(u64),
    Chunks,
    /// Everything until the server closes.
    UntilClose,
}

impl Exchange {
    pub(crate) fn ask(&mut self, data: &[u8]) {
        let is_request = METHODS.iter().any(|method| data.starts_with(method));
        self.is_seen |= is_request;
        self.requests += u32::from(is_request);
    }

    pub(crate) fn answer(&mut self, data: &[u8]) {
        let (data, length) = match self.body {
            Body::UntilClose => return,
            Body::Chunks => (data, None),
            Body::Bytes(left) => (data, Some(left)),
            Body::None if !data.starts_with(b"HTTP/") => {
                // As in HTTP/0.9.
                if self.requests > self.complete {
                    self.body = Body::UntilClose;
                }
                return;
            }
            Body::None => {
                self.is_seen = true;
                if self.complete >= self.requests {
                    // Suricata makes up a request for it.
                    self.requests = self.complete + 1;
                }
                let end = data.windows(4).position(|end| end == b"\r\n\r\n");
                let (head, body) = data.split_at(end.map_or(data.len(), |end| end + 4));
                let head = String::from_utf8_lossy(head).to_ascii_lowercase();
                let value = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
                let status = head.get(9..12).unwrap_or_default();
                if matches!(status, "204" | "304") {
                    (body, Some(0))
                } else if value("transfer-encoding:").is_some_and(|value| value.contains("chunked"))
                {
                    (body, None)
                } else if let Some(length) =
                    value("content-length:").and_then(|value| value.trim().parse().ok())
                {
                    (body, Some(length))
                } else {
                    self.body = Body::UntilClose;
                    return;
                }
            }
        };
        self.body = match length {
            Some(length) if length > data.len() as u64 => Body::Bytes(length - data.len() as u64),
            None if !data.ends_with(b"0\r\n\r\n") => Body::Chunks,
            _ => {
                self.complete += 1;
                Body::None
            }
        };
    }

    pub(crate) fn is_seen(&self) -> bool {
        self.is_seen
    }

    /// Returns `true` if all requests are answered. If the conversation is closed, the last answer
    /// may be cut.
    pub(crate) fn is_answered(&self, is_closed: bool) -> bool {
        let last = is_closed && !matches!(self.body, Body::None);
        self.complete + u32::from(last) >= self.requests
    }
}
