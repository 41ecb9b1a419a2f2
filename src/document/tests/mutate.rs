//! Small random changes of documents.

use crate::yaml::{Data, Style};

/// A small generator, the same on every machine (xorshift64*).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// From 0 to below `limit`.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    pub(super) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

fn scalar(random: &mut Random) -> Data {
    let texts = [
        "",
        "a",
        "on",
        "true",
        "control",
        "treatment",
        "12",
        "1.5",
        "25%",
        "a/b",
        "a b",
        "con",
        "nul.x",
        "x.",
        "a..b",
        r"a\.b",
        "2026-12-01",
        "2026-13-01",
        "2026-12-01T09:00:00",
        "12h",
        "1y",
        "v1.2.3",
        "10.0.0.0/8",
        "boolean",
        "string",
        "integer",
        "number",
        "json",
        "time",
        "ip",
        "release",
        "flagd-v3",
        "error",
        "SPLIT",
        "é\n",
    ];
    let numbers = [
        "0",
        "1",
        "2",
        "100",
        "101",
        "-1",
        "0.5",
        "0.0001",
        "33.333",
        "1.0",
        "1e300",
        "9007199254740991",
        "4294967296",
    ];
    match random.below(6) {
        0 => Data::Null,
        1 => Data::Boolean(random.one_in(2)),
        2 | 3 => Data::Decimal((*random.pick(&numbers)).to_owned()),
        _ => Data::text(*random.pick(&texts)),
    }
}

/// What mutations are made of: all parts and keys of some documents.
pub(super) struct Pool {
    parts: Vec<Data>,
    keys: Vec<String>,
}

impl Pool {
    pub(super) fn new(documents: impl Iterator<Item = Data>) -> Self {
        let mut pool = Self { parts: Vec::new(), keys: Vec::new() };
        for document in documents {
            collect(&document, &mut |data| {
                pool.parts.push(data.clone());
                if let Data::Mapping(entries, _) = data {
                    pool.keys.extend(entries.iter().map(|(key, _)| key.clone()));
                }
            });
        }
        pool
    }

    fn key(&self, random: &mut Random) -> String {
        let odd = ["x", "serv", "nul", "a b", "", "file", "policy", "é"];
        if random.one_in(4) { (*random.pick(&odd)).to_owned() } else { random.pick(&self.keys).clone() }
    }

    /// Any part of the documents, or a scalar.
    fn part(&self, random: &mut Random) -> Data {
        match random.below(6) {
            0..=2 => scalar(random),
            3 => Data::flow_list([]),
            4 if random.one_in(2) => Data::Mapping(Vec::new(), Style::Flow),
            _ => random.pick(&self.parts).clone(),
        }
    }
}

fn collect(data: &Data, visit: &mut impl FnMut(&Data)) {
    visit(data);
    match data {
        Data::Sequence(items, _) => items.iter().for_each(|item| collect(item, visit)),
        Data::Mapping(entries, _) => entries.iter().for_each(|(_, value)| collect(value, visit)),
        Data::Pair(_, value) => collect(value, visit),
        _ => {}
    }
}

/// Changes one place: removes, renames, replaces, duplicates, or adds something.
pub(super) fn mutate(data: &mut Data, random: &mut Random, pool: &Pool) {
    match data {
        Data::Mapping(entries, _) if !entries.is_empty() && !random.one_in(8) => {
            let at = random.below(entries.len());
            match random.below(12) {
                0 => drop(entries.remove(at)),
                1 => {
                    let key = pool.key(random);
                    if entries.iter().all(|(other, _)| *other != key) {
                        entries[at].0 = key;
                    }
                }
                2 => {
                    let (key, value) = (pool.key(random), pool.part(random));
                    if entries.iter().all(|(other, _)| *other != key) {
                        entries.insert(at, (key, value));
                    }
                }
                _ => mutate(&mut entries[at].1, random, pool),
            }
        }
        Data::Sequence(items, _) if !items.is_empty() && !random.one_in(8) => {
            let at = random.below(items.len());
            match random.below(12) {
                0 => drop(items.remove(at)),
                1 => items.insert(at, items[at].clone()),
                2 => items.insert(at, pool.part(random)),
                3 => {
                    let other = random.below(items.len());
                    items.swap(at, other);
                }
                _ => mutate(&mut items[at], random, pool),
            }
        }
        Data::Pair(_, value) => mutate(value, random, pool),
        _ => *data = pool.part(random),
    }
}
