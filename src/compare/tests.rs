//! What the comparison promises: nothing changes silently, and every change is told in words.

use super::sample::*;
use super::*;
use crate::model::*;

fn sentences(before: &Flag, after: &Flag) -> Vec<String> {
    compare_flags(Some(before), Some(after)).iter().map(Difference::sentence).collect()
}

type Edit = (&'static str, Aspect, fn(&mut Flag));

fn production(flag: &mut Flag) -> &mut Environment {
    &mut flag.environments[1]
}

fn canary(flag: &mut Flag) -> &mut Rollout {
    match &mut production(flag).rules[1].serve {
        Serve::Rollout(rollout) => rollout,
        Serve::Variant(_) => panic!("a rollout"),
    }
}

/// Every field of the model, changed, added to, or removed; with the aspect that tells it.
#[rustfmt::skip]
const EDITS: &[Edit] = &[
    ("name", Aspect::Name, |it| it.name = None),
    ("description", Aspect::Description, |it| it.description = Some("Two pages".into())),
    ("type", Aspect::Type, |it| it.value_type = ValueType::Json),
    ("kind", Aspect::Kind, |it| it.kind = Some(Kind::Release)),
    ("owner", Aspect::Owner, |it| it.owner = Some("team-b".into())),
    ("tags", Aspect::Tags, |it| it.tags.push("x".into())),
    ("a tag twice", Aspect::Tags, |it| it.tags.push("web".into())),
    ("lifetime", Aspect::Lifetime, |it| it.lifetime = Lifetime::Permanent),
    ("no lifetime", Aspect::Lifetime, |it| it.lifetime = Lifetime::Unstated),
    ("link", Aspect::Link, |it| _ = it.links.insert("ticket".into(), "PAY-2".into())),
    ("new link", Aspect::Link, |it| _ = it.links.insert("wiki".into(), "x".into())),
    ("salt", Aspect::Salt, |it| it.salt = None),
    ("bucketing", Aspect::Bucketing, |it| it.bucketing = None),
    ("variant value", Aspect::VariantValue, |it| it.variants[1].value = Value::String("sky".into())),
    ("variant description", Aspect::Description, |it| it.variants[1].description = Some("x".into())),
    ("variant added", Aspect::VariantAdded, |it| {
        it.variants.push(Variant { name: variant("red"), value: Value::String("red".into()), description: None });
    }),
    ("variant removed", Aspect::VariantRemoved, |it| _ = it.variants.pop()),
    ("default", Aspect::Default, |it| it.default = variant("green")),
    ("requirement's flag", Aspect::RequirementAdded, |it| it.requires[0].flag = key("other")),
    ("requirement's variant", Aspect::RequirementChanged, |it| it.requires[0].serves = variant("off")),
    ("requirement removed", Aspect::RequirementRemoved, |it| _ = it.requires.pop()),
    ("kill reason", Aspect::KillNote, |it| it.killed.as_mut().unwrap().reason = "x".into()),
    ("kill by", Aspect::KillNote, |it| it.killed.as_mut().unwrap().by = None),
    ("kill at", Aspect::KillNote, |it| it.killed.as_mut().unwrap().at = None),
    ("revived", Aspect::Revived, |it| it.killed = None),
    ("archived at", Aspect::ArchiveNote, |it| it.archived.as_mut().unwrap().at = None),
    ("archived by", Aspect::ArchiveNote, |it| it.archived.as_mut().unwrap().by = None),
    ("unarchived", Aspect::Unarchived, |it| it.archived = None),
    ("metadata", Aspect::Metadata, |it| _ = it.metadata.insert("team".into(), 4.into())),
    ("environment removed", Aspect::EnvironmentRemoved, |it| _ = it.environments.pop()),
    ("environment added", Aspect::EnvironmentAdded, |it| it.environments.push(on("qa", fixed("blue")))),
    ("disabled", Aspect::Disabled, |it| production(it).enabled = false),
    ("schedule from", Aspect::Schedule, |it| production(it).schedule.as_mut().unwrap().from = None),
    ("schedule until", Aspect::Schedule, |it| production(it).schedule.as_mut().unwrap().until = None),
    ("no schedule", Aspect::Schedule, |it| production(it).schedule = None),
    ("environment's requirement", Aspect::RequirementRemoved, |it| production(it).requires.clear()),
    ("environment's kill", Aspect::Revived, |it| production(it).killed = None),
    ("target's variant", Aspect::Targets, |it| production(it).targets[0].serve = variant("control")),
    ("target's unit", Aspect::Targets, |it| production(it).targets[0].units[0] = unit("user-3")),
    ("target order", Aspect::TargetsRewritten, |it| production(it).targets.reverse()),
    ("target removed", Aspect::Targets, |it| _ = production(it).targets.pop()),
    ("shadowed unit", Aspect::TargetsRewritten, |it| production(it).targets[1].units.push(unit("user-1"))),
    ("rule id", Aspect::RuleId, |it| production(it).rules[0].id = None),
    ("rule gets an id", Aspect::RuleId, |it| production(it).rules[2].id = Some(RuleId::new("beta").unwrap())),
    ("rule description", Aspect::Description, |it| production(it).rules[0].description = None),
    ("rule loses a condition", Aspect::RuleWidened, |it| _ = production(it).rules[0].when.pop()),
    ("rule gets a condition", Aspect::RuleNarrowed, |it| production(it).rules[0].when.push(in_segment("x"))),
    ("conditions reordered", Aspect::RuleWhen, |it| production(it).rules[0].when.reverse()),
    ("operand", Aspect::RuleWhen, |it| production(it).rules[0].when[1] = test("plan", "equals", &["free"])),
    ("operand's type", Aspect::RuleWhen, |it| {
        let Condition::Test(test) = &mut production(it).rules[0].when[1] else { panic!() };
        test.operand = Operand::One(Scalar::Boolean(true));
    }),
    ("ignore case", Aspect::RuleWhen, |it| {
        let Condition::Test(test) = &mut production(it).rules[0].when[1] else { panic!() };
        test.ignore_case = true;
    }),
    ("bucketing of a condition", Aspect::RuleWhen, |it| {
        let Condition::Any(inner) = &mut production(it).rules[1].when[0] else { panic!() };
        let Condition::Not(inner) = &mut inner[1] else { panic!() };
        let Condition::Percentage { bucketing, .. } = &mut **inner else { panic!() };
        *bucketing = None;
    }),
    ("rule removed", Aspect::RuleRemoved, |it| _ = production(it).rules.pop()),
    ("rule added", Aspect::RuleAdded, |it| production(it).rules.push(rule("new", vec![], fixed("blue")))),
    ("rules swapped", Aspect::RulesSwapped, |it| production(it).rules.swap(0, 1)),
    ("rule's serve", Aspect::RuleServe, |it| production(it).rules[0].serve = fixed("green")),
    ("strategy", Aspect::RuleServe, |it| canary(it).strategy = "other"),
    ("stage", Aspect::RuleServe, |it| canary(it).settings[1].1 = Setting::Count(3)),
    ("stages", Aspect::RuleServe, |it| canary(it).settings[0].1 = Setting::Shares(vec![share("1"), share("6")])),
    ("soak", Aspect::RuleServe, |it| canary(it).settings[2].1 = Setting::Length(length("2h"))),
    ("ramped variant", Aspect::RuleServe, |it| canary(it).serve = Some(variant("green"))),
    ("by", Aspect::RuleServe, |it| canary(it).by = None),
    ("rollout's salt", Aspect::RuleServe, |it| canary(it).salt = None),
    ("rollout's bucketing", Aspect::RuleServe, |it| canary(it).bucketing = Some(Bucketing::FlagdV3)),
    ("inherited bucketing", Aspect::RuleServe, |it| canary(it).bucketing = None),
    ("split order", Aspect::Serve, |it| production(it).serve = split("blue 33, control 34, green 33")),
    ("split weight", Aspect::Serve, |it| production(it).serve = split("control 33, blue 34, green 33")),
];

#[test]
fn nothing_changes_silently() {
    for (what, aspect, edit) in EDITS {
        let before = rich();
        let mut after = rich();
        edit(&mut after);
        assert_ne!(before, after, "{what}");
        let there = compare_flags(Some(&before), Some(&after));
        let back = compare_flags(Some(&after), Some(&before));
        assert!(there.iter().any(|it| it.aspect == *aspect), "{what}: {there:#?}");
        assert_eq!(there.len(), back.len(), "{what}: as many there as back");
        for difference in there.iter().chain(&back) {
            let sentence = difference.sentence();
            assert!(!sentence.contains(['{', '}', '\n']) || sentence.contains("{\""), "{what}: {sentence}");
            assert!(!sentence.contains("``") && !sentence.contains("  "), "{what}: {sentence}");
            let sides = (&difference.before, &difference.after);
            assert!(sides.0 != sides.1 || difference.item.is_some(), "{what}: {sentence}");
            let same_words = sides.0.as_ref().map(|it| &it.text) == sides.1.as_ref().map(|it| &it.text);
            assert!(!(same_words && difference.behaviour), "{what} can't be told from its words: {sentence}");
        }
    }
}

#[test]
fn the_same_is_no_difference_whatever_the_order_of_mappings_and_sets() {
    let before = rich();
    assert_eq!(compare_flags(Some(&before), Some(&before)), []);
    assert_eq!(compare_flags(None, None), []);
    let mut after = rich();
    after.variants.reverse();
    after.tags.reverse();
    after.requires.reverse();
    after.environments.reverse();
    after.environments[0].targets[0].units.reverse();
    assert_ne!(before, after);
    assert_eq!(compare_flags(Some(&before), Some(&after)), []);
}

#[test]
fn a_number_and_the_same_digits_as_text_read_differently() {
    let with = |scalar: Scalar| {
        let mut flag = rich();
        let Condition::Test(test) = &mut production(&mut flag).rules[0].when[1] else { panic!() };
        test.operand = Operand::One(scalar);
        flag
    };
    let found = sentences(&with(Scalar::Number(1.0)), &with(Scalar::Text("1".into())));
    assert_eq!(found, [r#"production: rule `staff` when plan equals 1 → plan equals "1""#]);
}

#[test]
fn lists_tell_what_came_and_went() {
    let with = |countries: &[&str]| {
        let eu = rule("eu", vec![in_segment("beta"), test("country", "in", countries)], fixed("on"));
        boolean("a", vec![Environment { rules: vec![eu], ..on("production", fixed("off")) }])
    };
    let found = sentences(&with(&["DE", "FR"]), &with(&["DE", "NO"]));
    assert_eq!(found, ["production: rule `eu` when country in: + NO, − FR"]);
}

#[test]
fn metadata_and_notation_cannot_change_answers() {
    let cannot = [
        "name",
        "description",
        "kind",
        "owner",
        "tags",
        "lifetime",
        "link",
        "variant description",
        "kill reason",
        "archived at",
        "metadata",
        "target order",
        "shadowed unit",
        "rule id",
        "rule description",
        "conditions reordered",
        "soak",
    ];
    for (what, _, edit) in EDITS {
        let mut after = rich();
        edit(&mut after);
        let behaviour = compare_flags(Some(&rich()), Some(&after)).iter().any(|it| it.behaviour);
        let innocent = cannot.contains(what)
            || ["new link", "a tag twice", "no lifetime", "kill by", "kill at"].contains(what)
            || ["archived by", "rule gets an id", "variant added", "inherited bucketing"].contains(what);
        assert_eq!(behaviour, !innocent, "{what}");
    }
}

#[test]
fn defaults_written_out_are_the_same_meaning() {
    let gradual = |more: Vec<(&'static str, Setting)>| {
        let mut settings = vec![
            ("from", Setting::Time(time("2026-12-01"))),
            ("step", Setting::Share(share("10"))),
            ("every", Setting::Length(length("1d"))),
        ];
        settings.extend(more);
        boolean("a", vec![on("production", Serve::Rollout(strategy("gradual", Some("on"), settings)))])
    };
    let (short, long) = (gradual(vec![]), gradual(vec![("start", Setting::Share(Share::ZERO))]));
    let found = compare_flags(Some(&short), Some(&long));
    assert_eq!(found.len(), 1);
    assert!(!found[0].behaviour);
    assert_eq!(
        found[0].sentence(),
        "production: 0% +10%/1d from 2026-12-01 up to 100%, rewritten with the same meaning"
    );
}

#[test]
fn sentences_are_for_product_managers() {
    let before = boolean("a", vec![on("production", percentage("10"))]);
    let edit = |edit: fn(&mut Environment)| {
        let mut after = before.clone();
        edit(&mut after.environments[0]);
        sentences(&before, &after)
    };
    assert_eq!(edit(|it| it.serve = percentage("25")), ["production: 10% → 25%"]);
    assert_eq!(edit(|it| it.enabled = false), ["production: disabled"]);
    assert_eq!(
        edit(|it| it.killed = Some(Kill { reason: "errors\nrise".into(), by: None, at: None })),
        ["production: killed: errors rise"]
    );
    assert_eq!(
        edit(|it| it.rules.push(rule("eu", vec![test("country", "in", &["DE", "FR"])], percentage("50")))),
        ["production: rule `eu` added: 50% when country in [DE, FR]"]
    );
    assert_eq!(
        edit(|it| it.targets.push(Target { serve: variant("on"), units: ["a", "b", "c"].map(unit).into() })),
        ["production: 3 users get on"]
    );
    assert_eq!(
        edit(|it| it.targets.push(Target { serve: variant("on"), units: vec![unit("user-1")] })),
        ["production: `user-1` gets on"]
    );
    assert_eq!(
        edit(|it| it.requires.push(Requirement { flag: key("payments-v2"), serves: variant("on"), boolean: true })),
        ["production: now requires `payments-v2` to serve on"]
    );
    let rich_before = rich();
    let with = |edit: fn(&mut Flag)| {
        let mut after = rich();
        edit(&mut after);
        sentences(&rich_before, &after)
    };
    assert_eq!(
        with(|it| canary(it).settings[1].1 = Setting::Count(3)),
        ["production: rule `premium` canary 5% blue (stage 2 of 1/5/25, soak 1h) by company.id with salt x with \
          flagd-v2 → canary 25% blue (stage 3 of 1/5/25, soak 1h) by company.id with salt x with flagd-v2"]
    );
    assert_eq!(
        with(|it| production(it).serve = fixed("blue")),
        ["production: everyone else control 34 / blue 33 / green 33 → blue"]
    );
    assert_eq!(with(|it| _ = production(it).targets.pop()), ["production: `user-9` no longer gets blue"]);
    assert_eq!(
        with(|it| production(it).rules[0].description = None),
        ["production: description of rule `staff` removed"]
    );
    assert_eq!(with(|it| it.owner = None), ["owner team-a removed"]);
    assert_eq!(with(|it| it.lifetime = Lifetime::Permanent), ["expires 2027-03-01 → permanent"]);
}

#[test]
fn actions_and_summaries() {
    let before = boolean("a", vec![on("production", percentage("10"))]);
    let mut after = before.clone();
    after.environments[0].serve = percentage("25");
    let found = compare_flags(Some(&before), Some(&after));
    assert_eq!((action(&found), summarise(&found).as_str()), ("rollout", "production: 10% → 25%"));
    assert_eq!(headline(&found), "10% → 25% in production");
    let mut off = before.clone();
    off.environments[0].enabled = false;
    let found = compare_flags(Some(&off), Some(&after));
    assert_eq!((action(&found), summarise(&found).as_str()), ("enable", "production: enabled, 10% → 25%"));
    off.owner = Some("x".into());
    let found = compare_flags(Some(&off), Some(&after));
    assert_eq!(action(&found), "change");
    assert_eq!(summarise(&found), "owner x removed; production: enabled, 10% → 25%");
    assert_eq!((action(&[]), summarise(&[]).as_str()), ("none", "nothing changes"));
    let found = compare_flags(None, Some(&before));
    assert_eq!((action(&found), summarise(&found).as_str()), ("create", "created: boolean; production: 10%"));
    let empty = boolean("a", vec![]);
    assert_eq!(action(&compare_flags(Some(&empty), Some(&before))), "enable");
    assert_eq!(action(&compare_flags(Some(&before), None)), "delete");
}

#[test]
fn hostile_text_stays_on_its_line() {
    let mut after = rich();
    after.owner = Some(format!("a\u{1b}[31m\n\u{202e}{}", "x".repeat(500)));
    let sentence = &sentences(&rich(), &after)[0];
    assert!(sentence.chars().count() < 140, "{sentence}");
    assert!(!sentence.contains(|c: char| c.is_control() || c == '\u{202e}'), "{sentence:?}");
    // Text that looks like a placeholder stays text.
    after.owner = Some("{b}{a}".into());
    assert_eq!(sentences(&rich(), &after), ["owner team-a → {b}{a}"]);
}

#[test]
fn json_has_all_fields() {
    let before = boolean("a", vec![on("production", percentage("10"))]);
    let mut after = before.clone();
    after.environments[0].serve = percentage("0.5");
    let found = compare_flags(Some(&before), Some(&after));
    assert_eq!(
        serde_json::to_string(&found).unwrap(),
        r#"[{"subject":{"kind":"flag","name":"a"},"environment":"production","rule":null,"item":null,"aspect":"serve","action":"rollout","behaviour":true,"before":{"text":"10%","value":{"percentage":10,"serve":"on"}},"after":{"text":"0.5%","value":{"percentage":0.5,"serve":"on"}},"sentence":"production: 10% → 0.5%"}]"#
    );
}
