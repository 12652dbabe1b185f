//! What the clients of one broker do in their turn.

use std::cell::{Cell, RefCell};

use crate::broker::Broker;
use crate::mqtt::{self, Connection};
use crate::rounds::Slice;
use crate::tokens::{self, Issuer};

/// How many publishes are sent at once.
const BLOCK: usize = 1000;

/// A broker with its clients. Without an issuer they are anonymous.
pub(crate) struct Side<'a> {
    broker: Broker,
    issuer: Option<&'a Issuer>,
    /// The number of the next client that has not been there yet.
    next: Cell<usize>,
}

impl<'a> Side<'a> {
    pub(crate) fn new(broker: Broker, issuer: Option<&'a Issuer>) -> Self {
        let next = Cell::new(0);
        Self {
            broker,
            issuer,
            next,
        }
    }

    fn connect_packet(&self, number: usize, durable: bool) -> Vec<u8> {
        let client = tokens::client(number);
        let token = self.issuer.map(|issuer| issuer.token(number));
        mqtt::connect(&client, token.as_ref().map(tokens::Token::text), durable)
    }

    /// CONNECT packets of clients that have not been there yet.
    pub(crate) fn new_clients(&self, count: usize, durable: bool) -> Vec<Vec<u8>> {
        let first = self.next.replace(self.next.get() + count);
        let packet = |number| self.connect_packet(number, durable);
        (first..first + count).map(packet).collect()
    }

    /// Panics where the plugin lets everything pass: then nothing would be measured.
    pub(crate) fn must_decide(&self) {
        let (port, issuer) = (self.broker.port, self.issuer.unwrap());
        let (id, good) = (
            "d-watcher",
            r#"{"aud":"mqtt","clientid":"d-watcher","is_superuser":true}"#,
        );
        let good = issuer.sign(good);
        let (input, _) = good.rsplit_once('.').unwrap();
        let forged = format!("{input}.{}", "A".repeat(43));
        assert_eq!(
            mqtt::code(port, &mqtt::connect(id, Some(&forged), false)),
            5
        );
        let mut watcher = mqtt::accepted(port, &mqtt::connect(id, Some(&good), false));
        assert!(watcher.subscribe("#"), "not even to a superuser");
        let (mut client, allowed) = self.publisher();
        client.send(&[mqtt::publish("denied"), allowed.clone()].concat());
        watcher.expect(&allowed);
    }

    /// A client, and a PUBLISH packet that its token allows.
    fn publisher(&self) -> (Connection, Vec<u8>) {
        let topic = format!("up/{}/temperature", tokens::client(self.next.get()));
        let packets = self.new_clients(1, false);
        let client = mqtt::all_accepted(self.broker.port, &packets).remove(0);
        (client, mqtt::publish(&topic))
    }

    /// Has so many clients connect, and tells by how much the broker's memory grew for each.
    pub(crate) fn bytes_each(&self, count: usize) -> f64 {
        // What the broker allocates once.
        drop(mqtt::all_accepted(
            self.broker.port,
            &self.new_clients(10, false),
        ));
        let packets = self.new_clients(count, false);
        let before = self.broker.memory();
        let connections = mqtt::all_accepted(self.broker.port, &packets);
        let grown = self.broker.memory() - before;
        drop(connections);
        grown / count as f64
    }

    /// Has so many clients with durable sessions come and go.
    pub(crate) fn fill(&self, count: usize) {
        const AT_ONCE: usize = 1000;
        for done in (0..count).step_by(AT_ONCE) {
            let packets = self.new_clients(AT_ONCE.min(count - done), true);
            mqtt::leave(mqtt::all_accepted(self.broker.port, &packets));
        }
    }

    fn timed(&self, count: usize, work: impl FnOnce()) -> f64 {
        let before = self.broker.cpu_time();
        work();
        (self.broker.cpu_time() - before) as f64 / count as f64
    }

    /// So many clients connect; what it costs when they leave is not counted. new: each time other
    /// clients, else always the same.
    pub(crate) fn connects(&self, count: usize, new: bool) -> Slice<'_> {
        let mut packets = self.new_clients(count, false);
        let mut connect = move || {
            if new {
                packets = self.new_clients(count, false);
            }
            let mut connections = Vec::new();
            let cost = self.timed(count, || {
                connections = mqtt::all_accepted(self.broker.port, &packets);
            });
            mqtt::leave(connections);
            cost
        };
        connect();
        Box::new(connect)
    }

    /// One client publishes so often.
    pub(crate) fn publishes(&self, count: usize) -> Slice<'_> {
        let (client, packet) = self.publisher();
        let (client, block) = (RefCell::new(client), packet.repeat(BLOCK));
        let publish = move || {
            let mut client = client.borrow_mut();
            self.timed(count, || {
                for _ in 0..count / BLOCK {
                    client.send(&block);
                }
                client.wait();
            })
        };
        publish();
        Box::new(publish)
    }
}
