//! Clients of MQTT 3.1.1, as many as are asked for, on the one thread of the generator.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How many connections are made before the first answer is waited for: fewer than the broker lets
/// wait to be accepted.
const AT_ONCE: usize = 50;

const PATIENCE: Duration = Duration::from_secs(60);

const PINGREQ: [u8; 2] = [0xc0, 0];
const DISCONNECT: [u8; 2] = [0xe0, 0];

/// A CONNECT packet. Without a token it has no user name and no password.
pub(crate) fn connect(client_id: &str, token: Option<&str>, durable: bool) -> Vec<u8> {
    let credentials = if token.is_some() { 0b1100_0000 } else { 0 };
    let clean_session = if durable { 0 } else { 0b10 };
    let mut body = text("MQTT");
    body.extend([4, credentials | clean_session, 0, 0]);
    body.extend(text(client_id));
    if let Some(token) = token {
        body.extend(text("alice"));
        body.extend(text(token));
    }
    packet(0x10, &body)
}

/// A PUBLISH packet of `QoS` 0 with ten bytes of payload.
pub(crate) fn publish(topic: &str) -> Vec<u8> {
    let mut body = text(topic);
    body.extend(b"0123456789");
    packet(0x30, &body)
}

fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![kind];
    let mut left = body.len();
    loop {
        let digit = u8::try_from(left % 128).unwrap();
        left /= 128;
        packet.push(if left > 0 { digit | 0x80 } else { digit });
        if left == 0 {
            break;
        }
    }
    packet.extend(body);
    packet
}

fn text(text: &str) -> Vec<u8> {
    let len = u16::try_from(text.len()).unwrap();
    [&len.to_be_bytes(), text.as_bytes()].concat()
}

/// A client that the broker has accepted.
pub(crate) struct Connection(TcpStream);

impl Connection {
    fn start(port: u16, connect: &[u8]) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.write_all(connect).unwrap();
        Self(stream)
    }

    /// The return code of the CONNACK packet.
    fn answer(&mut self) -> u8 {
        let [kind, len, _, code] = self.read();
        assert_eq!((kind, len), (0x20, 2), "no CONNACK");
        code
    }

    fn read<const LEN: usize>(&mut self) -> [u8; LEN] {
        let mut answer = [0; LEN];
        self.0.read_exact(&mut answer).unwrap();
        answer
    }

    pub(crate) fn send(&mut self, packets: &[u8]) {
        self.0.write_all(packets).unwrap();
    }

    /// Waits until the broker has read all that was sent.
    pub(crate) fn wait(&mut self) {
        self.send(&PINGREQ);
        assert_eq!(self.read(), [0xd0, 0], "no PINGRESP");
    }

    /// Subscribes with `QoS` 0, and tells whether the broker allowed it.
    pub(crate) fn subscribe(&mut self, filter: &str) -> bool {
        let body = [&[0, 1][..], &text(filter), &[0]].concat();
        self.send(&packet(0x82, &body));
        let [kind, _, _, _, code] = self.read();
        assert_eq!(kind, 0x90, "no SUBACK");
        code == 0
    }

    /// Waits for this very packet.
    pub(crate) fn expect(&mut self, packet: &[u8]) {
        let mut received = vec![0; packet.len()];
        self.0.read_exact(&mut received).unwrap();
        assert_eq!(received, packet, "another packet came");
    }
}

/// The return code that the broker answers a CONNECT packet with.
pub(crate) fn code(port: u16, connect: &[u8]) -> u8 {
    Connection::start(port, connect).answer()
}

pub(crate) fn accepted(port: u16, connect: &[u8]) -> Connection {
    let mut connection = Connection::start(port, connect);
    assert_eq!(connection.answer(), 0, "a client is refused");
    connection
}

pub(crate) fn all_accepted(port: u16, connects: &[Vec<u8>]) -> Vec<Connection> {
    let mut all = Vec::with_capacity(connects.len());
    for some in connects.chunks(AT_ONCE) {
        let start = |connect: &Vec<u8>| Connection::start(port, connect);
        let mut started: Vec<_> = some.iter().map(start).collect();
        for connection in &mut started {
            assert_eq!(connection.answer(), 0, "a client is refused");
        }
        all.append(&mut started);
    }
    all
}

/// Disconnects, and waits until the broker has closed the connections.
pub(crate) fn leave(connections: Vec<Connection>) {
    for mut connection in connections {
        connection.send(&DISCONNECT);
        let mut end = [0];
        assert_eq!(connection.0.read(&mut end).unwrap(), 0, "not closed");
    }
}
