//! What tasks and threads tell the component.

use crate::os2l::advertise::Outcome;
use crate::{files, network, os2l};

/// Reports that may wait: a second of a fast beat from every client, and room.
pub(crate) const WAITING: usize = 256;

/// One report.
#[derive(Debug)]
pub(crate) enum Report {
    /// From the OS2L server.
    Os2l(os2l::Report),
    /// Whether the server is known in the network.
    Advertised(Outcome),
    /// From the files.
    Files(files::Report),
    /// From Network Control.
    Network(network::Report),
}
