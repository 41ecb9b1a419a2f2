use super::support::*;
use crate::evaluate::{Context, Program, evaluate};
use crate::model::{
    Broken, Catalog, Condition, Flag, FlagKey, Operand, Ring, RingName, Scalar, SegmentName, Serve, Setting, Value,
};

/// What is wrong with `x`; the flag `fine` has to work all the same.
fn problem(mut catalog: Catalog) -> String {
    catalog.flags.insert(FlagKey::new("fine").unwrap(), boolean("fine", serve("on")));
    let program = Program::compile(&catalog);
    let context = Context::of_user("user-1");
    let fine = evaluate(&program, "fine", PRODUCTION, &context, at(NOW));
    assert_eq!(words(&fine), "on STATIC");
    let answer = words(&evaluate(&program, "x", PRODUCTION, &context, at(NOW)));
    let error = answer.strip_prefix("off ERROR: PARSE_ERROR: ").unwrap_or_else(|| panic!("{answer}"));
    assert!(program.problems().any(|(key, text)| key == "x" && text == error));
    assert!(program.problems().all(|(key, _)| key != "fine"));
    error.to_owned()
}

fn with_condition(condition: Condition) -> Catalog {
    let flag = with(boolean("x", serve("on")), |production| {
        production.rules = vec![rule(Some("r"), vec![condition], serve("on"))];
    });
    catalog([flag], [segment("loop", &[], &[], vec![in_segment("loop")])])
}

fn with_serve(serve: Serve) -> Catalog {
    catalog([boolean("x", serve)], [])
}

#[test]
fn unknown_names_break_only_the_flag_that_uses_them() {
    assert_eq!(problem(with_condition(in_segment("gone"))), "in `production`: rule `r`: there is no segment `gone`");
    assert_eq!(problem(with_serve(serve("blue"))), "in `production`: there is no variant `blue`");
    let ring = vec![("ring", Setting::Ring(RingName::new("beta").unwrap()))];
    assert_eq!(
        problem(with_serve(Serve::Rollout(rollout("ring", ring, None)))),
        "in `production`: there is no ring `beta`"
    );
    let requiring = |key, serves| {
        let mut flag = boolean("x", serve("on"));
        flag.requires = vec![requires(key, serves)];
        catalog([flag], [])
    };
    assert_eq!(problem(requiring("gone", "on")), "in `production`: there is no flag `gone`, which is required");
    assert_eq!(problem(requiring("fine", "blue")), "in `production`: the required flag `fine` has no variant `blue`");
    let mut quoted = boolean("x", serve("on"));
    quoted.requires = vec![crate::model::Requirement { boolean: false, ..requires("fine", "on") }];
    let message = "in `production`: the required flag `fine` has no variant `on`";
    assert_eq!(problem(catalog([quoted], [])), message, "a boolean flag serves `true`, not \"on\"");
    let mut flag = boolean("x", serve("on"));
    flag.environments.push(environment("moon", serve("on")));
    assert_eq!(problem(catalog([flag], [])), "the project has no environment `moon`");
}

#[test]
fn operands_and_settings_without_meaning_break_the_flag() {
    let pattern = test("a", "matches", Operand::One(Scalar::Text("(".into())));
    assert!(problem(with_condition(pattern)).contains("rule `r`: the regular expression `(` does not compile"));
    let split = Serve::Rollout(rollout("split", vec![("split", Setting::Split(vec![]))], None));
    assert!(problem(with_serve(split)).contains("the shares sum to 0"));
    let deep = (0..40).fold(equals("a", "b"), |inner, _| Condition::Not(Box::new(inner)));
    assert!(problem(with_condition(deep)).contains("nested more than 32 levels"));
}

#[test]
fn cycles_break_their_members_and_all_that_need_them() {
    assert_eq!(
        problem(with_condition(in_segment("loop"))),
        "the segment `loop` does not work: the segment needs itself: loop → loop"
    );
    let ring = |keys: &[(&str, &str)]| {
        let flags = keys.iter().map(|(key, next)| {
            let mut flag = boolean(key, serve("on"));
            flag.requires = vec![requires(next, "on")];
            flag
        });
        catalog(flags, [])
    };
    assert_eq!(problem(ring(&[("x", "y"), ("y", "x")])), "the flag needs itself: x → y → x");
    assert_eq!(problem(ring(&[("x", "y"), ("y", "y")])), "it needs the flag `y`: the flag needs itself: y → y");
}

#[test]
fn a_file_that_does_not_read_serves_what_could_be_saved() {
    let mut catalog = catalog([], []);
    let key = FlagKey::new("x").unwrap();
    let default = Some((variant("off"), Value::Boolean(false)));
    catalog.broken_flags.insert(key.clone(), Broken { error: "no `type`".into(), default });
    assert_eq!(problem(catalog.clone()), "no `type`");
    let mut dependent = boolean("y", serve("on"));
    dependent.requires = vec![requires("x", "on")];
    catalog.flags.insert(dependent.key.clone(), dependent);
    assert_eq!(ask(&catalog, "y", "{}"), "off ERROR: PARSE_ERROR: it needs the flag `x`: no `type`");
    catalog.broken_flags.insert(key, Broken { error: "no YAML".into(), default: None });
    assert_eq!(ask(&catalog, "x", "{}"), "- ERROR: PARSE_ERROR: no YAML");
}

#[test]
fn a_default_that_does_not_exist_is_not_served() {
    let mut flag: Flag = boolean("x", serve("on"));
    flag.default = variant("blue");
    assert_eq!(ask(&catalog([flag], []), "x", "{}"), "- ERROR: PARSE_ERROR: there is no variant `blue`");
}

#[test]
fn a_broken_segment_breaks_the_rings_that_reach_it() {
    let ring = |name: &str| {
        let settings = vec![("ring", Setting::Ring(RingName::new(name).unwrap()))];
        boolean("x", Serve::Rollout(rollout("ring", settings, None)))
    };
    let of = |name: &str, segment: Option<&str>| Ring {
        name: RingName::new(name).unwrap(),
        segment: segment.map(|name| SegmentName::new(name).unwrap()),
        percentage: Some(share("5")),
    };
    let with_rings = |flag| {
        let mut catalog = catalog([flag], []);
        catalog.broken_segments.insert(SegmentName::new("staff").unwrap(), "no YAML".into());
        catalog.project.rings = vec![of("first", None), of("second", Some("staff")), of("third", None)];
        catalog
    };
    let error = "in `production`: the ring `second` does not work: the segment `staff` does not work: no YAML";
    assert_eq!(problem(with_rings(ring("second"))), error);
    assert_eq!(problem(with_rings(ring("third"))), error);
    assert!(ask(&with_rings(ring("first")), "x", r#"{"targetingKey": "u"}"#).contains("SPLIT"));
}
