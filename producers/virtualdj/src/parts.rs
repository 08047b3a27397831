//! The tasks and threads that wait for VirtualDJ.

use std::net::SocketAddr;
use std::time::Duration;

use schemas::Name;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::config::Config;
use crate::os2l::advertise::Advertisement;
use crate::report::{Report, WAITING};
use crate::{files, network, os2l};

/// What runs, and where it reports.
pub(crate) struct Parts {
    pub(crate) reports: Receiver<Report>,
    sender: Sender<Report>,
    advertisement: Option<Advertisement>,
    _server: Option<os2l::Server>,
    _files: Option<files::Poller>,
    _network: Option<network::Poller>,
}

impl Parts {
    /// Starts what is configured.
    ///
    /// # Errors
    /// When there is no thread for the files, or the URL is none.
    pub(crate) fn start(config: &Config, instance: &Name) -> Result<Parts, String> {
        let (sender, reports) = channel(WAITING);
        let server = config.os2l.then(|| os2l::Server::start(config.address(), sender.clone(), Report::Os2l));
        let orders = files::Orders {
            only: config.file.clone(),
            interval: Duration::from_millis(config.file_poll_ms),
            forget_s: config.file_forget_s,
        };
        let look = || files::Poller::start(orders, sender.clone(), Report::Files);
        let files = config.files.then(look).transpose();
        let files = files.map_err(|error| format!("no thread for the files of {instance}: {error}"))?;
        let client = config.network_url.as_deref().map(network::client).transpose();
        let network = client.map_err(|error| format!("network_url: {error}"))?.map(|client| {
            let interval = Duration::from_millis(config.network_poll_ms);
            let password = config.network_password.clone();
            network::Poller::start(client, password, interval, sender.clone(), Report::Network)
        });
        Ok(Parts { reports, sender, advertisement: None, _server: server, _files: files, _network: network })
    }

    /// Ends what runs and starts what is configured now. On an error the old goes on.
    ///
    /// # Errors
    /// As [`Parts::start`].
    pub(crate) fn replace(&mut self, config: &Config, instance: &Name) -> Result<(), String> {
        // The new server waits until the old one has let go of the port.
        *self = Parts::start(config, instance)?;
        Ok(())
    }

    /// Makes the server known that listens at `address`, in place of an earlier one.
    ///
    /// # Errors
    /// When no socket can be had.
    pub(crate) fn advertise(&mut self, instance: &Name, address: SocketAddr) -> Result<(), mdns_sd::Error> {
        self.advertisement = None;
        let sender = self.sender.clone();
        let tell = move |outcome| {
            let sender = sender.clone();
            async move { drop(sender.send(Report::Advertised(outcome)).await) }
        };
        let name = format!("vjbus {instance}");
        self.advertisement = Some(Advertisement::start(&name, address.ip(), address.port(), tell)?);
        Ok(())
    }
}
