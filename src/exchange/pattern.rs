//! Regular expressions of other systems in our dialect.

/// A dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// RE2, as Go has it: classes such as `\d` are ASCII.
    Re2,
    /// JavaScript.
    Script,
    /// JavaScript, where `.` is any character.
    ScriptDotAll,
}

/// The same expression of JavaScript with `flags` in our dialect, and whether it ignores case.
///
/// # Errors
/// What it has of its own.
pub(super) fn translate_script(pattern: &str, flags: &str) -> Result<(String, bool), String> {
    let mut inline = String::new();
    for flag in flags.chars() {
        match flag {
            'm' | 's' => inline.push(flag),
            // Whether all are wanted, where they are, and whether the pattern is Unicode does not change what is found.
            'i' | 'g' | 'd' | 'u' => {}
            other => return Err(format!("has the flag `{other}`")),
        }
    }
    let body = translate(pattern, if flags.contains('s') { Dialect::ScriptDotAll } else { Dialect::Script })?;
    Ok((if inline.is_empty() { body } else { format!("(?{inline}){body}") }, flags.contains('i')))
}

/// The same expression in our dialect, whose classes are Unicode's.
///
/// # Errors
/// What it has of its own.
pub(super) fn translate(pattern: &str, dialect: Dialect) -> Result<String, String> {
    let script = dialect != Dialect::Re2;
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut characters = pattern.chars().peekable();
    let mut inside = false;
    let mut first = false;
    while let Some(character) = characters.next() {
        let was_first = std::mem::take(&mut first);
        match character {
            '\\' => out.push_str(&escape(&mut characters, inside, script)?),
            '[' if !inside => {
                inside = true;
                first = true;
                out.push('[');
                if characters.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                if script && characters.peek() == Some(&']') {
                    return Err("has an empty set".into());
                }
            }
            '[' if !script && characters.peek() == Some(&':') => out.push('['),
            '[' => out.push_str("\\["),
            // Behind a name such as `[:alpha:`, or first in a class, it does not end the class.
            ']' if inside => {
                if was_first && !script {
                    out.push_str("\\]");
                } else if !script && out.ends_with(':') && posix(&out) {
                    out.push(']');
                } else {
                    inside = false;
                    out.push(']');
                }
            }
            '&' | '~' | '-' if inside && characters.peek() == Some(&character) => {
                out.push('\\');
                out.push(character);
            }
            '.' if !inside && dialect == Dialect::Script => out.push_str("[^\\n\\r\\u2028\\u2029]"),
            '{' if !inside && script && !counts(characters.clone()) => out.push_str("\\{"),
            '(' if !inside && script && characters.peek() == Some(&'?') => {
                let rest: String = characters.clone().take(3).collect();
                if !rest.starts_with("?:")
                    && (!rest.starts_with("?<") || rest.starts_with("?<=") || rest.starts_with("?<!"))
                {
                    return Err(format!("has `({rest}`"));
                }
                out.push('(');
            }
            other => out.push(other),
        }
    }
    Ok(out)
}

/// Whether the open class ends in the name of a class, `[:alpha:`.
fn posix(out: &str) -> bool {
    out.rfind("[:")
        .is_some_and(|start| out[start + 2..out.len() - 1].bytes().all(|b| b.is_ascii_alphabetic() || b == b'^'))
}

/// Whether what follows a brace is a count.
fn counts(rest: impl Iterator<Item = char>) -> bool {
    let text: String = rest.take_while(|c| *c != '}').take(12).collect();
    text.starts_with(|c: char| c.is_ascii_digit()) && text.bytes().all(|b| b.is_ascii_digit() || b == b',')
}

fn escape(
    characters: &mut std::iter::Peekable<std::str::Chars<'_>>,
    inside: bool,
    script: bool,
) -> Result<String, String> {
    let space = if script { "\\s\\u{FEFF}" } else { "\\t\\n\\x0C\\r " };
    let class = |content: &str, negated: bool| match (inside, negated) {
        (true, false) => content.to_owned(),
        (_, true) => format!("[^{content}]"),
        (false, false) => format!("[{content}]"),
    };
    let next = characters.next().ok_or("ends in `\\`")?;
    let own = || Err(format!("has `\\{next}`"));
    Ok(match next {
        'd' => class("0-9", false),
        'D' => class("0-9", true),
        'w' => class("0-9A-Za-z_", false),
        'W' => class("0-9A-Za-z_", true),
        's' => class(space, false),
        'S' => class(space, true),
        'b' if inside => {
            if script {
                "\\x08".into()
            } else {
                return own();
            }
        }
        'b' => "(?-u:\\b)".into(),
        'B' if !inside => "(?-u:\\B)".into(),
        // References back, and code points in forms of their own.
        '0'..='9' | 'k' | 'c' | 'C' | 'Q' | 'E' | 'X' => return own(),
        'u' if script => {
            let digits: String = characters.by_ref().take(4).collect();
            let code = u32::from_str_radix(&digits, 16)
                .ok()
                .and_then(char::from_u32)
                .ok_or_else(|| format!("has `\\u{digits}`"))?;
            literal(code)
        }
        'p' | 'P' if script => return own(),
        letter @ ('A' | 'z' | 'G' | 'Z' | 'a') if script => letter.to_string(),
        'v' if script => "\\x0B".into(),
        letter if letter.is_ascii_alphabetic() && script && !matches!(letter, 'n' | 'r' | 't' | 'f' | 'x') => {
            letter.to_string()
        }
        other if other.is_alphanumeric() || other.is_ascii_punctuation() => format!("\\{other}"),
        other => other.to_string(),
    })
}

/// The character itself.
fn literal(character: char) -> String {
    if character.is_ascii_punctuation() { format!("\\{character}") } else { character.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::build::{holds, test};
    use crate::model::{AttributePath, Scalar};

    #[test]
    fn classes_are_those_of_the_dialect() {
        for (dialect, pattern, text, found) in [
            (Dialect::Re2, r"^\d+$", "42", true),
            (Dialect::Re2, r"^\d+$", "٤٢", false),
            (Dialect::Re2, r"^[\w-]+$", "a-b_1", true),
            (Dialect::Re2, r"^[\w]+$", "é", false),
            (Dialect::Re2, r"^[[:alpha:]]+$", "abc", true),
            (Dialect::Re2, r"^[]a[]+$", "[a]", true),
            (Dialect::Re2, r"^[a&&b]+$", "a&b", true),
            (Dialect::Re2, r"\bcat\b", "a cat.", true),
            (Dialect::Re2, r"^\S+$", "a b", false),
            (Dialect::Script, r"^a.c$", "a\rc", false),
            (Dialect::Script, r"^\/x\{1\}$", "/x{1}", true),
            (Dialect::Script, "^a{b}$", "a{b}", true),
            (Dialect::Script, r"^a{2}$", "aa", true),
            (Dialect::Script, r"^[\s]$", "\u{FEFF}", true),
            (Dialect::Script, r"^(?:a|b)(?<c>d)$", "bd", true),
            (Dialect::Script, "^[[:a:].$", ":\r", false),
            (Dialect::Script, "^[[&&a]+$", "[&a", true),
            (Dialect::Script, r"^[\W]+$", "é-", true),
            (Dialect::Script, r"^\Bfoo\b\D$", "foo-", false),
            (Dialect::ScriptDotAll, "^a.c$", "a\rc", true),
        ] {
            let translated = translate(pattern, dialect).unwrap();
            let condition = test(&AttributePath::targeting_key(), "matches", Scalar::Text(translated.clone()));
            assert_eq!(holds(&condition, &text.into()), found, "{pattern} {translated} {text}");
        }
        for (dialect, own) in [
            (Dialect::Re2, r"\Qa\E"),
            (Dialect::Script, "(?=a)"),
            (Dialect::Script, r"(a)\1"),
            (Dialect::Script, "(?<!a)b"),
            (Dialect::Script, "[]"),
            (Dialect::Script, r"\p{L}"),
            (Dialect::Script, "a\\"),
        ] {
            assert!(translate(own, dialect).is_err(), "{own}");
        }
    }

    #[test]
    fn flags_of_javascript_are_read() {
        assert_eq!(translate_script("a.b", "gims"), Ok(("(?ms)a.b".into(), true)));
        assert_eq!(translate_script("^a$", "u"), Ok(("^a$".into(), false)));
        assert_eq!(translate_script("a", "y"), Err("has the flag `y`".into()));
    }
}
