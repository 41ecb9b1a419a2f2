//! Regular expressions of JavaScript, in the dialect that ours are written in.

use super::build::{ignoring_case, test};
use super::logic::Formula;
use crate::evaluate::operator;
use crate::model::{AttributePath, Condition, Scalar};

/// Whether the expression is found in the attribute, a text. `Err` says why that can't be written.
pub(super) fn found(path: &AttributePath, pattern: &str, flags: &str) -> Result<Formula, String> {
    let mut inline = String::new();
    let mut any_case = false;
    for flag in flags.chars() {
        match flag {
            'i' => any_case = true,
            'm' | 's' => inline.push(flag),
            // Whether all are wanted, where they are, and whether the pattern is Unicode does not change what is found.
            'g' | 'd' | 'u' => {}
            other => return Err(format!("its regular expression has the flag `{other}`")),
        }
    }
    let body = translate(pattern)?;
    let text = if inline.is_empty() { body } else { format!("(?{inline}){body}") };
    let condition = test(path, "matches", Scalar::Text(text));
    let condition = if any_case { ignoring_case(condition) } else { condition };
    if let Condition::Test(test) = &condition {
        operator::check(test)?;
    }
    Ok(Formula::When(condition))
}

/// What JavaScript's shorthands stand for.
fn class(letter: char) -> Option<&'static str> {
    Some(match letter {
        'd' => "0-9",
        'w' => "A-Za-z0-9_",
        _ => return None,
    })
}

/// `pattern` with what the two dialects read differently written so that ours reads it as JavaScript does.
fn translate(pattern: &str) -> Result<String, String> {
    let mut out = String::with_capacity(pattern.len());
    let mut characters = pattern.chars().peekable();
    let mut inside = false;
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                let Some(next) = characters.next() else { return Err("its regular expression ends in `\\`".into()) };
                match (class(next), class(next.to_ascii_lowercase()), inside) {
                    (Some(set), _, true) => out.push_str(set),
                    (Some(set), _, false) => out.push_str(&format!("[{set}]")),
                    (None, Some(set), false) => out.push_str(&format!("[^{set}]")),
                    (None, Some(_), true) => return Err(format!("its regular expression has `\\{next}` in a set")),
                    _ => match (next, inside) {
                        ('b' | 'B', false) => out.push_str(&format!("(?-u:\\{next})")),
                        ('b', true) => out.push_str("\\x08"),
                        ('/' | '-' | '"' | '\'' | ' ' | ',' | ':' | ';' | '=' | '!' | '@' | '%' | '`' | '_', _) => {
                            let plain = !(inside && next == '-');
                            out.push_str(&if plain { next.to_string() } else { "\\-".into() });
                        }
                        ('p' | 'P' | 'k' | 'c' | '0'..='9', _) => {
                            return Err(format!("its regular expression has `\\{next}`"));
                        }
                        _ => out.extend(['\\', next]),
                    },
                }
            }
            '[' if inside => out.push_str("\\["),
            '[' => {
                inside = true;
                out.push('[');
                if characters.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                if characters.peek() == Some(&']') {
                    return Err("its regular expression has an empty set".into());
                }
            }
            ']' => {
                inside = false;
                out.push(']');
            }
            // Doubled, these are operations on sets in our dialect.
            '&' | '~' if inside => out.extend(['\\', character]),
            '-' if inside && characters.peek() == Some(&'-') => out.push_str("\\-"),
            other => out.push(other),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::translate;

    #[test]
    fn what_the_dialects_read_differently_is_written_out() {
        for (theirs, ours) in [
            ("chrome|chromium", "chrome|chromium"),
            (r"^\d+\.\w*$", r"^[0-9]+\.[A-Za-z0-9_]*$"),
            (r"[\w.-]+@x\.com", r"[A-Za-z0-9_.-]+@x\.com"),
            (r"\Bfoo\b\D", r"(?-u:\B)foo(?-u:\b)[^0-9]"),
            (r"https:\/\/a", "https://a"),
            ("[[&&a]", r"[\[\&\&a]"),
        ] {
            assert_eq!(translate(theirs).as_deref(), Ok(ours), "{theirs}");
        }
        for none in [r"(a)\1", r"[\W]", "[]", r"\p{L}", "a\\"] {
            assert!(translate(none).is_err(), "{none}");
        }
    }
}
