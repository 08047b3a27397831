//! The ways in that run, as the configuration wants them.

use schemas::Name;

use crate::config::{self, Config};
use crate::file::{self, Follower};
use crate::http;
use crate::icecast;
use crate::report::{Outlet, Task, Way};
use crate::template::Template;

/// Each ends when it is dropped.
#[derive(Debug, Default)]
pub(super) struct Ways {
    http: Option<Task>,
    file: Option<Follower>,
    icecast: Option<Task>,
}

impl Ways {
    /// Starts all that are switched on; on `Err` says what would be right.
    pub(super) fn start(config: &Config, own: &Name, outlet: &Outlet) -> Result<Ways, String> {
        let mut ways = Ways::default();
        ways.http(config, own, outlet)?;
        ways.file(config, outlet)?;
        ways.icecast(config, outlet)?;
        Ok(ways)
    }

    /// Starts those again whose settings differ; gives back which.
    pub(super) fn change(
        &mut self,
        old: &Config,
        new: &Config,
        own: &Name,
        outlet: &Outlet,
    ) -> Result<Vec<Way>, String> {
        let mut changed = Vec::new();
        if (&old.http, old.http_remote) != (&new.http, new.http_remote) {
            self.http(new, own, outlet)?;
            changed.push(Way::Http);
        }
        if (&old.file, &old.template, old.line) != (&new.file, &new.template, new.line) {
            self.file(new, outlet)?;
            changed.push(Way::File);
        }
        if (&old.icecast, &old.icecast_password) != (&new.icecast, &new.icecast_password) {
            self.icecast(new, outlet)?;
            changed.push(Way::Icecast);
        }
        Ok(changed)
    }

    /// Whether a way in is switched on.
    pub(super) fn has(&self, way: Way) -> bool {
        match way {
            Way::Http => self.http.is_some(),
            Way::File => self.file.is_some(),
            Way::Icecast => self.icecast.is_some(),
        }
    }

    fn http(&mut self, config: &Config, own: &Name, outlet: &Outlet) -> Result<(), String> {
        let address = config::address(&config.http).map_err(|wrong| format!("http: {wrong}"))?;
        let start = |address| http::start(address, config.http_remote, own.clone(), outlet.clone());
        self.http = address.map(start);
        Ok(())
    }

    fn file(&mut self, config: &Config, outlet: &Outlet) -> Result<(), String> {
        let template = Template::parse(&config.template).map_err(|wrong| format!("template: {wrong}"))?;
        let settings = config.file.clone().map(|path| file::Settings { path, template, line: config.line });
        let start = |settings| file::start(settings, outlet.clone());
        self.file = settings.map(start).transpose().map_err(|e| format!("file: no thread for it: {e}"))?;
        Ok(())
    }

    fn icecast(&mut self, config: &Config, outlet: &Outlet) -> Result<(), String> {
        let address = config::address(&config.icecast).map_err(|wrong| format!("icecast: {wrong}"))?;
        let start = |address| icecast::start(address, config.icecast_password.clone(), outlet.clone());
        self.icecast = address.map(start);
        Ok(())
    }
}
