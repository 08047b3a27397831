//! Two decks behind a web server that answers as Network Control does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use testkit::web::{Reply, Request, Server};

/// The decks; each value is what a script answers.
pub(crate) struct Console {
    server: Server,
    values: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Console {
    pub(crate) fn start(password: &str) -> Console {
        let values: Arc<Mutex<BTreeMap<String, String>>> = Arc::default();
        for deck in [1, 2] {
            let play = if deck == 1 { "on" } else { "off" };
            let pairs = [
                ("loaded", "on"),
                ("get_title", if deck == 1 { "Summer" } else { "Blue" }),
                ("get_artist", "Somebody"),
                ("get_songlength", "200"),
                ("song_pos", "0.25"),
                ("play", play),
                ("is_audible", "on"),
                ("volume", "1.0"),
                ("get_bpm", "126"),
                ("get_bpm absolute", "120"),
            ];
            let mut values = values.lock().expect("a lock");
            values.extend(pairs.map(|(verb, value)| (format!("deck {deck} {verb}"), value.to_owned())));
        }
        let (known, bearer) = (Arc::clone(&values), format!("Bearer {password}"));
        let answer = move |request: &Request| {
            if request.header("authorization") != Some(&bearer) {
                return Reply::json(401, "");
            }
            let script = request.target().strip_prefix("/query?script=").unwrap_or_default();
            let script = script.replace(['+'], " ").replace("%20", " ");
            let values = known.lock().expect("a lock");
            Reply::json(200, values.get(&script).map_or("error:-2147467259", String::as_str))
        };
        Console { server: Server::start(answer).expect("a web server"), values }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    pub(crate) fn set(&self, script: &str, value: &str) {
        self.values.lock().expect("a lock").insert(script.to_owned(), value.to_owned());
    }
}
