//! `docs/subjects.md`, made from the table, so that it cannot drift.

use std::fmt::Write as _;

use crate::table::TOPICS;
use crate::topic::{Class, Codec, Field, Kind, Topic};

/// The whole page as Markdown.
pub fn subjects_page() -> String {
    let mut page = String::from(
        "# Subjects\n\n<!-- Generated from `schemas/` by `just docs`. Change the declarations there. -->\n\n\
         Every message carries `v`, `seq`, `origin` {`host`, `instance`, `generation`}, `boot`, `at` (Unix seconds of the thing itself), \
         `at_mono_ns` (the same on CLOCK_MONOTONIC of the host) and `sent`; state carries `valid_s`. Classes and codecs are explained in \
         [ARCHITECTURE.md](../ARCHITECTURE.md).\n\n",
    );
    for topic in TOPICS {
        section(&mut page, topic);
    }
    page
}

fn section(page: &mut String, topic: &Topic) {
    let last = topic.scope.placeholder().map(|p| format!(".{p}")).unwrap_or_default();
    let class = match topic.class {
        Class::Samples => "samples",
        Class::Stream => "stream",
        Class::Event => "event",
        Class::State => "state",
    };
    let codec = match topic.codec {
        Codec::Json => "JSON",
        Codec::MsgPack => "MessagePack",
    };
    let valid = topic.valid_s.map(|s| format!(", valid {s} s")).unwrap_or_default();
    // Writing to a String cannot fail.
    let _ok =
        writeln!(page, "## `vj.{}{last}`\n\n{class}, {codec}{valid}. {}\n", topic.name, topic.doc.trim());
    page.push_str("| field | type | meaning |\n|---|---|---|\n");
    rows(page, "", topic.fields);
    page.push('\n');
}

fn rows(page: &mut String, prefix: &str, fields: &[Field]) {
    for field in fields {
        let name = format!("{prefix}{}", field.name);
        let _ok = writeln!(page, "| `{name}` | {} | {} |", kind(&field.kind), field.doc.trim());
        match field.kind.required() {
            Kind::Struct(inner) => rows(page, &format!("{name}."), inner),
            Kind::List(Kind::Struct(inner)) => rows(page, &format!("{name}[]."), inner),
            _ => {}
        }
    }
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Bool => "boolean".into(),
        Kind::Int => "integer".into(),
        Kind::Float => "number".into(),
        Kind::Text => "text".into(),
        Kind::Choice(words) => words.join(", "),
        Kind::List(of) => format!("list of {}", self::kind(of)),
        Kind::Struct(_) => "object".into(),
        Kind::Map(of) => format!("{} by name", self::kind(of)),
        Kind::Optional(of) => format!("{} or null", self::kind(of)),
        Kind::Any => "any".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_docs_is_the_one_made_here() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/subjects.md");
        if std::env::var_os("VJBUS_BLESS").is_some() {
            std::fs::write(path, subjects_page()).unwrap();
        }
        let shipped = std::fs::read_to_string(path).unwrap_or_default();
        assert!(shipped == subjects_page(), "docs/subjects.md is out of date: run `just docs`");
    }
}
