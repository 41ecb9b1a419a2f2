//! Changes of the model as changes of the text.

use super::corpus::seeds;
use super::mutate::{Pool, Random, mutate};
use super::{BOOLEAN, good_flag, with_serve};
use crate::document::schema::Document;
use crate::document::{ChangeError, Written, apply, create, edits};
use crate::model::{
    EnvironmentName, Flag, FlagKey, Kill, Lifetime, Project, Rollout, RuleId, Segment, SegmentName, Serve, Setting,
    Share, Target, Timestamp, Unit, VariantName,
};
use crate::source::FilePath;
use crate::yaml::{Data, Edit, parse};

fn file() -> FilePath {
    "flags/test.yaml".into()
}

/// What `text` becomes when the flag it says is changed.
fn changed(text: &str, change: impl FnOnce(&mut Flag)) -> String {
    let old = good_flag(text);
    let mut new = old.clone();
    change(&mut new);
    apply(&file(), text, &old, &new).unwrap_or_else(|error| panic!("{error:?}\n{text}"))
}

fn percentage(percent: u32, serve: Option<&str>) -> Serve {
    let share = Share::from_steps(percent * 1000).unwrap();
    Serve::Rollout(Rollout {
        strategy: "percentage",
        settings: vec![("percentage", Setting::Share(share))],
        serve: serve.map(|name| VariantName::new(name).unwrap()),
        by: None,
        salt: None,
        bucketing: None,
    })
}

const COMMENTED: &str = "# The new checkout.
type: boolean   # on or off
default: false

environments:
  # careful here
  production:
    rules:
      # our people
      - id: staff # ids are stable
        when: [{segment: staff}]
        serve: true
      # some
      - id: some
        serve: {percentage: 25} # slowly
    serve: false
";

#[test]
fn a_percentage_changes_one_number() {
    let text = changed(COMMENTED, |flag| flag.environments[0].rules[1].serve = percentage(50, Some("on")));
    assert_eq!(text, COMMENTED.replace("25", "50"));
}

#[test]
fn a_field_that_the_file_leaves_out_is_inserted_in_its_place() {
    let text = changed(COMMENTED, |flag| flag.environments[0].enabled = true);
    assert_eq!(text, COMMENTED.replace("    rules:\n", "    enabled: true\n    rules:\n"));
    let text = changed(COMMENTED, |flag| flag.owner = Some("team-a".into()));
    assert_eq!(text, COMMENTED.replace("default: false\n", "owner: team-a\ndefault: false\n"));
}

#[test]
fn a_field_that_the_file_spells_out_is_set() {
    let text = format!("tags: [] # none yet\n{BOOLEAN}");
    let new = changed(&text, |flag| flag.tags = vec!["web".into()]);
    assert_eq!(new, text.replace("[]", "[web]"));
}

#[test]
fn rules_keep_their_comments_when_they_move_or_go() {
    let text = changed(COMMENTED, |flag| flag.environments[0].rules.swap(0, 1));
    let (staff, some) = (COMMENTED.find("      # our").unwrap(), COMMENTED.find("      # some").unwrap());
    let end = COMMENTED.find("    serve: false").unwrap();
    let expected =
        format!("{}{}{}{}", &COMMENTED[..staff], &COMMENTED[some..end], &COMMENTED[staff..some], &COMMENTED[end..]);
    assert_eq!(text, expected);
    let text = changed(COMMENTED, |flag| drop(flag.environments[0].rules.remove(0)));
    assert_eq!(text, format!("{}{}", &COMMENTED[..staff], &COMMENTED[some..]));
}

#[test]
fn several_changes_at_once() {
    let text = changed(COMMENTED, |flag| {
        flag.lifetime = Lifetime::Expires(Timestamp::parse("2027-03-01").unwrap());
        let production = &mut flag.environments[0];
        production.killed = Some(Kill { reason: "it: broke".into(), by: None, at: None });
        production.targets = vec![Target {
            serve: VariantName::boolean(true),
            units: vec![Unit::from_text("1").unwrap(), Unit::from_text("user-2").unwrap()],
        }];
        production.rules[0].id = Some(RuleId::new("people").unwrap());
        production.serve = percentage(5, Some("on"));
    });
    assert_eq!(
        text,
        "# The new checkout.
type: boolean   # on or off
expires: 2027-03-01
default: false

environments:
  # careful here
  production:
    killed: {reason: \"it: broke\"}
    targets:
      - {serve: true, units: [\"1\", user-2]}
    rules:
      # our people
      - id: people # ids are stable
        when: [{segment: staff}]
        serve: true
      # some
      - id: some
        serve: {percentage: 25} # slowly
    serve: {percentage: 5}
"
    );
}

#[test]
fn environments_are_added_in_order_and_renamed_in_place() {
    let text = changed(COMMENTED, |flag| {
        let mut staging = flag.environments[0].clone();
        staging.name = EnvironmentName::new("staging").unwrap();
        staging.rules.clear();
        flag.environments.insert(0, staging);
    });
    let added = "environments:\n  staging:\n    enabled: false\n    serve: false\n  # careful here\n";
    assert_eq!(text, COMMENTED.replace("environments:\n  # careful here\n", added));
    let text = changed(COMMENTED, |flag| flag.environments[0].name = EnvironmentName::new("live").unwrap());
    assert_eq!(text, COMMENTED.replace("production", "live"));
}

#[test]
fn variants_are_renamed_in_place() {
    let text = with_serve("{split: [red: 50, blue: 50]} # half");
    let new = changed(&text, |flag| {
        let green = VariantName::new("green").unwrap();
        flag.variants[1].name = green.clone();
        let Serve::Rollout(rollout) = &mut flag.environments[0].serve else { panic!() };
        let Setting::Split(entries) = &mut rollout.settings[0].1 else { panic!() };
        entries[1].variant = green;
    });
    assert_eq!(new, text.replace("blue", "green"));
}

#[test]
fn nothing_changes_nothing_and_what_is_stale_or_invalid_is_refused() {
    assert_eq!(changed(COMMENTED, |_| {}), COMMENTED);
    let old = good_flag(COMMENTED);
    let mut new = old.clone();
    new.owner = Some("a".into());
    assert_eq!(apply(&file(), BOOLEAN, &old, &new), Err(ChangeError::Stale));
    assert!(matches!(apply(&file(), "type: [", &old, &new), Err(ChangeError::Broken(_))));
    assert!(matches!(apply(&file(), "type: boolean\n", &old, &new), Err(ChangeError::Broken(_))));
    new.owner = Some(String::new());
    assert!(matches!(apply(&file(), COMMENTED, &old, &new), Err(ChangeError::Invalid(_))));
}

/// The same text with a comment above and behind each line.
fn commented(text: &str) -> String {
    let comment = |(number, line): (usize, &str)| {
        let indentation = &line[..line.len() - line.trim_start().len()];
        format!("{indentation}# above {number}\n{line} # behind {number}\n")
    };
    text.lines().enumerate().map(comment).collect()
}

/// Applies random changes to the documents of one kind; returns how many there were.
fn random_changes<T: Written + Clone + std::fmt::Debug>(
    kind: Document,
    rounds: usize,
    read: impl Fn(&str) -> Option<T>,
) -> usize {
    let mut random = Random::new(11);
    let texts = seeds(kind);
    let pool = Pool::new(texts.iter().map(|text| Data::from(&parse(&file(), text).0.unwrap().root)));
    let mut count = 0;
    for _ in 0..rounds {
        let plain = (*random.pick(texts)).to_owned();
        let mut data = Data::from(&parse(&file(), &plain).0.unwrap().root);
        for _ in 0..=random.below(2) {
            mutate(&mut data, &mut random, &pool);
        }
        let Some(new) = read(&crate::yaml::document(&data)) else { continue };
        let text = if random.one_in(2) { commented(&plain) } else { plain };
        let old = read(&text).unwrap();
        count += 1;
        // Both ways: what a mutation removes, the way back has to insert.
        let there = check_change(&text, &old, &new);
        check_change(&there, &new, &old);
        let fresh = create(&file(), &new).unwrap_or_else(|error| panic!("{error:?}\n{new:#?}"));
        check_change(&fresh, &new, &old);
    }
    count
}

fn check_change<T: Written + Clone + std::fmt::Debug>(text: &str, old: &T, new: &T) -> String {
    let result = apply(&file(), text, old, new).unwrap_or_else(|error| {
        let tree = parse(&file(), text).0.unwrap();
        panic!("{error}\n{error:?}\n{text}\n--- edits\n{:#?}", edits(&tree, old, new))
    });
    let (tree, _) = parse(&file(), text);
    let tree = tree.unwrap();
    let edits = edits(&tree, old, new);
    let scalar = |edit: &Edit| match edit {
        Edit::Set { path, value } => {
            !value.is_collection() && tree.find(path).is_some_and(|node| node.scalar().is_some())
        }
        _ => false,
    };
    if edits.iter().all(scalar) && !result.contains(['|', '>']) {
        assert_eq!(text.lines().count(), result.lines().count(), "{text}\n---\n{result}");
        let differ = text.lines().zip(result.lines()).filter(|(a, b)| a != b).count();
        assert!(differ <= edits.len(), "{differ} lines for {} edits\n{text}\n---\n{result}", edits.len());
        let comments = |text: &str| parse(&file(), text).0.unwrap().comments.len();
        assert_eq!(comments(text), comments(&result));
    }
    result
}

#[test]
fn random_changes_of_flags_are_written_exactly() {
    let read = |text: &str| {
        let (tree, problems) = parse(&file(), text);
        tree.filter(|_| problems.is_empty())
            .and_then(|tree| crate::document::flag(&file(), &FlagKey::new("test").unwrap(), &tree).0)
    };
    assert!(random_changes::<Flag>(Document::Flag, 1500, read) > 100);
}

#[test]
fn random_changes_of_segments_and_projects_are_written_exactly() {
    let segment = |text: &str| {
        let (tree, problems) = parse(&file(), text);
        tree.filter(|_| problems.is_empty())
            .and_then(|tree| crate::document::segment(&file(), &SegmentName::new("test").unwrap(), &tree).0)
    };
    let project = |text: &str| {
        let (tree, problems) = parse(&file(), text);
        tree.filter(|_| problems.is_empty()).and_then(|tree| crate::document::project(&file(), &tree).0)
    };
    assert!(random_changes::<Segment>(Document::Segment, 800, segment) > 50);
    assert!(random_changes::<Project>(Document::Project, 1200, project) > 50);
}
