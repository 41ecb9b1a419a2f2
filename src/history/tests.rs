//! Merging and undoing, on flags written as files.

use super::merge::merge_flags;
use super::rollback::{undo_change, with_environment};
use crate::model::{Flag, FlagKey};
use crate::project::read_flag;

const BASE: &str = "\
description: Checkout
type: string
owner: team-a
tags: [a, b]
links: {ticket: PAY-1, docs: here}
variants: {control: {value: c}, blue: {value: b}}
default: control
environments:
  staging: {enabled: true, serve: blue}
  production:
    enabled: true
    targets: [{serve: blue, units: [u1, u2]}]
    rules:
      - {id: staff, when: [{segment: staff}], serve: blue}
      - {id: near, when: [{attribute: country, in: [DE, FR]}], serve: {percentage: 10, serve: blue}}
      - {id: late, when: [{attribute: plan, equals: pro}], serve: blue}
    serve: control
";

#[track_caller]
fn flag(text: &str) -> Flag {
    let key = FlagKey::new("checkout").unwrap();
    let read = read_flag(&"flags/checkout.yaml".into(), &key, text.into());
    read.value.unwrap_or_else(|| panic!("{:?}\n{text}", read.problems))
}

/// The base with pieces of its text replaced.
#[track_caller]
fn with(changes: &[(&str, &str)]) -> Flag {
    let mut text = BASE.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from:?} is not in\n{text}");
        text = text.replacen(from, to, 1);
    }
    flag(&text)
}

/// What the two changes come to, which must not depend on whose change is whose.
#[track_caller]
fn merges(theirs: &[(&str, &str)], ours: &[(&str, &str)], result: &[(&str, &str)]) {
    let (base, theirs, ours) = (with(&[]), with(theirs), with(ours));
    let expected = with(result);
    assert_eq!(merge_flags(&base, &theirs, &ours).unwrap(), expected);
    assert_eq!(merge_flags(&base, &ours, &theirs).unwrap(), expected);
}

#[track_caller]
fn conflicts(theirs: &[(&str, &str)], ours: &[(&str, &str)], words: &[&str]) {
    let (base, theirs, ours) = (with(&[]), with(theirs), with(ours));
    for (theirs, ours) in [(&theirs, &ours), (&ours, &theirs)] {
        let conflicts = merge_flags(&base, theirs, ours).unwrap_err();
        assert_eq!(conflicts.iter().map(ToString::to_string).collect::<Vec<_>>(), words);
    }
}

const PERCENT: &str = "percentage: 10";
const OWNER: &str = "owner: team-a";
const LATE: &str = "      - {id: late, when: [{attribute: plan, equals: pro}], serve: blue}\n";
const STAFF: &str = "      - {id: staff, when: [{segment: staff}], serve: blue}\n";
const STAGING: &str = "  staging: {enabled: true, serve: blue}\n";

#[test]
fn changes_of_different_parts_come_together() {
    let all: [&[(&str, &str)]; 12] = [
        &[("description: Checkout", "description: Pay")],
        &[(OWNER, "owner: team-b")],
        &[("[a, b]", "[a, b, c]")],
        &[("PAY-1", "PAY-2")],
        &[("docs: here", "docs: there")],
        &[("{value: b}", "{value: light blue}")],
        &[("staging: {enabled: true", "staging: {enabled: false")],
        &[(PERCENT, "percentage: 50")],
        &[("[DE, FR]", "[DE, FR, IT]")],
        &[("units: [u1, u2]", "units: [u1, u2, u3]")],
        &[(LATE, "")],
        &[("    serve: control\n", "    serve: blue\n")],
    ];
    for (index, one) in all.iter().enumerate() {
        for other in &all[index + 1..] {
            merges(one, other, &[one, *other].concat());
        }
        merges(one, one, one);
        merges(one, &[], one);
    }
}

#[test]
fn the_same_part_changed_in_different_ways_conflicts() {
    conflicts(&[(OWNER, "owner: team-x")], &[(OWNER, "owner: team-y")], &["`owner`"]);
    conflicts(&[(PERCENT, "percentage: 20")], &[(PERCENT, "percentage: 30")], &["production: rule `near`, `serve`"]);
    conflicts(&[("{value: b}", "{value: x}")], &[("{value: b}", "{value: z}")], &["`variants.blue.value`"]);
    conflicts(&[(LATE, "")], &[("plan, equals: pro", "plan, equals: max")], &["production: rule `late`"]);
    conflicts(&[(STAGING, "")], &[("staging: {enabled: true", "staging: {enabled: false")], &["environment `staging`"]);
    conflicts(&[("PAY-1", "PAY-2")], &[("PAY-1", "PAY-3")], &["`links.ticket`"]);
    let (one, other) = ("{serve: control, units: [u2]}", "{serve: blue, units: [u1]}");
    let split = format!("{other}, {one}");
    conflicts(
        &[("{serve: blue, units: [u1, u2]}", &split)],
        &[("{serve: blue, units: [u1, u2]}", "{serve: blue, units: [u1]}")],
        &["production: the target of `u2`"],
    );
}

#[test]
fn all_conflicts_are_told() {
    let one = [(OWNER, "owner: team-x"), (PERCENT, "percentage: 20"), ("    serve: control\n", "    serve: blue\n")];
    let other = [(OWNER, "owner: team-y"), (PERCENT, "percentage: 30")];
    conflicts(&one, &other, &["`owner`", "production: rule `near`, `serve`"]);
}

#[test]
fn lists_merge_by_element() {
    let (base, theirs, ours) = (with(&[]), with(&[("[DE, FR]", "[DE, IT]")]), with(&[("[DE, FR]", "[FR, DE, ES]")]));
    let merged = merge_flags(&base, &theirs, &ours).unwrap();
    assert_eq!(merged.environments[1].rules[1].when[0].to_string(), "country in [DE, ES, IT]");
    let (theirs, ours) = (with(&[("[a, b]", "[b, c]")]), with(&[("[a, b]", "[d, a, b]")]));
    assert_eq!(merge_flags(&base, &theirs, &ours).unwrap().tags, ["d", "b", "c"]);
}

#[test]
fn rules_keep_the_order_that_one_side_gave_them() {
    let moved = [(LATE, ""), (STAFF, &*format!("{LATE}{STAFF}"))];
    merges(&moved, &[(PERCENT, "percentage: 50")], &[moved[0], moved[1], (PERCENT, "percentage: 50")]);
    let added = format!("{STAFF}      - {{id: new, when: [{{attribute: a, exists: true}}], serve: blue}}\n");
    merges(&[(STAFF, &added)], &[(LATE, "")], &[(STAFF, &added), (LATE, "")]);
    // Both moved other rules to other places.
    let other = [(STAFF, ""), (LATE, &*format!("{LATE}{STAFF}"))];
    conflicts(&moved, &other, &["production: the order of rules"]);
}

#[test]
fn rules_without_ids_are_known_by_what_they_say() {
    let bare = [("id: staff, ", ""), ("id: near, ", ""), ("id: late, ", "")];
    let base = with(&bare);
    let theirs =
        with(&[bare[0], bare[1], bare[2], ("      - {when: [{attribute: plan, equals: pro}], serve: blue}\n", "")]);
    let ours = with(&[bare[0], bare[1], bare[2], (OWNER, "owner: team-b")]);
    let merged = merge_flags(&base, &theirs, &ours).unwrap();
    assert_eq!(merged.environments[1].rules, theirs.environments[1].rules);
    assert_eq!(merged.owner.as_deref(), Some("team-b"));
}

#[test]
fn undoing_a_change_keeps_later_ones() {
    let before = with(&[]);
    let after = with(&[(PERCENT, "percentage: 50"), (OWNER, "owner: team-b")]);
    let later = with(&[(PERCENT, "percentage: 50"), (OWNER, "owner: team-b"), (LATE, "")]);
    assert_eq!(undo_change(Some(&after), Some(&before), Some(&later)).unwrap(), Some(with(&[(LATE, "")])));
    assert_eq!(undo_change(Some(&after), Some(&before), Some(&after)).unwrap(), Some(before.clone()));
    // Undone already: nothing more to do.
    assert_eq!(undo_change(Some(&after), Some(&before), Some(&before)).unwrap(), Some(before));
}

#[test]
fn undoing_one_environment_leaves_the_others() {
    let before = with(&[]);
    let after = with(&[(PERCENT, "percentage: 50"), ("staging: {enabled: true", "staging: {enabled: false")]);
    let theirs = with_environment(&after, &before, "production");
    let undone = undo_change(Some(&after), Some(&theirs), Some(&after)).unwrap();
    assert_eq!(undone, Some(with(&[("staging: {enabled: true", "staging: {enabled: false")])));
    assert_eq!(with_environment(&with(&[(STAGING, "")]), &before, "staging"), before);
    assert_eq!(with_environment(&before, &with(&[(STAGING, "")]), "staging"), with(&[(STAGING, "")]));
}

#[test]
fn creations_and_deletions_run_backwards() {
    let (one, other) = (with(&[]), with(&[(OWNER, "owner: team-b")]));
    assert_eq!(undo_change(Some(&one), None, Some(&one)).unwrap(), None);
    assert_eq!(undo_change(Some(&one), None, None).unwrap(), None);
    assert_eq!(undo_change(None, Some(&one), None).unwrap(), Some(one.clone()));
    assert_eq!(undo_change(None, Some(&one), Some(&one)).unwrap(), Some(one.clone()));
    for (base, theirs, ours) in
        [(Some(&one), None, Some(&other)), (None, Some(&one), Some(&other)), (Some(&one), Some(&other), None)]
    {
        assert_eq!(undo_change(base, theirs, ours).unwrap_err().len(), 1);
    }
}

/// Which of two edits of a rule without an id is meant can't be told from a rule that goes and one that comes.
#[test]
fn two_edits_of_a_rule_without_an_id_conflict() {
    let nameless = BASE.replace("id: staff, ", "");
    let base = flag(&nameless);
    let [a, b] = ["vips", "testers"].map(|name| flag(&nameless.replace("segment: staff", &format!("segment: {name}"))));
    let gone = flag(&nameless.replace("      - {when: [{segment: staff}], serve: blue}\n", ""));
    for (theirs, ours) in [(&a, &b), (&b, &a), (&a, &gone), (&gone, &a)] {
        assert_eq!(merge_flags(&base, theirs, ours).unwrap_err()[0].part, "a rule without a name");
    }
    assert_eq!(merge_flags(&base, &a, &a).unwrap(), a);
}
