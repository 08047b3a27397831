//! What reaches beyond one value of one message: `with`, `each`, `keep` and `changed`.

use std::collections::BTreeMap;

use schemas::Class;
use toml::Spanned;

use super::compile::{Mistakes, condition};
use super::each::Each;
use super::expression::FUNCTIONS;
use super::feed::{Feed, READS};
use super::names::{Element, Names, OF_EACH, With};
use crate::target::SendFile;

/// The names that a mapping may use.
pub(super) fn names(key: &str, file: &SendFile, feed: Feed, mistakes: &mut Mistakes<'_>) -> Names {
    refuse_for_clock(key, file, feed, mistakes);
    let with = others(key, &file.with, feed, mistakes);
    let mut names = Names { feed, with, element: None };
    if let Some(each) = &file.each {
        let path = each.get_ref();
        names.element = names.field(path).and_then(Element::of);
        if names.element.is_none() {
            let lists = lists(&names).join(", ");
            let known = if lists.is_empty() { "it has none".to_owned() } else { format!("it has {lists}") };
            let message = format!("“{path}” is no list or map of {}; {known}", names.subject());
            mistakes.add(&each.span(), format!("{key}.each"), message);
        }
    }
    names
}

/// What a mapping goes through, and what of it is kept.
pub(super) fn each(key: &str, file: &SendFile, names: &Names, mistakes: &mut Mistakes<'_>) -> Option<Each> {
    if let (Some(keep), None) = (&file.keep, &file.each) {
        let message = "`keep` chooses among elements: say which with `each`";
        mistakes.add(&keep.span(), format!("{key}.keep"), message);
        return None;
    }
    if let (Some(each), Some(_)) = (&file.each, &file.release) {
        let message = "a trigger is one message: leave out `each` or `release`";
        mistakes.add(&each.span(), format!("{key}.each"), message);
    }
    let path = file.each.as_ref()?.get_ref().split('.').map(str::to_owned).collect();
    names.element?;
    let keep = file.keep.as_ref().and_then(|keep| condition(&format!("{key}.keep"), keep, names, mistakes));
    Some(Each { path, keep })
}

/// Paths of the fields that have to change.
pub(super) fn changed(
    key: &str,
    files: &[Spanned<String>],
    names: &Names,
    mistakes: &mut Mistakes<'_>,
) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for file in files {
        let path = file.get_ref();
        let of_each = path.split('.').next().is_some_and(|first| OF_EACH.contains(&first));
        if of_each || names.field(path).is_none() {
            let message =
                format!("{} has no field “{path}”; it has {}", names.subject(), names.paths().join(", "));
            mistakes.add(&file.span(), format!("{key}.changed"), message);
        }
        paths.push(path.split('.').map(str::to_owned).collect());
    }
    paths
}

// The clock's thread knows nothing but the beat, and must not wait for anything else.
fn refuse_for_clock(key: &str, file: &SendFile, feed: Feed, mistakes: &mut Mistakes<'_>) {
    if !feed.is_clock() {
        return;
    }
    let with = file.with.values().map(|name| (name.span(), "with"));
    let changed = file.changed.iter().map(|name| (name.span(), "changed"));
    let each = file.each.iter().map(|path| (path.span(), "each"));
    for (span, part) in with.chain(each).chain(changed) {
        let message =
            format!("`{part}` goes with messages, and {} is made by the sink's own clock", feed.topic().name);
        mistakes.add(&span, format!("{key}.{part}"), message);
    }
}

fn others(
    key: &str,
    files: &BTreeMap<String, Spanned<String>>,
    feed: Feed,
    mistakes: &mut Mistakes<'_>,
) -> Vec<With> {
    let mut others = Vec::new();
    for (alias, file) in files {
        let key = format!("{key}.with.{alias}");
        let word = !alias.is_empty() && alias.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if !word || is_taken(alias, feed) {
            let message =
                "another name is needed: small letters, and no field, function or word of the language";
            mistakes.add(&file.span(), key.clone(), message);
        }
        let states = || READS.iter().filter(|topic| topic.class == Class::State);
        match states().find(|topic| topic.name == file.get_ref()) {
            Some(topic) => others.push(With { alias: alias.clone(), topic }),
            None => {
                let known: Vec<_> = states().map(|topic| topic.name).collect();
                let message =
                    format!("“{}” has no last value; there are {}", file.get_ref(), known.join(", "));
                mistakes.add(&file.span(), key, message);
            }
        }
    }
    others
}

fn is_taken(alias: &str, feed: Feed) -> bool {
    let words = ["and", "or", "not", "if", "else", "in", "is", "true", "false", "none"];
    feed.topic().field(alias).is_some()
        || FUNCTIONS.contains(&alias)
        || OF_EACH.contains(&alias)
        || words.contains(&alias)
}

// Top level only: a list within a list is nobody's song.
fn lists(names: &Names) -> Vec<String> {
    let own = names.feed.topic().fields.iter().map(|field| (field.name.to_owned(), &field.kind));
    let others = names.with.iter().flat_map(|with| {
        with.topic.fields.iter().map(|field| (format!("{}.{}", with.alias, field.name), &field.kind))
    });
    own.chain(others).filter(|(_, kind)| Element::of(kind).is_some()).map(|(path, _)| path).collect()
}
