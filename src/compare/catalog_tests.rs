//! Whole catalogs: order, renames, segments, the project, and files that do not read.

use super::sample::*;
use super::*;
use crate::model::*;

type SegmentEdit = (&'static str, fn(&mut Segment));
type ProjectEdit = (&'static str, Box<dyn Fn(&mut Project)>);

fn catalog(flags: Vec<Flag>) -> Catalog {
    let environment = |name: &str| ProjectEnvironment { name: environment(name), description: None, protected: false };
    let project = Project::with_environments(["development", "staging", "production"].map(environment).into());
    let flags = flags.into_iter().map(|flag| (flag.key.clone(), flag)).collect();
    Catalog { flags, ..Catalog::new(project) }
}

fn told(before: &Catalog, after: &Catalog) -> Vec<String> {
    let name = |it: &Difference| it.subject.name().unwrap_or("project").to_owned();
    compare(before, after).iter().map(|it| format!("{}: {}", name(it), it.sentence())).collect()
}

fn segment(name: &str, conditions: Vec<Condition>) -> Segment {
    Segment {
        name: SegmentName::new(name).unwrap(),
        description: None,
        owner: None,
        include: vec![unit("a"), unit("b")],
        exclude: vec![],
        conditions,
    }
}

#[test]
fn flags_by_key_then_environments_in_promotion_order() {
    let flag = |name: &str, share: &str| {
        boolean(name, vec![on("production", percentage(share)), on("development", percentage(share))])
    };
    let before = catalog(vec![flag("b", "10"), flag("a", "10")]);
    let mut after = catalog(vec![flag("b", "20"), flag("a", "20")]);
    after.flags.get_mut("b").unwrap().owner = Some("x".into());
    assert_eq!(
        told(&before, &after),
        [
            "a: development: 10% → 20%",
            "a: production: 10% → 20%",
            "b: owner set to x",
            "b: development: 10% → 20%",
            "b: production: 10% → 20%"
        ]
    );
    assert_eq!(summarise(&compare(&before, &after)).matches("b:").count(), 1);
    assert_eq!(compare(&before, &before), []);
}

#[test]
fn a_rename_keeps_buckets_and_takes_its_references_along() {
    let needs = |name: &str| {
        let requires = vec![Requirement { flag: key(name), serves: variant("on"), boolean: true }];
        Flag { requires, ..boolean("user", vec![on("production", fixed("on"))]) }
    };
    let old = boolean("old", vec![on("production", percentage("10"))]);
    let new = Flag { key: key("new"), salt: Some("old".into()), ..old.clone() };
    let (before, after) = (catalog(vec![old.clone(), needs("old")]), catalog(vec![new.clone(), needs("new")]));
    let found = compare(&before, &after);
    assert_eq!(told(&before, &after), ["new: renamed from `old`", "user: requires `new`, which was `old`"]);
    assert!(found.iter().all(|it| !it.behaviour));
    assert_eq!(action(&found), "rename");
    // There and back.
    let mut back = old.clone();
    back.salt = Some("old".into());
    assert_eq!(told(&catalog(vec![new.clone()]), &catalog(vec![back])), ["old: renamed from `new`"]);
    // Without the salt everyone gets another bucket: that is another flag.
    let fresh = Flag { salt: None, ..new.clone() };
    let found = compare(&before, &catalog(vec![fresh, needs("old")]));
    assert_eq!(found.iter().map(|it| it.aspect).collect::<Vec<_>>(), [Aspect::Created, Aspect::Deleted]);
    // So is one of another type.
    let other = Flag { key: key("new"), salt: Some("old".into()), ..colours("new", vec![]) };
    assert!(compare(&before, &catalog(vec![other])).iter().all(|it| it.aspect != Aspect::Renamed));
    // An edit on the way is told.
    let mut edited = new;
    edited.environments[0].serve = percentage("20");
    edited.description = Some("x".into());
    edited.environments.push(on("staging", fixed("on")));
    edited.environments.remove(0);
    assert!(told(&before, &catalog(vec![edited])).len() > 2);
}

#[test]
fn broken_files_are_shown_and_the_rest_still_compared() {
    let flag = boolean("a", vec![on("production", percentage("10"))]);
    let good = catalog(vec![flag]);
    let mut broken = catalog(vec![]);
    let why = |error: &str, on: bool| Broken {
        error: error.into(),
        default: Some((VariantName::boolean(on), Value::Boolean(on))),
    };
    broken.broken_flags.insert(key("a"), why("no type", false));
    assert_eq!(told(&good, &broken), ["a: can't be read: no type"]);
    assert_eq!(told(&broken, &good), ["a: can be read again: boolean; production: 10%"]);
    assert_eq!(told(&broken, &catalog(vec![])), ["a: deleted"]);
    assert_eq!(told(&catalog(vec![]), &broken), ["a: can't be read: no type"]);
    let mut worse = catalog(vec![]);
    worse.broken_flags.insert(key("a"), why("no type", true));
    assert_eq!(told(&broken, &worse), ["a: default off (false) → on (true)"]);
    let mut segments = catalog(vec![]);
    segments.broken_segments.insert(SegmentName::new("s").unwrap(), "bad".into());
    assert_eq!(told(&catalog(vec![]), &segments), ["s: can't be read: bad"]);
}

#[test]
fn every_part_of_a_segment_counts() {
    let before = segment("beta", vec![test("plan", "equals", &["pro"])]);
    let edits: [SegmentEdit; 7] = [
        ("description added: x", |it| it.description = Some("x".into())),
        ("owner set to x", |it| it.owner = Some("x".into())),
        ("now always includes `c`", |it| it.include.push(unit("c"))),
        ("no longer always includes `b`", |it| _ = it.include.pop()),
        ("now excludes `c`", |it| it.exclude.push(unit("c"))),
        ("no longer matches plan equals pro", |it| it.conditions.clear()),
        ("matches plan equals pro → in segment x", |it| it.conditions = vec![in_segment("x")]),
    ];
    for (sentence, edit) in edits {
        let mut after = before.clone();
        edit(&mut after);
        let found = compare_segments(Some(&before), Some(&after));
        assert_eq!(found.iter().map(Difference::sentence).collect::<Vec<_>>(), [sentence]);
        assert_eq!(found[0].action(), "segment-change");
        assert_eq!(compare_segments(Some(&after), Some(&before)).len(), 1, "{sentence}");
    }
    let mut after = before.clone();
    after.include.reverse();
    assert_eq!(compare_segments(Some(&before), Some(&after)), []);
    assert_eq!(action(&compare_segments(None, Some(&before))), "segment-create");
    assert_eq!(action(&compare_segments(Some(&before), None)), "segment-delete");
}

#[test]
fn every_part_of_the_project_counts() {
    let ring = |name: &str, share_: &str| Ring {
        name: RingName::new(name).unwrap(),
        segment: Some(SegmentName::new("staff").unwrap()),
        percentage: Some(share(share_)),
    };
    let declaration = AttributeDeclaration {
        attribute_type: AttributeType::String,
        allowed: vec![Scalar::Text("free".into())],
        description: None,
        examples: vec![],
    };
    let mut before = catalog(vec![]).project;
    before.attributes = Some([(path("plan"), declaration)].into());
    before.rings = vec![ring("internal", "1"), ring("beta", "10")];
    before.lints.insert("missing-owner".into(), "error".into());
    let plan = |it: &mut Project, edit: fn(&mut AttributeDeclaration)| {
        edit(it.attributes.as_mut().unwrap().get_mut(&path("plan")).unwrap());
    };
    let edits: Vec<ProjectEdit> = vec![
        ("format 1 → 2", Box::new(|it| it.format = 2)),
        ("environment `production` removed", Box::new(|it| _ = it.environments.pop())),
        ("promotion order development, staging, production → staging, development, production", {
            Box::new(|it| it.environments.swap(0, 1))
        }),
        ("environment `staging` unprotected → protected", Box::new(|it| it.environments[1].protected = true)),
        ("description of environment `staging` added: x", {
            Box::new(|it| it.environments[1].description = Some("x".into()))
        }),
        ("attribute `plan` string, one of free → integer, one of free", {
            Box::new(move |it| plan(it, |it| it.attribute_type = AttributeType::Integer))
        }),
        ("attribute `plan` string, one of free → string", Box::new(move |it| plan(it, |it| it.allowed.clear()))),
        ("attribute `plan` string, one of free → string, one of free (x)", {
            Box::new(move |it| plan(it, |it| it.description = Some("x".into())))
        }),
        ("attribute `plan` string, one of free → string, one of free, such as 7", {
            Box::new(move |it| plan(it, |it| it.examples.push(Scalar::Number(7.0))))
        }),
        ("ring `beta` segment staff, 10% → segment staff, 20%", {
            Box::new(|it| it.rings[1].percentage = Share::from_steps(20_000))
        }),
        ("ring `beta` segment staff, 10% → 10%", Box::new(|it| it.rings[1].segment = None)),
        ("ring `beta` removed (it was segment staff, 10%)", Box::new(|it| _ = it.rings.pop())),
        ("order of rings internal, beta → beta, internal", Box::new(|it| it.rings.reverse())),
        ("bucketing flagd-v3 → flagd-v2", Box::new(|it| it.bucketing = Bucketing::FlagdV2)),
        ("lint `missing-owner` error → off", Box::new(|it| _ = it.lints.insert("missing-owner".into(), "off".into()))),
        ("lint `missing-owner` back to its own level (it was error)", Box::new(|it| it.lints.clear())),
    ];
    for (sentence, edit) in edits {
        let mut after = before.clone();
        edit(&mut after);
        let found = compare_projects(&before, &after);
        assert_eq!(found.iter().map(Difference::sentence).collect::<Vec<_>>(), [sentence]);
        assert_eq!(compare_projects(&after, &before).len(), 1, "{sentence}");
    }
    let mut after = before.clone();
    after.attributes = None;
    assert_eq!(compare_projects(&before, &after).len(), 2, "the declaration, and that there are none");
    after.attributes = Some(std::collections::BTreeMap::new());
    assert_eq!(compare_projects(&Project { attributes: None, ..before.clone() }, &after).len(), 1);
    assert_eq!(compare_projects(&before, &before), []);
}

#[test]
fn a_variant_that_only_has_another_name() {
    let with = |names: [&str; 2], serve: &str| {
        let mut flag = boolean("f", vec![on("production", fixed(serve))]);
        flag.value_type = ValueType::String;
        let values = ["x", "y"];
        flag.variants = (0..2)
            .map(|at| Variant { name: variant(names[at]), value: Value::String(values[at].into()), description: None })
            .collect();
        flag.default = variant(names[0]);
        flag
    };
    let told = |before: &Flag, after: &Flag| {
        compare_flags(Some(before), Some(after)).iter().map(|it| (it.sentence(), it.behaviour)).collect::<Vec<_>>()
    };
    let before = with(["a", "b"], "b");
    let renamed = |from: &str, to: &str| (format!("variant `{from}` renamed to `{to}`"), false);
    assert_eq!(told(&before, &with(["a", "c"], "c")), [renamed("b", "c")]);
    assert_eq!(told(&before, &with(["d", "c"], "c")), [renamed("a", "d"), renamed("b", "c")]);
    // What was done besides is told under the new name.
    let mut more = with(["a", "c"], "c");
    more.owner = Some("x".into());
    assert_eq!(told(&before, &more), [renamed("b", "c"), ("owner set to x".into(), false)]);
    // Another value, or a place that did not follow, and it is another variant.
    let mut valued = with(["a", "c"], "c");
    valued.variants[1].value = Value::String("z".into());
    for after in [valued, with(["a", "c"], "a")] {
        let words = told(&before, &after);
        assert!(words.iter().any(|(words, _)| words.starts_with("variant `b` removed")), "{words:?}");
    }
}

#[test]
fn a_segment_that_only_has_another_name() {
    let percentage = |salt: Option<&str>| Condition::Percentage {
        share: share("10"),
        by: None,
        salt: salt.map(Into::into),
        bucketing: None,
    };
    let before_segment = segment("some", vec![percentage(None)]);
    let flag = |name: &str| {
        let mut flag = boolean("f", vec![on("production", fixed("off"))]);
        let when = vec![Condition::Not(Box::new(Condition::Segment(SegmentName::new(name).unwrap())))];
        flag.environments[0].rules.push(Rule { when, ..rule("r", vec![], fixed("on")) });
        flag
    };
    let state = |name: &str, segment: Segment| {
        let mut state = catalog(vec![flag(name)]);
        state.segments.insert(segment.name.clone(), segment);
        state
    };
    let before = state("some", before_segment.clone());
    let after = state("few", segment("few", vec![percentage(Some("some"))]));
    assert_eq!(told(&before, &after), ["few: renamed from `some`"]);
    assert!(!compare(&before, &after)[0].behaviour);
    // With buckets of its own it is another one.
    let other = state("few", segment("few", vec![percentage(None)]));
    assert!(told(&before, &other).iter().any(|words| words == "some: deleted"), "{:?}", told(&before, &other));
}
