//! Attributes of contexts: what is declared, and what flags compare them with.

use super::dice::Dice;
use serde_json::{Map, Value as Json};

/// What the values of an attribute are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Integer,
    Number,
    Boolean,
    Version,
    Texts,
    Numbers,
}

/// The attributes that are declared, with their types and the values that contexts and operands are drawn from.
pub(super) const ATTRIBUTES: &[(&str, Type)] = &[
    ("country", Type::Text),
    ("plan", Type::Text),
    ("email", Type::Text),
    ("session.id", Type::Text),
    ("company.id", Type::Text),
    ("account.number", Type::Integer),
    ("account.age_days", Type::Integer),
    ("cart.total", Type::Number),
    ("beta", Type::Boolean),
    ("app.version", Type::Version),
    ("labels", Type::Texts),
    ("scores", Type::Numbers),
];

impl Type {
    /// A value of this type.
    pub(super) fn value(self, dice: &mut Dice) -> Json {
        match self {
            Self::Text => (*dice.pick(TEXTS)).into(),
            Self::Integer => (*dice.pick(INTEGERS)).into(),
            Self::Number => (*dice.pick(NUMBERS)).into(),
            Self::Boolean => dice.chance(50).into(),
            Self::Version => (*dice.pick(VERSIONS)).into(),
            Self::Texts => (0..dice.below(4)).map(|_| Json::from(*dice.pick(TEXTS))).collect(),
            Self::Numbers => (0..dice.below(4)).map(|_| Json::from(*dice.pick(NUMBERS))).collect(),
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Version => "a version",
            Self::Texts => "a list of texts",
            Self::Numbers => "a list of numbers",
        }
    }

    /// Whether that is something else than declared.
    fn is_strange(self, what: &str) -> bool {
        match self {
            Self::Text => !what.contains("text") && what != "a short version" || what == "a text beyond ASCII",
            Self::Integer => what != "a number",
            Self::Number => !what.starts_with("a number"),
            Self::Boolean => what != "a boolean",
            Self::Version => true,
            Self::Texts | Self::Numbers => what != "a list",
        }
    }
}

const TEXTS: &[&str] = &[
    "DE",
    "de",
    "FR",
    "NO",
    "US",
    "free",
    "pro",
    "enterprise",
    "ada@example.org",
    "bob@acme.example",
    "acme",
    "Acme",
    "globex",
    "s-1",
    "s-2",
    "a",
    "aa",
    "",
    " ",
    "true",
    "5",
    "1.0.0",
    "x\"y\\z",
    "null",
    "0",
];
const INTEGERS: &[i64] = &[-5, -1, 0, 1, 2, 5, 17, 18, 19, 90, 400, 1_000_000, 9_007_199_254_740_991];
const NUMBERS: &[f64] = &[-2.5, -1.0, 0.0, 0.1, 0.3, 1.0, 5.0, 9.99, 10.0, 120.5, 1e6, 1e15, 0.000_1];
const VERSIONS: &[&str] = &[
    "0.0.0",
    "0.2.0",
    "1.0.0",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-rc.2",
    "1.0.0-rc.10",
    "1.0.0+build.5",
    "1.9.3",
    "1.10.0",
    "2.0.0-rc.1",
    "2.0.0",
    "2.1.0",
    "10.0.0",
];
/// Units that not every hash reads alike.
const FOREIGN: &[&str] = &["Zoë", "日本", "😀-7", "müller", "é", "Ålesund-3", "пользователь-9"];

/// What is given where something else is declared.
const STRANGE: &[(&str, &[&str])] = &[
    ("a text of a number", &[r#""7""#, r#""18""#, r#""5.5""#, r#""0""#]),
    ("another text", &[r#""abc""#, r#""true""#, r#""""#]),
    ("a text beyond ASCII", &[r#""Zoë""#, r#""日本""#, r#""😀""#]),
    ("a short version", &[r#""1.2""#, r#""2""#, r#""v1.9.3""#]),
    ("a number", &["18", "1", "0", "-1", "2"]),
    ("a number with a fraction", &["1.2", "5.5", "17.9"]),
    ("a boolean", &["true", "false"]),
    ("a list", &["[]", r#"["DE"]"#, r#"["pro", "a"]"#, "[5]", "[18]"]),
    ("an object", &["{}", r#"{"a": 1}"#]),
];

/// A context as it is declared: units of ASCII, attributes of their types, null, or missing.
pub(super) fn declared(dice: &mut Dice) -> Json {
    let mut context = Map::new();
    if !dice.chance(8) {
        let unit = match dice.below(10) {
            0 => String::new(),
            1 => dice.below(1_000_000_000).to_string(),
            2 => "~".repeat(dice.between(1, 300)),
            _ => format!("user-{}", dice.below(2000)),
        };
        context.insert("targetingKey".into(), unit.into());
    }
    let mut context = context.into();
    for (path, of_type) in ATTRIBUTES {
        match dice.below(20) {
            0..=3 => {}
            4 => set(&mut context, path, Json::Null),
            _ => set(&mut context, path, of_type.value(dice)),
        }
    }
    context
}

fn set(context: &mut Json, path: &str, value: Json) {
    match path.split_once('.') {
        None => context[path] = value,
        Some((outer, inner)) => context[outer][inner] = value,
    }
}

/// A context with one thing in it that is not as declared, and what that is.
pub(super) fn odd(dice: &mut Dice) -> (Json, String) {
    let mut context = declared(dice);
    if dice.chance(20) {
        let unit = format!("{}{}", dice.pick(FOREIGN), dice.below(100));
        context["targetingKey"] = unit.into();
        return (context, "a unit beyond ASCII".into());
    }
    loop {
        let (path, of_type) = *dice.pick(ATTRIBUTES);
        let (what, values) = *dice.pick(STRANGE);
        if !of_type.is_strange(what) {
            continue;
        }
        set(&mut context, path, serde_json::from_str(dice.pick::<&str>(values)).expect("JSON"));
        return (context, format!("{what} for {}", of_type.words()));
    }
}
