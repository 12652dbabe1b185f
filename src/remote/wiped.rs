//! Buffers of requests, which hold headers that may be secret.

use std::fmt;

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};
use zeroize::Zeroize;

/// Wipes what was written to a connection, once it is of no more use.
#[derive(Debug)]
pub(super) struct WipingConnector;

impl<T: Transport> Connector<T> for WipingConnector {
    type Out = Wiped<T>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<T>,
    ) -> Result<Option<Wiped<T>>, Error> {
        Ok(chained.map(Wiped))
    }
}

/// A connection whose request is wiped when it is dropped.
pub(super) struct Wiped<T: Transport>(T);

impl<T: Transport> Drop for Wiped<T> {
    fn drop(&mut self) {
        self.0.buffers().output().zeroize();
    }
}

impl<T: Transport> Transport for Wiped<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.0.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.0.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }

    fn is_tls(&self) -> bool {
        self.0.is_tls()
    }
}

impl<T: Transport> fmt::Debug for Wiped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wiped")
    }
}
