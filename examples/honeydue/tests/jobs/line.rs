//! A line to a server that can be cut, as if the server were away.

use reqwest::Url;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch::{Receiver, Sender};

pub struct Line {
    /// Of the server, over the line.
    pub url: String,
    is_cut: Sender<bool>,
}

impl Line {
    pub async fn to(server: &str) -> Line {
        let mut url = Url::parse(server).unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let is_cut = Sender::new(false);
        let cut = is_cut.subscribe();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                tokio::spawn(connect(client, server.clone(), cut.clone()));
            }
        });
        Line { url: url.to_string(), is_cut }
    }

    /// Ends all connections, and each new one at once.
    pub fn cut(&self) {
        self.is_cut.send_replace(true);
    }

    pub fn mend(&self) {
        self.is_cut.send_replace(false);
    }
}

async fn connect(mut client: TcpStream, server: String, mut cut: Receiver<bool>) {
    if *cut.borrow() {
        return;
    }
    let mut server = TcpStream::connect(server).await.unwrap();
    tokio::select! {
        // Whoever ends first, both hear of it.
        _ = copy_bidirectional(&mut client, &mut server) => {}
        _ = cut.wait_for(|is_cut| *is_cut) => {}
    }
}
