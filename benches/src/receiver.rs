//! An OTLP/HTTP receiver that takes everything, in a process of its own: what it costs is not the exporter's.
//!
//! It reads whole bodies, does not decode them, and answers 200.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::{env, thread};

/// The argument with which a bench starts itself as its receiver.
const ARGUMENT: &str = "receive";

/// A receiver that runs as long as this does.
pub struct Receiver {
    process: Child,
    url: String,
}

impl Receiver {
    pub fn start() -> Receiver {
        let bench = env::current_exe().expect("a bench knows where it is");
        let mut command = Command::new(bench);
        command.arg(ARGUMENT).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("a bench can start itself");
        let mut url = String::new();
        let said = process.stdout.take().expect("the output is piped");
        BufReader::new(said).read_line(&mut url).expect("the receiver says where it listens");
        Receiver { process, url: url.trim_end().to_owned() }
    }

    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _already_ended = self.process.wait();
    }
}

/// Whether this process was started to be the receiver. To be asked first, and then to be [`run`].
pub fn is_meant() -> bool {
    env::args().nth(1).is_some_and(|argument| argument == ARGUMENT)
}

/// Says where it listens, and does so until the bench, which holds the other end of the input, is gone.
pub fn run() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("a listener has an address");
    println!("http://{address}/v1/traces");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(&stream));
        }
    });
    let _gone = io::copy(&mut io::stdin(), &mut io::sink());
}

/// Answers one connection's requests until it is closed.
fn serve(stream: &TcpStream) -> io::Result<()> {
    let (mut input, mut output) = (BufReader::with_capacity(1 << 16, stream), stream);
    while let Some(length) = read_head(&mut input)? {
        io::copy(&mut (&mut input).take(length), &mut io::sink())?;
        output.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
    }
    Ok(())
}

/// The length of the body that follows; `None` at the end of the connection.
fn read_head(input: &mut impl BufRead) -> io::Result<Option<u64>> {
    let (mut line, mut length) = (String::new(), None);
    while input.read_line(&mut line)? > 0 {
        let Some((name, value)) = line.split_once(':') else {
            // Neither the request's line nor the empty one that ends the head has a colon.
            if line.trim().is_empty() {
                return Ok(length);
            }
            line.clear();
            continue;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok();
        }
        line.clear();
    }
    Ok(None)
}
