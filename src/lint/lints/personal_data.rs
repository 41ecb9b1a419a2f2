//! No addresses of people in files that can't forget.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::PERSONAL_DATA;
use crate::lint::trail::{Trail, flag_conditions, for_each_environment, segment_conditions};
use crate::lint::{Check, FileContext, Lint};
use crate::model::{Condition, Flag, Operand, Scalar, Segment, Unit};
use crate::source::Path;

pub(super) const LINT: Lint = Lint { code: &PERSONAL_DATA, checks: &[Check::Flag(flag), Check::Segment(segment)] };

fn flag(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    for_each_environment(flag, &mut |trail, environment| {
        let targets = trail.key("targets");
        for (index, target) in environment.targets.iter().enumerate() {
            units(context, &targets.index(index).key("units"), &target.units, found);
        }
    });
    flag_conditions(flag, &mut |trail, condition| operands(context, trail, condition, found));
}

fn segment(context: &FileContext<'_>, segment: &Segment, found: &mut Vec<Diagnostic>) {
    units(context, &Trail::ROOT.key("include"), &segment.include, found);
    units(context, &Trail::ROOT.key("exclude"), &segment.exclude, found);
    segment_conditions(segment, &mut |trail, condition| operands(context, trail, condition, found));
}

/// One finding for each list: its first address.
fn units(context: &FileContext<'_>, trail: &Trail<'_>, units: &[Unit], found: &mut Vec<Diagnostic>) {
    let mut addresses = units.iter().enumerate().filter(|(_, unit)| is_address(unit.as_str()));
    if let Some((index, _)) = addresses.next() {
        found.push(problem(context, trail.index(index).path(), 1 + addresses.count()));
    }
}

fn operands(context: &FileContext<'_>, trail: &Trail<'_>, condition: &Condition, found: &mut Vec<Diagnostic>) {
    let Condition::Test(test) = condition else { return };
    // An end of an address such as `.org@example.com` is no address, a pattern neither.
    if matches!(test.operator, "ends_with" | "matches") {
        return;
    }
    let address = |scalar: &Scalar| matches!(scalar, Scalar::Text(word) if is_address(word));
    let mut addresses = test.operand.scalars().iter().enumerate().filter(|(_, scalar)| address(scalar));
    if let Some((index, _)) = addresses.next() {
        let operand = trail.key(test.operator);
        let path = if matches!(test.operand, Operand::Many(_)) { operand.index(index).path() } else { operand.path() };
        found.push(problem(context, path, 1 + addresses.count()));
    }
}

fn problem(context: &FileContext<'_>, path: Path, count: usize) -> Diagnostic {
    let what = if count == 1 { "an e-mail address".to_owned() } else { format!("{count} e-mail addresses") };
    Diagnostic::new(&PERSONAL_DATA, format!("{what}, which the history of the repository keeps for good"))
        .at(context.value(path))
        .help("use an opaque id, or match the domain with `ends_with`")
}

/// `name@host.tld`
fn is_address(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let word = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c == '@');
    word(name) && word(host) && host.trim_matches('.').contains('.')
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_flag, places_of_flag, places_of_segment, rule, staff, target, test, units};

    #[test]
    fn addresses_are_found_in_units_and_conditions() {
        let mut flag = good_flag();
        flag.environments[2].targets = vec![target("on", &["user-1", "ann@example.com", "bob@example.com"])];
        let condition = test("email", "in", &["@example.com", "ann@example.com"]);
        flag.environments[2].rules = vec![rule("r", vec![condition], "on")];
        let expected = [
            "personal-data value environments.production.targets[0].units[1]",
            "personal-data value environments.production.rules[0].when[0].in[1]",
        ];
        assert_eq!(places_of_flag(&flag), expected);
        let mut segment = staff();
        segment.exclude = units(&["ann@example.com"]);
        assert_eq!(places_of_segment(&segment), ["personal-data value exclude[0]"]);
    }

    #[test]
    fn domains_and_handles_are_no_addresses() {
        for text in ["@example.com", "user@", "user@host", "a b@c.de", "user-1", "a@b@c.de", "user@.org"] {
            assert!(!super::is_address(text), "{text}");
        }
        assert!(places_of_segment(&staff()).is_empty());
    }
}
