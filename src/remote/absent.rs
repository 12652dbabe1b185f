//! In the place of this room where the library is built without the feature `endpoint`: the same types as far as
//! others name them, and no way to make one. `config::no_endpoint` refuses what would need one, so whoever asks
//! whether there is an endpoint finds none, and what would follow is left out by the compiler.
#![expect(
    clippy::needless_pass_by_value,
    reason = "functions have the arguments of those in whose place they are"
)]

mod awaited;
mod endpoint_status;

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::Guard;

use crate::host::clock::Clock;
use crate::host::log::Log;

pub(crate) use awaited::Awaited;
pub(crate) use endpoint_status::EndpointStatus;

/// What would be fetched, and how: a type without a value.
pub(crate) enum Settings {}

impl Settings {
    pub(crate) fn option(&self) -> &str {
        match *self {}
    }

    pub(crate) fn origin(&self) -> String {
        match *self {}
    }
}

/// An endpoint has settings, so there is none.
pub(crate) struct Endpoint<T>(Settings, PhantomData<T>);

impl<T> Endpoint<T> {
    pub(crate) fn goes_on(settings: &Settings, _before: Option<&Arc<Self>>) -> bool {
        match *settings {}
    }

    pub(crate) fn start(
        settings: Settings,
        _before: Option<&Arc<Self>>,
        _log: &Log,
        _clock: &Clock,
    ) -> Result<Arc<Self>, String> {
        match settings {}
    }

    pub(crate) fn content(&self) -> Guard<Option<Arc<T>>> {
        match self.0 {}
    }

    pub(crate) fn request_refresh(&self) {
        match self.0 {}
    }

    pub(crate) fn status(&self) -> EndpointStatus {
        match self.0 {}
    }

    pub(crate) fn stop(&self) {
        match self.0 {}
    }
}

impl<T> Awaited for Endpoint<T> {
    fn wait_for_answer(&self, _time: Duration) {
        match self.0 {}
    }

    fn has_content(&self) -> bool {
        match self.0 {}
    }
}
