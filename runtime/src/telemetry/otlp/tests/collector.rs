//! A collector over HTTP that answers as it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use parking_lot::Mutex;
use prost::Message;

use super::LONG;

/// What arrived in one request.
pub(super) struct Request {
    /// Names are in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// A collector on this machine. It ends with the test.
pub(super) struct Collector {
    address: SocketAddr,
    requests: Receiver<Request>,
    answers: Sender<Vec<u8>>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn spans(&self) -> usize {
        let request = ExportTraceServiceRequest::decode(&*self.body).unwrap();
        request.resource_spans.iter().flat_map(|of| &of.scope_spans).map(|of| of.spans.len()).sum()
    }

    fn read(stream: &mut impl BufRead) -> Option<Request> {
        let mut line = || {
            let mut line = String::new();
            stream.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
            Some(line.trim_end().to_owned())
        };
        line()?;
        let header = |line: String| {
            let (name, value) = line.split_once(": ")?;
            Some((name.to_lowercase(), value.to_owned()))
        };
        let headers =
            std::iter::from_fn(|| line().filter(|line| !line.is_empty()).and_then(header)).collect();
        let mut request = Request { headers, body: Vec::new() };
        let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
        stream.take(length).read_to_end(&mut request.body).ok()?;
        Some(request)
    }
}

impl Collector {
    pub(super) fn start() -> Collector {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let ((asked, requests), (answers, told)) = (channel(), channel());
        let told = Arc::new(Mutex::new(told));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (asked, told) = (asked.clone(), Arc::clone(&told));
                thread::spawn(move || serve(&stream, &asked, &told));
            }
        });
        Collector { address, requests, answers }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/v1/traces", self.address)
    }

    /// What it is to answer next: all that comes after `HTTP/1.1 `.
    pub(super) fn answer(&self, answer: impl Into<Vec<u8>>) {
        self.answers.send(answer.into()).unwrap();
    }

    /// [`answer`](Collector::answer) with a status and no body.
    pub(super) fn answer_with(&self, status: u16, header: &str) {
        self.answer(format!("{status} Told\r\n{header}content-length: 0\r\n\r\n"));
    }

    /// [`answer`](Collector::answer) with a success and a body.
    pub(super) fn answer_ok(&self, body: &[u8]) {
        let head = format!("200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        self.answer([head.as_bytes(), body].concat());
    }

    pub(super) fn request(&self) -> Request {
        self.requests.recv_timeout(LONG).expect("a request arrives")
    }
}

/// One connection. Where it is told nothing any more, it does not answer.
fn serve(mut stream: &TcpStream, asked: &Sender<Request>, told: &Mutex<Receiver<Vec<u8>>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(request) = Request::read(&mut reader) {
        let _test_has_ended = asked.send(request);
        let Ok(answer) = told.lock().recv() else { return };
        let _client_has_gone = stream.write_all(&[b"HTTP/1.1 ", &*answer].concat());
        if String::from_utf8_lossy(&answer).contains("connection: close") {
            return;
        }
    }
}
