//! Keys are in kebab-case.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::KEY_STYLE;
use crate::lint::{Check, FileContext, Lint};
use crate::model::Flag;

pub(super) const LINT: Lint = Lint { code: &KEY_STYLE, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    let key = flag.key.as_str();
    if is_kebab(key) {
        return;
    }
    let better = kebab(key);
    let problem = Diagnostic::new(&KEY_STYLE, format!("the key `{key}` is not in kebab-case")).at(context.whole());
    found.push(if is_kebab(&better) { problem.help(format!("`git flag rename {key} {better}`")) } else { problem });
}

/// Words of small letters and digits, joined by single hyphens.
fn is_kebab(key: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    key.split('-').all(word)
}

/// `newCheckout`, `NEW_CHECKOUT` and `new.checkout` as `new-checkout`.
fn kebab(key: &str) -> String {
    let mut result = String::with_capacity(key.len() + 4);
    let mut small_before = false;
    for character in key.chars() {
        if !character.is_ascii_alphanumeric() {
            if !result.ends_with('-') {
                result.push('-');
            }
            small_before = false;
            continue;
        }
        if character.is_ascii_uppercase() && small_before {
            result.push('-');
        }
        small_before = character.is_ascii_lowercase() || character.is_ascii_digit();
        result.push(character.to_ascii_lowercase());
    }
    result.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use crate::lint::check_flag;
    use crate::lint::testing::{context, good_flag, places, project};

    #[test]
    fn other_styles_are_found_and_helped() {
        for (key, better) in [
            ("newCheckout", "new-checkout"),
            ("NEW_CHECKOUT", "new-checkout"),
            ("new.checkout--v2", "new-checkout-v2"),
            ("x_", "x"),
        ] {
            let mut flag = good_flag();
            flag.key = key.parse().unwrap();
            let found = check_flag(&context(&project()), &flag);
            assert_eq!(places(&found), ["key-style file"], "{key}");
            assert_eq!(found[0].help, [format!("`git flag rename {key} {better}`")]);
        }
        for key in ["a", "9-lives", "new-checkout-v2"] {
            let mut flag = good_flag();
            flag.key = key.parse().unwrap();
            assert!(check_flag(&context(&project()), &flag).is_empty(), "{key}");
        }
    }
}
