use super::*;
use serde_json::json;

fn get(context: &Context, path: &str) -> Option<Json> {
    context.get(&AttributePath::parse(path).unwrap()).cloned()
}

fn only(text: &str, wanted: &[Wanted<'_>]) -> Result<Context, ContextError> {
    Selection::parse(text, wanted).map(Context::from)
}

#[test]
fn attributes_are_found_by_dotted_path() {
    let context =
        Context::parse(r#"{"a": {"b": {"c": 1}}, "a.b": 2, "n": null, "l": [{"x": 1}], "\u0065\\s": 3}"#).unwrap();
    assert_eq!(get(&context, "a.b.c"), Some(json!(1)));
    assert_eq!(get(&context, r"a\.b"), Some(json!(2)), "a name with a dot");
    assert_eq!(get(&context, r"e\\s"), Some(json!(3)), "a name with a backslash");
    for missing in ["n", "a.x", "a.b.c.d", "l.0", "l.x", "b"] {
        assert_eq!(get(&context, missing), None, "{missing}");
    }
}

#[test]
fn a_key_with_a_dot_is_only_reached_by_escaping_it() {
    let context = Context::parse(r#"{"a.b": 2}"#).unwrap();
    assert_eq!(get(&context, "a.b"), None);
}

#[test]
fn no_name_stands_twice_in_an_object() {
    let many: String = (0..40).map(|n| format!("\"n{n}\": {n}, ")).collect();
    for text in [
        r#"{"a": 1, "b": 2, "a": 3}"#.to_owned(),
        r#"{"a": 1, "b": 2, "\u0062": 2}"#.to_owned(),
        r#"{"a": {"c": 1, "c": 1}}"#.to_owned(),
        r#"{"a": [{"c": 1, "c": 1}]}"#.to_owned(),
        r#"{"w": {"a": {"c": 1, "c": 1}}}"#.to_owned(),
        r#"{"w": [{"c": 1, "c": 1}]}"#.to_owned(),
        r#"{"b": {"c": [{"c": 1, "c": 1}]}}"#.to_owned(),
        format!(r#"{{{many} "n39": 1}}"#),
        format!(r#"{{{many} "n3": 1}}"#),
        format!(r#"{{"b": {{{many} "n20": 1}}}}"#),
        format!(r#"{{"{0}": 1, "{0}": 1}}"#, "long".repeat(20)),
    ] {
        let error = Context::parse(&text).unwrap_err();
        assert!(matches!(&error, ContextError::Doubled(words) if words.contains("is there twice at line 1")), "{text}");
        assert_eq!(only(&text, &Wanted::all([vec!["a"], vec!["w", "b"]])), Err(error), "{text}");
    }
    for text in [format!(r#"{{{many} "n": {{{many} "a": 1}}}}"#), r#"{"a": {"a": [{"a": 1}, {"a": 2}]}}"#.to_owned()] {
        assert!(Context::parse(&text).is_ok(), "{text}");
        assert!(only(&text, &Wanted::all([["a"]])).is_ok(), "{text}");
    }
}

#[test]
fn only_objects_of_bounded_depth_are_contexts() {
    for (text, error) in [
        ("[]", "a context is a JSON object, not an array"),
        ("null", "a context is a JSON object, not null"),
        (r#"{"a": NaN}"#, "the context is not JSON: expected value at line 1 column 7"),
        (r#"{"a": 1e999}"#, "the context is not JSON: number out of range at line 1 column 11"),
        ("", "the context is not JSON: EOF while parsing a value at line 1 column 0"),
    ] {
        assert_eq!(Context::parse(text).unwrap_err().to_string(), error, "{text}");
    }
    let nested = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
    assert!(Context::parse(&nested(32)).is_ok());
    assert_eq!(Context::parse(&nested(33)), Err(ContextError::TooDeep));
    assert_eq!(Context::parse(&nested(100_000)), Err(ContextError::TooDeep));
}

#[test]
fn setting_keeps_within_the_depth() {
    let mut context = Context::default();
    let path = |parts: usize| AttributePath::parse(&vec!["a"; parts].join(".")).unwrap();
    assert_eq!(context.set(&path(33), json!(1)), Err(ContextError::TooDeep));
    assert_eq!(context.set(&path(32), json!([])), Err(ContextError::TooDeep));
    assert_eq!(context.set(&path(31), json!([[]])), Err(ContextError::TooDeep));
    assert_eq!(context.set(&path(31), json!([])), Ok(()));
    assert_eq!(Context::from_json(Json::Object(context.attributes().clone())), Ok(context.clone()));
}

#[test]
fn what_is_left_out_is_read_as_strictly() {
    let deep = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    let texts = [
        "{}".to_owned(),
        r#"{"a": 1, "b": [1, {"c": null}], "aa": "last"}"#.to_owned(),
        r#"{"b": {"a": true}, "\u0061": "escaped"}"#.to_owned(),
        r#"{"b": {"a": true}, "a": 1, "\u0061": "escaped"}"#.to_owned(),
        r#"{"a": 1} x"#.to_owned(),
        r#"{"b": 1e999}"#.to_owned(),
        r#"{"b": "\ud800"}"#.to_owned(),
        r#"{"b": {"\ud800": 1}}"#.to_owned(),
        r#"{"b": tru}"#.to_owned(),
        r#"{"b": 1,}"#.to_owned(),
        "[]".to_owned(),
        "7".to_owned(),
        format!(r#"{{"b": {}}}"#, deep(31)),
        format!(r#"{{"b": {}}}"#, deep(32)),
        format!(r#"{{"a": {}}}"#, deep(32)),
        format!(r#"{{"b": {}}}"#, deep(500)),
    ];
    for text in texts {
        let all = Context::parse(&text).map(|mut context| {
            context.attributes.retain(|name, _| name == "a");
            context
        });
        assert_eq!(only(&text, &Wanted::all([["a"], ["z"]])), all, "{text}");
    }
}

#[test]
fn of_an_object_only_what_is_asked_for_is_kept() {
    let deep = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    let wanted = Wanted::all([vec!["a", "b"], vec!["a", "c", "d"], vec!["e"], vec!["e", "f"]]);
    let kept = |text: &str| only(text, &wanted).map(|context| Json::Object(context.attributes));
    for (text, expected) in [
        (r#"{"a": {"b": 1, "c": {"d": [2], "x": 3}, "y": 4}, "z": 5}"#, r#"{"a": {"b": 1, "c": {"d": [2]}}}"#),
        (r#"{"a": [1, {"y": 2}]}"#, r#"{"a": [1, {"y": 2}]}"#),
        (r#"{"a": "text"}"#, r#"{"a": "text"}"#),
        (r#"{"a": null, "e": {"f": 1, "g": -2.5}}"#, r#"{"a": null, "e": {"f": 1, "g": -2.5}}"#),
        (
            r#"{"a": {"c": {"d": 18446744073709551615}, "b": 2, "x": 1}}"#,
            r#"{"a": {"c": {"d": 18446744073709551615}, "b": 2}}"#,
        ),
        (r#"{"a": {}}"#, r#"{"a": {}}"#),
    ] {
        assert_eq!(kept(text), Ok(serde_json::from_str(expected).unwrap()), "{text}");
    }
    for (text, is_read) in [
        (format!(r#"{{"a": {}}}"#, deep(31)), true),
        (format!(r#"{{"a": {}}}"#, deep(32)), false),
        (format!(r#"{{"a": {{"b": {}}}}}"#, deep(30)), true),
        (format!(r#"{{"a": {{"b": {}}}}}"#, deep(31)), false),
        (format!(r#"{{"a": {{"y": {}}}}}"#, deep(30)), true),
        (format!(r#"{{"a": {{"y": {}}}}}"#, deep(31)), false),
        (format!(r#"{{"a": {{"c": {{"d": {}}}}}}}"#, deep(29)), true),
        (format!(r#"{{"a": {{"c": {{"d": {}}}}}}}"#, deep(30)), false),
        (r#"{"a": {"b": 1,}}"#.to_owned(), false),
        (r#"{"a": {"y": "\ud800"}}"#.to_owned(), false),
    ] {
        assert_eq!(kept(&text).is_ok(), is_read, "{text}");
        assert_eq!(Context::parse(&text).is_ok(), is_read, "{text}");
    }
}
