//! Random three-way merges: two sides edit a flag and its comments, and the merge must be what both scripts come to.
//!
//! `MERGES=20000 cargo test --test it -- merging_random` runs that many; a failure names its seed, and `MERGE_SEED=n` runs one.

mod document;
mod oracle;
mod script;

use document::{Document, Layout};
use git_flag::merge::{Merged, Style, Versions, merge};
use git_flag::model::FlagKey;
use git_flag::project::layout::Role;
use oracle::{Facts, comments, facts};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// A small generator of random numbers, so that a seed says everything.
pub(crate) struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d | 1);
        for _ in 0..4 {
            random.below(2);
        }
        random
    }

    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % end as u64).expect("small")
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn pick<'t, T: ?Sized>(&mut self, of: &[&'t T]) -> &'t T {
        of[self.below(of.len())]
    }
}

/// What a seed gave.
enum Case {
    Merged,
    Conflict,
    /// A script that makes no valid flag by itself.
    Void,
}

#[test]
fn a_merge_is_what_both_scripts_come_to() {
    let seeds = match std::env::var("MERGE_SEED").ok().and_then(|seed| seed.parse::<u64>().ok()) {
        Some(seed) => seed..seed + 1,
        None => 0..std::env::var("MERGES").ok().and_then(|count| count.parse().ok()).unwrap_or(200),
    };
    let counts = [AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0)];
    let next = AtomicU64::new(seeds.start);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if !seeds.contains(&seed) {
                        return;
                    }
                    counts[case(seed) as usize].fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let [merged, conflicts, void] = counts.map(AtomicU64::into_inner);
    println!("{merged} merged, {conflicts} conflicts, {void} without two valid sides");
    // Both ways are taken often enough to mean something.
    let all = seeds.end - seeds.start;
    assert!(all < 100 || (merged * 5 > all && conflicts * 25 > all && void * 5 < all), "{merged} {conflicts} {void}");
}

fn case(seed: u64) -> Case {
    let mut random = Random::new(seed);
    let layout = Layout::random(&mut random);
    let base = Document::random(&mut random);
    let scripts = ["A", "B"].map(|side| script::effective(script::random(&mut random, side), &base));
    let [a, b] = scripts.each_ref().map(|script| script::applied(script, &base));
    // Sometimes a side is laid out anew as well.
    let [layout_a, layout_b] =
        [12, 12].map(|many| if random.one_in(many) { Layout::random(&mut random) } else { layout });
    let [base_text, ours, theirs] = [base.text(layout), a.text(layout_a), b.text(layout_b)];
    let (Some(old), Some(our), Some(their)) = (facts(&base_text), facts(&ours), facts(&theirs)) else {
        return Case::Void;
    };
    let both = script::applied(&scripts[1], &a);
    let both_text = both.text(layout);
    let wanted = facts(&both_text);
    let clash = oracle::clash(&old, &our, &their);
    let key = FlagKey::new("checkout").expect("a key");
    let style =
        Style { size: 7, ours: "A".into(), base: "base".into(), theirs: "B".into(), with_base: random.one_in(2) };
    let versions = Versions { base: &base_text, ours: &ours, theirs: &theirs };
    let result = merge(&"flags/checkout.yaml".into(), &Role::Flag(key), versions, &style);
    let story =
        || format!("seed {seed}\nscripts: {scripts:#?}\n--- base\n{base_text}--- ours\n{ours}--- theirs\n{theirs}");
    match (result, clash, wanted) {
        (Merged::Clean(text), None, Some(wanted)) => {
            let Some(found) = facts(&text) else { panic!("not valid:\n{text}\n{}", story()) };
            assert_eq!(found.places, wanted.places, "not what both scripts come to:\n{text}\n{}", story());
            in_order(&found, &old, &our, &their).unwrap_or_else(|words| panic!("{words}:\n{text}\n{}", story()));
            let expected = kept(&comments(&base_text), &comments(&ours), &comments(&theirs));
            assert_eq!(comments(&text), expected, "comments:\n{text}\n{}", story());
            let returns = text.matches("\r\n").count();
            assert!(returns == 0 || returns == text.matches('\n').count(), "line ends:\n{text:?}\n{}", story());
            Case::Merged
        }
        (Merged::Conflict { text, words }, clash, wanted) => {
            assert!(clash.is_some() || wanted.is_none(), "a conflict without a reason: {words:?}\n{text}\n{}", story());
            assert!(
                !words.is_empty() && text.contains("<<<<<<< A") && text.contains(">>>>>>> B"),
                "{text}\n{}",
                story()
            );
            // A side may use a variant that the other took away, and be wrong where it is taken.
            let has_all =
                |side: &Facts| old.places.keys().all(|it| !it.starts_with("variants/") || side.places.contains_key(it));
            if (wanted.is_some() || clash.is_some()) && has_all(&our) && has_all(&their) {
                both_resolutions(&text, &words, &story);
            }
            Case::Conflict
        }
        (result, clash, wanted) => {
            panic!("conflict wanted: {clash:?}, valid: {}\n{result:?}\n{}", wanted.is_some(), story())
        }
    }
}

/// Taking one side of every marker gives a file that reads.
fn both_resolutions(text: &str, words: &[String], story: &dyn Fn() -> String) {
    if words.iter().any(|line| line.contains("both together are not")) {
        return;
    }
    for wanted in ["<<<<<<<", "======="] {
        let mut part = "";
        let mut resolved = String::new();
        for line in text.split_inclusive('\n') {
            match line.get(..7) {
                Some(marker @ ("<<<<<<<" | "|||||||" | "=======")) => part = marker,
                Some(">>>>>>>") => part = "",
                _ if part.is_empty() || part == wanted => resolved += line,
                _ => {}
            }
        }
        // So may one that uses a variant which the other adds.
        let uses_what_is_missing = words.iter().any(|line| line.contains("variant"));
        assert!(facts(&resolved).is_some() || uses_what_is_missing, "one side of {text}\n{resolved}\n{}", story());
    }
}

/// Rules stand as the sides have them; where one side moved some, as that side does.
fn in_order(found: &Facts, base: &Facts, ours: &Facts, theirs: &Facts) -> Result<(), String> {
    for (environment, rules) in &found.orders {
        let empty = Vec::new();
        let of = |facts: &Facts| facts.orders.get(environment).unwrap_or(&empty).clone();
        let (base, ours, theirs) = (of(base), of(ours), of(theirs));
        for (side, other) in [(&ours, &theirs), (&theirs, &ours)] {
            if oracle::moved(&base, other) && !oracle::moved(&base, side) {
                continue;
            }
            let side: Vec<&String> = side.iter().filter(|rule| rules.contains(rule)).collect();
            let found: Vec<&String> = rules.iter().filter(|rule| side.contains(rule)).collect();
            if side != found {
                return Err(format!("{environment}: {side:?} became {found:?}"));
            }
        }
    }
    Ok(())
}

/// The comments of a merge: those of both sides, but for what one of them took away.
fn kept(
    base: &BTreeMap<String, usize>,
    ours: &BTreeMap<String, usize>,
    theirs: &BTreeMap<String, usize>,
) -> BTreeMap<String, usize> {
    let all = ours.keys().chain(theirs.keys());
    let stays = |text: &&String| !base.contains_key(*text) || (ours.contains_key(*text) && theirs.contains_key(*text));
    all.filter(stays).map(|text| (text.clone(), 1)).collect()
}
