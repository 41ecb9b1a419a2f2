//! Regular expressions of other systems in our dialect.

/// A dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// RE2, as Go has it: classes such as `\d` are ASCII.
    Re2,
    /// JavaScript without flags.
    Script,
}

/// The same expression in our dialect, whose classes are Unicode's; `None` where it has something of its own.
pub(super) fn translate(pattern: &str, dialect: Dialect) -> Option<String> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut characters = pattern.chars().peekable();
    let mut inside = false;
    let mut first = false;
    while let Some(character) = characters.next() {
        let was_first = std::mem::take(&mut first);
        match character {
            '\\' => out.push_str(&escape(&mut characters, inside, dialect)?),
            '[' if !inside => {
                inside = true;
                first = true;
                out.push('[');
                if characters.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                if dialect == Dialect::Script && characters.peek() == Some(&']') {
                    return None;
                }
            }
            '[' if dialect == Dialect::Re2 && characters.peek() == Some(&':') => out.push('['),
            '[' => out.push_str("\\["),
            // Behind a name such as `[:alpha:`, or first in a class, it does not end the class.
            ']' if inside => {
                if was_first && dialect == Dialect::Re2 {
                    out.push_str("\\]");
                } else if out.ends_with(':') && posix(&out) {
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
            '{' if !inside && dialect == Dialect::Script && !counts(characters.clone()) => out.push_str("\\{"),
            '(' if !inside && dialect == Dialect::Script && characters.peek() == Some(&'?') => {
                let rest: String = characters.clone().take(3).collect();
                if !rest.starts_with("?:")
                    && (!rest.starts_with("?<") || rest.starts_with("?<=") || rest.starts_with("?<!"))
                {
                    return None;
                }
                out.push('(');
            }
            other => out.push(other),
        }
    }
    Some(out)
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

fn escape(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, inside: bool, dialect: Dialect) -> Option<String> {
    let script = dialect == Dialect::Script;
    let space = if script { "\\s\\u{FEFF}" } else { "\\t\\n\\x0C\\r " };
    let class = |content: &str, negated: bool| match (inside, negated) {
        (true, false) => content.to_owned(),
        (_, true) => format!("[^{content}]"),
        (false, false) => format!("[{content}]"),
    };
    Some(match characters.next()? {
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
                return None;
            }
        }
        'b' => "(?-u:\\b)".into(),
        'B' if !inside => "(?-u:\\B)".into(),
        // References back, and code points in forms of their own.
        '0'..='9' | 'k' | 'c' | 'C' | 'Q' | 'E' | 'X' => return None,
        'u' if script => {
            let digits: String = characters.by_ref().take(4).collect();
            let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32)?;
            literal(code)
        }
        'p' | 'P' if script => return None,
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
        ] {
            assert_eq!(translate(own, dialect), None, "{own}");
        }
    }
}
