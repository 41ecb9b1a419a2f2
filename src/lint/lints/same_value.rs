//! Variants differ.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::SAME_VALUE;
use crate::lint::{Check, FileContext, Lint};
use crate::model::{Flag, ValueType};
use crate::source::Path;

pub(super) const LINT: Lint = Lint { code: &SAME_VALUE, checks: &[Check::Flag(check)] };

/// Flags with more variants are not compared.
const MOST: usize = 200;

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    if flag.value_type == ValueType::Boolean || flag.variants.len() > MOST {
        return;
    }
    let path = |name: &str| Path::root().key("variants").key(name).key("value");
    for (index, variant) in flag.variants.iter().enumerate() {
        let Some(first) = flag.variants[..index].iter().find(|other| other.value == variant.value) else { continue };
        let (name, other) = (variant.name.as_str(), first.name.as_str());
        found.push(
            Diagnostic::new(&SAME_VALUE, format!("the variants `{other}` and `{name}` have the same value"))
                .at(context.value(path(name)))
                .related(context.value(path(other)), format!("the value of `{other}`"))
                .help("give them different values, or remove one"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_experiment, places_of_flag};

    #[test]
    fn finds_equal_values() {
        let mut flag = good_experiment();
        flag.variants[1].value = flag.variants[0].value.clone();
        assert_eq!(places_of_flag(&flag), ["same-value value variants.treatment.value"]);
    }
}
