//! Three versions of mappings and lists become one: for files without a model of their own.

use crate::compare::words::short;
use crate::history::{Prefer, weave};
use crate::source::Path;
use crate::yaml::{Data, Style};
use std::collections::BTreeSet;

/// Lists without order, whose elements come and go one by one.
const SETS: [&str; 6] = ["include", "exclude", "enum", "examples", "tags", "units"];

/// The keys by which items of a list are known.
const IDENTITIES: [&str; 4] = ["id", "name", "flag", "user"];

struct Merge {
    prefer: Prefer,
    conflicts: Vec<String>,
}

/// The merge, and the places that both changed differently, where the preferred side is taken.
pub(super) fn merge(prefer: Prefer, base: &Data, theirs: &Data, ours: &Data) -> (Data, Vec<String>) {
    let mut merge = Merge { prefer, conflicts: Vec::new() };
    let merged = merge.value(&Place::default(), Some(base), Some(theirs), Some(ours));
    (merged.unwrap_or(Data::Null), merge.conflicts)
}

/// Where a value stands, by the names of the items on the way, and under which key.
#[derive(Default, Clone)]
struct Place {
    path: Path,
    key: String,
}

impl Place {
    fn key(&self, key: &str) -> Self {
        Self { path: self.path.key(key), key: key.to_owned() }
    }
}

fn same(a: Option<&Data>, b: Option<&Data>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.same(b),
        (None, None) => true,
        _ => false,
    }
}

impl Merge {
    fn value(
        &mut self,
        place: &Place,
        base: Option<&Data>,
        theirs: Option<&Data>,
        ours: Option<&Data>,
    ) -> Option<Data> {
        if same(ours, theirs) || same(base, theirs) {
            return ours.cloned();
        }
        if same(base, ours) {
            return theirs.cloned();
        }
        match (base, theirs, ours) {
            (Some(Data::Mapping(base, _)), Some(Data::Mapping(theirs, _)), Some(Data::Mapping(ours, style))) => {
                let (base, theirs, ours) = (named_keys(base), named_keys(theirs), named_keys(ours));
                let merged = self.named(place, [&base, &theirs, &ours]);
                Some(Data::Mapping(merged, *style))
            }
            (Some(Data::Sequence(base, _)), Some(Data::Sequence(theirs, _)), Some(Data::Sequence(ours, style))) => {
                if SETS.contains(&place.key.as_str()) {
                    return Some(Data::Sequence(set(base, theirs, ours), *style));
                }
                Some(match (named_items(base), named_items(theirs), named_items(ours)) {
                    (Some(base), Some(theirs), Some(ours)) => self.list(place, [&base, &theirs, &ours], *style),
                    _ => self.conflict(place, [base, theirs, ours].map(|items| Data::Sequence(items.clone(), *style))),
                })
            }
            _ => {
                self.conflicts.push(format!("`{}`", place.path));
                self.pick(base, theirs, ours).cloned()
            }
        }
    }

    fn pick<T>(&self, base: T, theirs: T, ours: T) -> T {
        match self.prefer {
            Prefer::Base => base,
            Prefer::Theirs => theirs,
            Prefer::Ours => ours,
        }
    }

    fn conflict(&mut self, place: &Place, [base, theirs, ours]: [Data; 3]) -> Data {
        self.conflicts.push(format!("`{}`", place.path));
        self.pick(base, theirs, ours)
    }

    fn list(&mut self, place: &Place, versions: [&Named<'_>; 3], style: Style) -> Data {
        let merged = self.named(place, versions);
        let names: Vec<&String> = merged.iter().map(|(name, _)| name).collect();
        let of = |list: &Named<'_>| -> Vec<String> {
            list.iter().map(|(name, _)| name.clone()).filter(|name| names.contains(&name)).collect()
        };
        let [base, theirs, ours] = versions.map(of);
        let moved = |side: &[String]| {
            let common = |list: &[String], other: &[String]| -> Vec<String> {
                list.iter().filter(|it| other.contains(it)).cloned().collect()
            };
            common(side, &base) != common(&base, side)
        };
        let order = match (moved(&theirs), moved(&ours)) {
            (true, true) if theirs != ours => {
                self.conflicts.push(format!("the order of `{}`", place.path));
                self.pick(&base, &theirs, &ours)
            }
            (true, false) => &theirs,
            _ => &ours,
        };
        let order = weave(&weave(&weave(order, &ours), &theirs), &base);
        let find = |name: &String| merged.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
        Data::Sequence(order.iter().filter_map(find).collect(), style)
    }

    /// Entries by name, in the order of ours, with what only they have behind its predecessor there.
    fn named(&mut self, place: &Place, [base, theirs, ours]: [&Named<'_>; 3]) -> Vec<(String, Data)> {
        let names = |list: &Named<'_>| list.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let order = weave(&weave(&names(ours), &names(theirs)), &names(base));
        let merged = order.into_iter().filter_map(|name| {
            let place = place.key(&name);
            let value = self.value(&place, get(base, &name), get(theirs, &name), get(ours, &name))?;
            Some((name, value))
        });
        merged.collect()
    }
}

type Named<'d> = [(String, &'d Data)];

fn get<'d>(list: &Named<'d>, name: &str) -> Option<&'d Data> {
    list.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
}

fn named_keys(entries: &[(String, Data)]) -> Vec<(String, &Data)> {
    entries.iter().map(|(key, value)| (key.clone(), value)).collect()
}

/// Items by what they are known by; `None` where one has no name, or two have the same.
fn named_items(items: &[Data]) -> Option<Vec<(String, &Data)>> {
    let named = items.iter().map(|item| identity(item).map(|name| (name, item))).collect::<Option<Vec<_>>>()?;
    let distinct: BTreeSet<&String> = named.iter().map(|(name, _)| name).collect();
    (distinct.len() == named.len()).then_some(named)
}

fn identity(item: &Data) -> Option<String> {
    let Data::Mapping(entries, _) = item else { return None };
    let known = IDENTITIES.iter().find_map(|name| entries.iter().find(|(key, _)| key == name))?;
    match &known.1 {
        Data::Text(text) | Data::Plain(text) | Data::Decimal(text) => Some(text.clone()),
        Data::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

fn set(base: &[Data], theirs: &[Data], ours: &[Data]) -> Vec<Data> {
    let has = |list: &[Data], it: &Data| list.iter().any(|other| other.same(it));
    let stays = |it: &&Data| !has(base, it) || has(theirs, it);
    let mut merged: Vec<Data> = ours.iter().filter(stays).cloned().collect();
    for it in theirs {
        if !has(base, it) && !has(&merged, it) {
            merged.push(it.clone());
        }
    }
    merged
}

/// How two versions differ, one line for each place.
pub(super) fn differences(before: &Data, after: &Data) -> Vec<String> {
    let mut found = Vec::new();
    differ(&Path::root(), Some(before), Some(after), &mut found);
    found
}

fn differ(path: &Path, before: Option<&Data>, after: Option<&Data>, found: &mut Vec<String>) {
    if same(before, after) {
        return;
    }
    let inner = match (before, after) {
        (Some(Data::Mapping(before, _)), Some(Data::Mapping(after, _))) => {
            Some((named_keys(before), named_keys(after)))
        }
        (Some(Data::Sequence(before, _)), Some(Data::Sequence(after, _))) => {
            named_items(before).zip(named_items(after))
        }
        _ => None,
    };
    if let Some((before, after)) = inner {
        let names: BTreeSet<&String> = before.iter().chain(&after).map(|(name, _)| name).collect();
        let known = found.len();
        for name in names {
            differ(&path.key(name.as_str()), get(&before, name), get(&after, name), found);
        }
        if found.len() > known {
            return;
        }
    }
    let shown = |side: Option<&Data>| side.map_or_else(|| "nothing".to_owned(), |it| short(&it.to_json().to_string()));
    found.push(format!("`{path}` {} → {}", shown(before), shown(after)));
}
