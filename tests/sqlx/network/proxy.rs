//! A proxy that remembers what the client sent.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// For one connection.
pub struct Proxy {
    port: u16,
    sent: Arc<Mutex<Vec<u8>>>,
}

impl Proxy {
    pub async fn before(server: u16) -> Proxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let sent = Arc::default();
        tokio::spawn(serve(listener, server, Arc::clone(&sent)));
        Proxy { port, sent }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// What was sent since the last time.
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }
}

async fn serve(listener: TcpListener, server: u16, sent: Arc<Mutex<Vec<u8>>>) {
    let (client, _) = listener.accept().await.unwrap();
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await.unwrap();
    let (client_reads, mut client_writes) = client.into_split();
    let (mut server_reads, server_writes) = server.into_split();
    tokio::spawn(async move { copy(&mut server_reads, &mut client_writes).await });
    remember(client_reads, server_writes, &sent).await;
}

async fn remember(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, sent: &Mutex<Vec<u8>>) {
    let mut buffer = vec![0; 4096];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        sent.lock().unwrap().extend_from_slice(&buffer[..length]);
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
