use super::completing::Keys;
use super::json_argument;
use super::values::assignment;
use super::writing::{Purpose, WriteArgs, change_flag, variant};
use crate::commands::Session;
use crate::diagnostic::codes::change;
use crate::diagnostic::{Failure, Result, did_you_mean};
use crate::model::{Bucketing, Flag, Kind, Lifetime};
use crate::render::Outcome;
use clap_complete::engine::ArgValueCompleter;

/// Change what is known about a flag: its owner, description, tags, expiry and the like
///
/// `FIELD=` without a value clears a field.
#[derive(Debug, clap::Args)]
#[command(after_help = after_help())]
pub struct Args {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    /// What to set.
    #[arg(value_name = "FIELD=VALUE", required = true)]
    fields: Vec<String>,

    #[command(flatten)]
    write: WriteArgs,
}

/// A field that can be set.
struct Field {
    name: &'static str,
    doc: &'static str,
    /// An empty text clears the field.
    set: fn(&mut Flag, &str) -> Result<()>,
}

/// Every field, in the order of files.
static FIELDS: &[Field] = &[
    Field { name: "name", doc: "a name for people", set: |flag, text| keep(&mut flag.name, text) },
    Field { name: "description", doc: "what it does", set: |flag, text| keep(&mut flag.description, text) },
    Field { name: "kind", doc: "what it is for", set: kind },
    Field { name: "owner", doc: "who answers for it", set: |flag, text| keep(&mut flag.owner, text) },
    Field { name: "tags", doc: "free labels, separated by commas", set: tags },
    Field { name: "expires", doc: "when it should be gone", set: expires },
    Field { name: "permanent", doc: "`true` if it is meant to stay", set: permanent },
    Field { name: "default", doc: "the safe variant", set: default },
    Field { name: "salt", doc: "what buckets are made of; everyone is drawn anew", set: salt },
    Field { name: "bucketing", doc: "the algorithm of buckets; everyone is drawn anew", set: bucketing },
];

/// Where other parts of a flag are changed.
static ELSEWHERE: &[(&str, &str)] = &[
    ("type", "a flag keeps its type; create another flag"),
    ("key", "`git flag rename OLD NEW` changes the key"),
    ("variants", "`git flag variant` changes variants"),
    ("requires", "`git flag require` changes requirements"),
    ("environments", "`git flag enable`, `rollout`, `target` and `rule` change environments"),
    ("enabled", "`git flag enable KEY --env ENVIRONMENT`"),
    ("serve", "`git flag rollout KEY SERVE --env ENVIRONMENT`"),
    ("schedule", "`git flag schedule KEY --env ENVIRONMENT`"),
    ("killed", "`git flag kill KEY --reason \"…\"`"),
    ("archived", "`git flag archive KEY`"),
];

fn after_help() -> String {
    let list: String = FIELDS.iter().map(|field| format!("  {:<12} {}\n", field.name, field.doc)).collect();
    format!(
        "Fields:\n{list}  links.NAME   a reference to elsewhere, such as links.ticket\n  metadata.NAME  anything, as JSON or text\n\n\
         Examples:\n  git flag set new-checkout owner=team-payments tags=checkout,web\n  \
         git flag set new-checkout expires=2027-03-01 links.ticket=PAY-12\n  git flag set new-checkout description="
    )
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let key = super::arguments::key(&args.key)?;
    let mut confirmed = args.write.yes || args.write.dry_run;
    loop {
        let purpose = Purpose::flag(&key, "set", None);
        let mut moves = false;
        let result = change_flag(session, &args.write, &key, purpose, |_, flag| {
            let before = (flag.effective_salt().to_owned(), flag.bucketing);
            let mut names = Vec::new();
            for field in &args.fields {
                let (name, value) = assignment(field)?;
                set(flag, name, value)?;
                names.push(name);
            }
            moves = !confirmed && before != (flag.effective_salt().to_owned(), flag.bucketing);
            if moves {
                return Err(Failure::new(
                    &change::CONFIRMATION_NEEDED,
                    "this draws everyone anew: users lose what they have, others gain it",
                )
                .help("pass `--yes` if that is meant, `--dry-run` to see what changes"));
            }
            Ok(format!("set {}", names.join(", ")))
        });
        if !(moves && result.is_err() && session.is_interactive()) {
            return result;
        }
        if !session.confirm("This draws everyone anew. Change it?", "--yes")? {
            return Err(Failure::new(&change::DECLINED, "not confirmed, nothing was changed"));
        }
        confirmed = true;
    }
}

fn set(flag: &mut Flag, name: &str, value: &str) -> Result<()> {
    if let Some(link) = name.strip_prefix("links.").filter(|link| !link.is_empty()) {
        if value.is_empty() {
            flag.links.remove(link);
        } else {
            flag.links.insert(link.to_owned(), value.to_owned());
        }
        return Ok(());
    }
    if let Some(entry) = name.strip_prefix("metadata.").filter(|entry| !entry.is_empty()) {
        if value.is_empty() {
            flag.metadata.shift_remove(entry);
        } else {
            let value = match json_argument::read(value) {
                Ok(value) => value,
                // Text that is no JSON is text.
                Err(_) if !json_argument::is_json(value) => value.into(),
                Err(error) => {
                    return Err(Failure::new(
                        &change::BAD_ARGUMENT,
                        format!("the value of `{name}` is not clear: {error}"),
                    ));
                }
            };
            flag.metadata.insert(entry.to_owned(), value);
        }
        return Ok(());
    }
    match FIELDS.iter().find(|field| field.name == name) {
        Some(field) => (field.set)(flag, value),
        None => Err(unknown(name)),
    }
}

fn unknown(name: &str) -> Box<Failure> {
    let failure = Failure::new(&change::BAD_ARGUMENT, format!("`{name}` is no field that can be set"));
    if let Some((_, instead)) = ELSEWHERE.iter().find(|(other, _)| *other == name) {
        return failure.help(*instead);
    }
    let names = || FIELDS.iter().map(|field| field.name);
    match did_you_mean(name, names()) {
        Some(hint) => failure.help(hint),
        None => {
            failure.help(format!("fields are {}, links.NAME, metadata.NAME", names().collect::<Vec<_>>().join(", ")))
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "has the form of the table")]
fn keep(field: &mut Option<String>, text: &str) -> Result<()> {
    *field = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    Ok(())
}

fn kind(flag: &mut Flag, text: &str) -> Result<()> {
    if text.is_empty() {
        flag.kind = None;
        return Ok(());
    }
    let names: Vec<&str> = Kind::ALL.iter().map(|(_, name, _)| *name).collect();
    flag.kind = Some(Kind::from_name(text).ok_or_else(|| {
        Failure::new(&change::BAD_ARGUMENT, format!("there is no kind `{text}`"))
            .help(format!("kinds are {}", names.join(", ")))
    })?);
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "has the form of the table")]
fn tags(flag: &mut Flag, text: &str) -> Result<()> {
    flag.tags.clear();
    for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        if !flag.tags.iter().any(|other| other == tag) {
            flag.tags.push(tag.to_owned());
        }
    }
    Ok(())
}

fn expires(flag: &mut Flag, text: &str) -> Result<()> {
    match (text.is_empty(), flag.lifetime) {
        (true, Lifetime::Expires(_)) => flag.lifetime = Lifetime::Unstated,
        (true, _) => {}
        (false, _) => flag.lifetime = Lifetime::Expires(super::arguments::time(text)?),
    }
    Ok(())
}

fn permanent(flag: &mut Flag, text: &str) -> Result<()> {
    match (text, flag.lifetime) {
        ("true", _) => flag.lifetime = Lifetime::Permanent,
        ("false" | "", Lifetime::Permanent) => flag.lifetime = Lifetime::Unstated,
        ("false" | "", _) => {}
        _ => {
            return Err(Failure::new(&change::BAD_ARGUMENT, format!("`permanent` is `true` or `false`, not `{text}`"))
                .help("`expires=DATE` says when a flag should be gone"));
        }
    }
    Ok(())
}

fn default(flag: &mut Flag, text: &str) -> Result<()> {
    if text.is_empty() {
        return Err(Failure::new(&change::BAD_ARGUMENT, "a flag always has a default")
            .help("name another variant: `default=VARIANT`"));
    }
    flag.default = variant(flag, text)?;
    Ok(())
}

fn salt(flag: &mut Flag, text: &str) -> Result<()> {
    if text.contains('/') || text.chars().any(char::is_control) {
        return Err(
            Failure::new(&change::BAD_ARGUMENT, format!("`{text}` can't be a salt")).help("a salt is text without `/`")
        );
    }
    keep(&mut flag.salt, text)
}

fn bucketing(flag: &mut Flag, text: &str) -> Result<()> {
    if text.is_empty() {
        flag.bucketing = None;
        return Ok(());
    }
    let names: Vec<&str> = Bucketing::ALL.iter().map(|(_, name, _)| *name).collect();
    flag.bucketing = Some(Bucketing::from_name(text).ok_or_else(|| {
        Failure::new(&change::BAD_ARGUMENT, format!("there is no bucketing `{text}`"))
            .help(format!("there are {}", names.join(", ")))
    })?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::coloured;
    use crate::model::Timestamp;

    #[test]
    fn every_field_can_be_set_and_cleared() {
        let values = [
            ("name", "N"),
            ("description", "D"),
            ("kind", "ops"),
            ("owner", "team"),
            ("tags", "a, b,a"),
            ("expires", "2027-03-01"),
            ("permanent", "true"),
            ("default", "green"),
            ("salt", "wave"),
            ("bucketing", "flagd-v2"),
            ("links.ticket", "T-1"),
            ("metadata.size", "3"),
        ];
        for (name, value) in values {
            let before = coloured(&["red", "green"]);
            let mut flag = before.clone();
            set(&mut flag, name, value).unwrap();
            assert_ne!(flag, before, "{name}");
            match name {
                "default" => assert!(set(&mut flag, name, "").is_err()),
                _ => {
                    set(&mut flag, name, "").unwrap();
                    assert_eq!(flag, before, "{name}");
                }
            }
        }
        assert_eq!(values.len(), FIELDS.len() + 2, "a field has no test");
    }

    #[test]
    fn a_flag_is_permanent_or_expires() {
        let mut flag = coloured(&["red"]);
        set(&mut flag, "expires", "1970-01-02").unwrap();
        set(&mut flag, "permanent", "false").unwrap();
        assert_eq!(flag.lifetime, Lifetime::Expires(Timestamp::from_unix(86_400)));
        set(&mut flag, "permanent", "true").unwrap();
        set(&mut flag, "expires", "").unwrap();
        assert_eq!(flag.lifetime, Lifetime::Permanent);
    }

    #[test]
    fn refusals_say_what_to_do() {
        let refused = |name: &str, value: &str| {
            set(&mut coloured(&["red"]), name, value).unwrap_err().diagnostics[0].help.join(" ")
        };
        assert!(refused("ownr", "x").contains("did you mean `owner`?"));
        assert!(refused("type", "string").contains("keeps its type"));
        assert!(refused("kind", "thing").contains("release"));
        assert!(refused("links.", "x").contains("fields are") || refused("links.", "x").contains("did you mean"));
        for (name, value) in
            [("expires", "soon"), ("permanent", "yes"), ("default", "pink"), ("salt", "a/b"), ("bucketing", "md5")]
        {
            assert!(set(&mut coloured(&["red"]), name, value).is_err(), "{name}");
        }
    }
}
