//! The names that a mapping may use: fields of its subject, of other subjects, and of one element of a list.

use schemas::{Kind, Topic};

use super::feed::Feed;

/// Names that each element brings along.
pub(crate) const OF_EACH: [&str; 3] = ["item", "place", "number"];

/// Everything that the expressions and arguments of one mapping are checked against.
#[derive(Debug)]
pub(crate) struct Names {
    /// What sends the mapping.
    pub(crate) feed: Feed,
    /// Other subjects, whose last value it uses.
    pub(crate) with: Vec<With>,
    /// With `each`: what one element is.
    pub(crate) element: Option<Element>,
}

/// Another subject, and the name that its fields go by.
#[derive(Debug, Clone)]
pub(crate) struct With {
    pub(crate) alias: String,
    pub(crate) topic: &'static Topic,
}

/// One element of what `each` goes through.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Element {
    /// Of a list of these.
    Of(&'static Kind),
    /// Of values by name: it has a `name` and a `value`, which is one of these.
    Entry(&'static Kind),
}

impl From<Feed> for Names {
    fn from(feed: Feed) -> Names {
        Names { feed, with: Vec::new(), element: None }
    }
}

impl Names {
    /// What `path` names.
    pub(crate) fn field(&self, path: &str) -> Option<&'static Kind> {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        if let Some(element) = self.element.filter(|_| OF_EACH.contains(&first)) {
            return element.field(first, rest);
        }
        match self.with.iter().find(|with| with.alias == first) {
            Some(with) => with.topic.field(rest?),
            None => self.feed.topic().field(path),
        }
    }

    /// Subject of the messages that send the mapping.
    pub(crate) fn subject(&self) -> &'static str {
        self.feed.topic().name
    }

    /// Every path to a single value or list.
    pub(crate) fn paths(&self) -> Vec<String> {
        let mut paths = self.feed.paths();
        for With { alias, topic } in &self.with {
            paths.extend(Feed::Message(topic).paths().into_iter().map(|path| format!("{alias}.{path}")));
        }
        paths.extend(self.element.iter().flat_map(|element| element.paths()));
        paths
    }
}

impl Element {
    /// What `each` goes through when it names something of this kind.
    pub(crate) fn of(kind: &'static Kind) -> Option<Element> {
        match kind.required() {
            Kind::List(item) => Some(Element::Of(item)),
            Kind::Map(value) => Some(Element::Entry(value)),
            _ => None,
        }
    }

    fn field(self, first: &str, rest: Option<&str>) -> Option<&'static Kind> {
        match (self, first, rest) {
            (_, "place" | "number", None) => Some(&Kind::Int),
            (Element::Entry(_), "item", Some("name")) => Some(&Kind::Text),
            (Element::Entry(value), "item", Some("value")) => Some(value),
            (Element::Of(kind), "item", None) => Some(kind),
            (Element::Of(kind), "item", Some(name)) => match kind.required() {
                Kind::Struct(fields) => fields.iter().find(|field| field.name == name).map(|f| &f.kind),
                _ => None,
            },
            _ => None,
        }
    }

    fn paths(self) -> Vec<String> {
        let mut paths: Vec<_> = match self {
            Element::Entry(_) => vec!["item.name".to_owned(), "item.value".to_owned()],
            Element::Of(kind) => match kind.required() {
                Kind::Struct(fields) => fields.iter().map(|field| format!("item.{}", field.name)).collect(),
                _ => vec!["item".to_owned()],
            },
        };
        paths.extend(["place".to_owned(), "number".to_owned()]);
        paths
    }
}
